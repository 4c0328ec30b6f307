"""Decoding with errors that name the field, and what is left over of an object."""

import re
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.talk.prompt import Extras
from endpoints_server.wires.anthropic_messages.schema import NAME, Object, StreamEvent
from endpoints_server.wires.body import DECODE_ERRORS, NOT_VALID, malformed, whole_characters

Shape = TypeVar("Shape")

INDEX = re.compile(r"\[(\d+)\]")
DONE = b"[DONE]"
"""The end marker of another wire, which some upstreams write on this one too."""

KNOWN_EVENTS = {
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
    "error",
}

event_decoder = msgspec.json.Decoder(StreamEvent)


class Typed(Struct):
    """The one field that every event has."""

    type: str = ""


def take(value: bytes | Raw, shape: type[Shape], where: str) -> Shape:
    """Decode one value that stands at `where` in the body; raises Failed(bad_request)."""
    try:
        return msgspec.json.decode(value, type=shape)
    except DECODE_ERRORS as error:
        words, _, path = malformed(error, value).message.partition(" - at `$")
        words = words.removeprefix(NOT_VALID)
        field = INDEX.sub(r".\1", where + path.rstrip("`"))
        raise refusal(field.lstrip("."), words) from None


def refusal(where: str, words: str) -> Failed:
    """Say what is wrong with a field of the body."""
    message = f"{where}: {words}" if where else NOT_VALID + words
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=where))


def left_over(fields: Object, shape: type[Struct]) -> Object:
    """Give the fields that a type does not know; null is as good as absent on this wire."""
    known = {*shape.__struct_fields__, "type"}
    return {
        name: value for name, value in fields.items() if name not in known and value is not None
    }


def is_null(value: Raw) -> bool:
    """Say whether a field is absent or null."""
    return not value or bytes(value) == b"null"


def filed(fields: Object) -> Extras:
    """File what is left over under the name of this wire."""
    return {NAME: fields} if fields else {}


def decode_event(data: bytes) -> StreamEvent:
    """Decode an event's data; one of an unknown type may look as it likes.

    Half a character is read as the replacement character. Raises one of DECODE_ERRORS for what is
    not JSON, or not what its type promises.
    """
    try:
        return event_decoder.decode(data)
    except msgspec.ValidationError:
        kind = msgspec.json.decode(data, type=Typed).type
        if kind in KNOWN_EVENTS:
            raise
        return StreamEvent(type=kind)
    except msgspec.DecodeError:
        mended = whole_characters(data)
        if mended == data:
            raise
        return event_decoder.decode(mended)
