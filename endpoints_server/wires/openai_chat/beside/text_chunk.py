"""What is told of a completion, whole or in pieces, which look alike."""

from typing import Any

import msgspec
from msgspec import Struct

from endpoints_server.domain.wire import Seen
from endpoints_server.wires.body import whole_characters
from endpoints_server.wires.openai_chat.ending import read_cost, read_stop, read_usage
from endpoints_server.wires.openai_chat.reply_schema import Counts


class TextChoice(Struct, frozen=True, gc=False):
    """One of the completions asked for, or a piece of one."""

    text: str | None = None
    index: int | None = None
    finish_reason: str | None = None


class TextChunk(Struct, frozen=True, gc=False):
    """A whole answer or a piece of a stream."""

    model: str | None = None
    choices: list[TextChoice] | None = None
    usage: Counts | None = None
    error: Any = None


chunk_decoder = msgspec.json.Decoder(TextChunk)


def decode_text(payload: bytes) -> TextChunk:
    """Decode an answer or a piece of one; raises one of DECODE_ERRORS."""
    try:
        return chunk_decoder.decode(payload)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return chunk_decoder.decode(whole_characters(payload))


def note(seen: Seen, chunk: TextChunk) -> None:
    """Note what an answer tells, or a piece of one."""
    seen.model = seen.model or chunk.model or ""
    if chunk.usage is not None:
        seen.usage = read_usage(chunk.usage) or seen.usage
        seen.reported_cost_nano_usd = read_cost(chunk.usage)
    for choice in chunk.choices or ():
        if choice.text:
            seen.texts.append(choice.text)
        if choice.finish_reason and not choice.index:
            seen.stop = read_stop(choice.finish_reason, has_calls=False)
