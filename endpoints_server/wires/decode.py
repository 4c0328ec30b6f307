"""Decoding what peers write, half characters and null fields among it."""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from endpoints_server.wires.body import DECODE_ERRORS, whole_characters

Shape = TypeVar("Shape")
Object = dict[str, object]


def decode(decoder: "msgspec.json.Decoder[Shape]", data: bytes) -> Shape:
    """Decode; half a character is read as the replacement character.

    Raises one of DECODE_ERRORS for what is not JSON, or not of the decoder's shape.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = whole_characters(data)
        if mended == data:
            raise
        return decoder.decode(mended)


def left_over(fields: Object, shape: type[Struct]) -> Object:
    """Give the fields that a type does not know, for wires on which null is as good as absent."""
    known = {*shape.__struct_fields__, "type"}
    return {
        name: value for name, value in fields.items() if name not in known and value is not None
    }


def is_null(value: Raw) -> bool:
    """Say whether a field is absent or null."""
    return not value or bytes(value) == b"null"


def is_whole(data: bytes) -> bool:
    """Say whether data is JSON to its end."""
    try:
        msgspec.json.decode(data)
    except DECODE_ERRORS:
        return False
    return True
