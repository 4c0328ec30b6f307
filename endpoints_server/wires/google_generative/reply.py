"""Whole answers, both ways, and what is seen of one that passes on the same wire."""

import msgspec

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.prompt import Text
from endpoints_server.domain.talk.reply import Event, Reply, fold
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.google_generative.assembler import Assembler
from endpoints_server.wires.google_generative.decode import decode_chunk, is_there
from endpoints_server.wires.google_generative.ending import write_stop, write_usage
from endpoints_server.wires.google_generative.fault import (
    NOT_A_REPLY,
    NOT_JSON,
    read_error,
    write_fault,
)
from endpoints_server.wires.google_generative.schema import NAME, Chunk, Object
from endpoints_server.wires.google_generative.seen import note, note_usage
from endpoints_server.wires.google_generative.write_part import write_part


def read_reply(body: bytes) -> Reply:
    """Read a whole answer, or a stream that came as one array, as elements one after the other."""
    assembler = Assembler()
    events: list[Event] = []
    for element in elements_of(body):
        chunk = open_reply(element)
        if isinstance(chunk, Fault):
            return fold([*events, *assembler.end(chunk)])
        try:
            events += assembler.take(chunk, element)
        except DECODE_ERRORS:  # what our shape passes over is broken
            return fold([*events, *assembler.end(NOT_JSON)])
    return fold([*events, *assembler.end(None if events else NOT_JSON)])


def elements_of(body: bytes) -> list[bytes]:
    """Give the elements of a body that is an array; what is none is its only element."""
    if not body.lstrip().startswith(b"["):
        return [body]
    try:
        return [bytes(item) for item in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except DECODE_ERRORS:
        return [body]


def open_reply(body: bytes) -> Chunk | Fault:
    """Decode a whole answer; one that holds no candidate and was not blocked is a fault."""
    try:
        chunk = decode_chunk(body)
    except DECODE_ERRORS:
        return NOT_JSON
    if is_there(chunk.error):
        return read_error(body)
    is_reply = chunk.candidates or is_there(chunk.prompt_feedback) or chunk.usage_metadata
    return chunk if is_reply else NOT_A_REPLY


def write_reply(reply: Reply, style: Style) -> bytes:
    """Write a whole answer; a fault takes the place of everything else."""
    if reply.fault is not None:
        return write_fault(reply.fault, style.request_id)
    parts = [found for part in reply.parts if (found := write_part(part))]
    candidate: Object = {
        "content": {"parts": parts, "role": "model"},
        "finishReason": write_stop(reply.stop),
        "index": 0,
    }
    for part in reply.parts:
        if isinstance(part, Text):
            candidate |= part.extras.get(NAME, {})
    written: Object = {"candidates": [candidate]}
    if reply.usage is not None:
        written["usageMetadata"] = write_usage(reply.usage)
    written["modelVersion"] = reply.model or style.model
    written["responseId"] = reply.id or style.id
    return msgspec.json.encode(written)


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass a whole answer on as it is, and note what it tells."""
    seen, has_calls = Seen(is_ended=True), False
    for element in elements_of(body):
        chunk = open_reply(element)
        if isinstance(chunk, Fault):
            seen.fault = seen.fault or chunk
            continue
        has_calls = note(seen, chunk, has_calls=has_calls)
        note_usage(seen, chunk.usage_metadata)
    return body, seen
