"""Decoding with errors that name the field, and events of any kind."""

import re
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.talk.prompt import Extras
from endpoints_server.wires.anthropic_messages.schema import NAME, Object, StreamEvent
from endpoints_server.wires.body import DECODE_ERRORS, NOT_VALID, malformed
from endpoints_server.wires.decode import decode

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


def filed(fields: Object) -> Extras:
    """File what is left over under the name of this wire."""
    return {NAME: fields} if fields else {}


def decode_event(data: bytes) -> StreamEvent:
    """Decode an event's data; one of an unknown type may look as it likes.

    Half a character is read as the replacement character. Raises one of DECODE_ERRORS for what is
    not JSON, or not what its type promises.
    """
    try:
        return decode(event_decoder, data)
    except msgspec.ValidationError:
        kind = msgspec.json.decode(data, type=Typed).type
        if kind in KNOWN_EVENTS:
            raise
        return StreamEvent(type=kind)
