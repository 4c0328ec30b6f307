"""Decoding with errors that name the field, and with either spelling of the fields' names."""

import re
from typing import TypeVar

import msgspec
from msgspec import Raw

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.wires.body import DECODE_ERRORS, NOT_VALID, malformed
from endpoints_server.wires.decode import decode
from endpoints_server.wires.google_generative.schema import Chunk, Object

Shape = TypeVar("Shape")
Fields = dict[str, Raw]

NULL = b"null"
UNDERSCORE = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")

chunk_decoder = msgspec.json.Decoder(Chunk)


def take(value: bytes | Raw, shape: type[Shape], where: str) -> Shape:
    """Decode one value that stands at `where` in the body; raises Failed(bad_request)."""
    try:
        return msgspec.json.decode(value, type=shape)
    except DECODE_ERRORS as error:
        words, _, path = malformed(error, value).message.partition(" - at `$")
        raise refusal(where + path.rstrip("`"), words.removeprefix(NOT_VALID)) from None


def refusal(where: str, words: str) -> Failed:
    """Say what is wrong with a field of the body."""
    where = where.lstrip(".")
    message = f"{where}: {words}" if where else NOT_VALID + words
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=where))


def open_object(value: bytes | Raw, where: str) -> Fields:
    """Take an object apart; names come in camel case, and null is as good as absent."""
    fields = take(value, Fields, where)
    return {camel(name): each for name, each in fields.items() if bytes(each) != NULL}


def camel(name: str) -> str:
    """Give a field the spelling of the API's documentation; its server takes the other one too."""
    if "_" not in name:
        return name
    return UNDERSCORE.sub(lambda found: found[1].upper(), name)


def items_of(value: Raw | None, where: str) -> list[tuple[Raw, str]]:
    """Give the items of a list, each with its place; one that stands alone is a list of itself."""
    if value is None:
        return []
    if not bytes(value).lstrip().startswith(b"["):
        return [(value, where)]
    items = take(value, list[Raw], where)
    return [(item, f"{where}[{place}]") for place, item in enumerate(items)]


def optional(fields: Fields, name: str, shape: type[Shape], where: str) -> Shape | None:
    """Take a field out of an object and decode it, where it is there."""
    value = fields.pop(name, None)
    return None if value is None else take(value, shape, f"{where}.{name}" if where else name)


def rest_of(fields: Fields) -> Object:
    """Decode what is left over of an object."""
    return {name: take(value, object, name) for name, value in fields.items()}


def decode_chunk(data: bytes) -> Chunk:
    """Decode an element of a stream; half a character is read as the replacement character.

    Raises one of DECODE_ERRORS for what is not JSON, or not of this wire's shape.
    """
    return decode(chunk_decoder, data)


def is_there(value: Raw) -> bool:
    """Say whether a field is neither absent nor null."""
    return bool(value) and bytes(value) != NULL


def on_one_line(data: bytes) -> bytes:
    """Give JSON without the line ends and indents that the vendor writes where nobody streams."""
    return msgspec.json.format(data, indent=-1) if b"\n" in data else data
