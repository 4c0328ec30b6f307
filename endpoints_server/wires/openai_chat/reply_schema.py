"""What a Chat Completions upstream answers, whole or in chunks, as loosely as vendors write it."""

from typing import Any

import msgspec
from msgspec import Struct

from endpoints_server.wires.body import whole_characters
from endpoints_server.wires.decode import decode

Count = int | float | None


class InputDetails(Struct, frozen=True, gc=False):
    """How the prompt's tokens divide."""

    cached_tokens: Count = None
    cache_write_tokens: Count = None
    cache_creation_tokens: Count = None


class OutputDetails(Struct, frozen=True, gc=False):
    """How the completion's tokens divide."""

    reasoning_tokens: Count = None


class Counts(Struct, frozen=True, gc=False):
    """Token counts, and what some vendors say they charge: `cost` as a number or an object.

    The four before that are other vendors' words for what the details say.
    """

    prompt_tokens: Count = None
    completion_tokens: Count = None
    total_tokens: Count = None
    prompt_tokens_details: InputDetails | None = None
    completion_tokens_details: OutputDetails | None = None
    cached_tokens: Count = None
    prompt_cache_hit_tokens: Count = None
    cache_read_input_tokens: Count = None
    cache_creation_input_tokens: Count = None
    cost: Any = None
    cost_in_usd_ticks: Count = None


class Function(Struct, frozen=True, gc=False):
    """What is called; `arguments` is text by the book and an object at some."""

    name: str | None = None
    arguments: Any = None


class CallPiece(Struct, frozen=True, gc=False):
    """A tool call or a piece of one."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: Function | None = None
    extra_content: Any = None


class Detail(Struct, frozen=True, gc=False):
    """One entry of `reasoning_details`."""

    type: str | None = None
    text: str | None = None
    summary: str | None = None
    data: str | None = None
    signature: str | None = None
    format: str | None = None
    index: int | None = None


class Delta(Struct, frozen=True, gc=False):
    """A whole message or a piece of one; `content` is text or a list of parts."""

    role: str | None = None
    content: Any = None
    tool_calls: list[CallPiece] | None = None
    reasoning_content: Any = None
    reasoning: Any = None
    reasoning_text: Any = None
    reasoning_details: list[Detail] | None = None
    refusal: str | None = None
    function_call: Function | None = None


class Choice(Struct, frozen=True, gc=False):
    """One of the answers asked for."""

    index: int | None = None
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    usage: Counts | None = None


class GroqFields(Struct, frozen=True, gc=False):
    """Groq's own corner."""

    usage: Counts | None = None


class Chunk(Struct, frozen=True, gc=False):
    """A chunk of a stream, or a whole answer."""

    id: str | None = None
    model: str | None = None
    created: Count = None
    choices: list[Choice] | None = None
    usage: Counts | None = None
    x_groq: GroqFields | None = None
    error: Any = None


NOTHING = b"null"
"""What some upstreams send for a chunk that says nothing."""

chunk_decoder = msgspec.json.Decoder(Chunk)


def decode_chunk(payload: bytes) -> Chunk:
    """Decode a chunk or a whole answer; raises one of DECODE_ERRORS."""
    return decode(chunk_decoder, payload)


def decode_loose(payload: bytes) -> Any:
    """Decode by no shape; raises one of DECODE_ERRORS."""
    try:
        return msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return msgspec.json.decode(whole_characters(payload))
