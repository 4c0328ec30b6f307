"""Decoding with errors that name the field, and events of any kind."""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.talk.prompt import Extras
from endpoints_server.wires.body import DECODE_ERRORS, NOT_VALID, malformed, whole_characters
from endpoints_server.wires.decode import decode, left_over
from endpoints_server.wires.openai_responses.schema import NAME, Answer, Object, StreamEvent

Shape = TypeVar("Shape")
Known = TypeVar("Known", bound=Struct)

KNOWN_EVENTS = frozenset(
    {
        "response.created",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.done",
        "response.output_text.delta",
        "response.refusal.delta",
        "response.reasoning_summary_text.delta",
        "response.reasoning_text.delta",
        "response.function_call_arguments.delta",
        "response.completed",
        "response.incomplete",
        "response.failed",
        "response.cancelled",
        "error",
    }
)
"""Those whose shape must be as promised."""

event_decoder = msgspec.json.Decoder(StreamEvent)


class OnlyType(Struct):
    """The one field that every event has."""

    type: str = ""


def take(value: bytes | Raw, shape: type[Shape], where: str) -> Shape:
    """Decode one value that stands at `where` in the body; raises Failed(bad_request).

    Half a character is read as the replacement for it.
    """
    try:
        return decoded(value, shape)
    except DECODE_ERRORS as error:
        words, _, path = malformed(error, value).message.partition(" - at `$")
        place = (where + path.rstrip("`")).lstrip(".")
        raise refusal(place, words.removeprefix(NOT_VALID)) from None


def take_all(
    value: Raw, shape: type[Known], closed: type[Known], where: str
) -> tuple[Known, Object]:
    """Decode one value, and give what is left over of it; raises Failed(bad_request).

    `closed` is the same shape that takes no other field: nearly nothing has any, and is read once.
    """
    try:
        return msgspec.json.decode(value, type=closed), {}
    except DECODE_ERRORS:
        return take(value, shape, where), left_over(take(value, Object, where), shape)


def decoded(value: bytes | Raw, shape: type[Shape]) -> Shape:
    """Decode one value; raises one of DECODE_ERRORS."""
    try:
        return msgspec.json.decode(value, type=shape)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.json.decode(whole_characters(bytes(value)), type=shape)


def refusal(where: str, words: str) -> Failed:
    """Say what is wrong with a field of the body."""
    message = NOT_VALID + words + (f" - at `$.{where}`" if where else "")
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=where))


def filed(fields: Object) -> Extras:
    """File what is left over under the name of this wire."""
    return {NAME: fields} if fields else {}


def last_answer(event: StreamEvent) -> Answer:
    """Decode what the last event of a stream holds; its type is the status where none is told.

    Raises msgspec.ValidationError for a strange shape.
    """
    answer = msgspec.json.decode(event.response or b"{}", type=Answer)
    answer.status = answer.status or status_of(event)
    return answer


def status_of(event: StreamEvent) -> str:
    """Give the status that the type of a last event names."""
    return event.type.removeprefix("response.")


def decode_event(data: bytes, *, is_lax: bool = False) -> StreamEvent:
    """Decode an event's data; one of an unknown type may look as it likes, or any where `is_lax`.

    Half a character is read as the replacement character. Raises one of DECODE_ERRORS for what is
    not JSON, or not what its type promises.
    """
    try:
        return decode(event_decoder, data)
    except msgspec.ValidationError:
        kind = msgspec.json.decode(data, type=OnlyType).type
        if kind in KNOWN_EVENTS and not is_lax:
            raise
        return StreamEvent(type=kind)
