"""The events that nearly all of a stream consists of, as types that are quick to write."""

import msgspec
from msgspec import Struct

from endpoints_server.wires.sse import frame

THOUGHT = "response.reasoning_summary_text.delta"
ARGUMENTS = "response.function_call_arguments.delta"

encoder = msgspec.json.Encoder()


class TextDelta(Struct, gc=False):
    """A piece of a content part."""

    type: str
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int
    delta: str
    logprobs: tuple[()] = ()


class SummaryDelta(Struct, gc=False):
    """A piece of reasoning."""

    type: str
    sequence_number: int
    item_id: str
    output_index: int
    summary_index: int
    delta: str


class ArgumentsDelta(Struct, gc=False):
    """A piece of a call's arguments."""

    type: str
    sequence_number: int
    item_id: str
    output_index: int
    delta: str


def named(kind: str, event: Struct) -> bytes:
    """Write one event of a stream under its name."""
    return frame(encoder.encode(event), kind.encode())
