"""A JSON body's top level: peeked at and edited, everything nested left as its bytes."""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.endpoint import Dialect
from endpoints_server.domain.fault import Failed, Fault, Kind

Fields = dict[str, Raw]


class StreamOptions(Struct, frozen=True):
    """The one stream option that changes what we send back."""

    include_usage: bool | None = None


class Peek(Struct, frozen=True):
    """The few fields read before routing."""

    model: str
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    messages: Raw = Raw()
    metadata: Raw = Raw()  # alone, for in a union it would take nothing but null

    @property
    def identity(self) -> Mapping[str, object]:
        """What the metadata tells of the conversation; empty where it tells nothing."""
        if b"_id" not in bytes(self.metadata):
            return {}
        try:
            found = identity_decoder.decode(self.metadata)
        except msgspec.DecodeError:  # metadata of another shape is the upstream's to judge
            return {}
        return {name: found[name] for name in IDENTITY if name in found}


IDENTITY = ("conversation_id", "parent_message_id", "message_id")
identity_decoder = msgspec.json.Decoder(dict[str, object])
FIELD = re.compile(r"(?:at `\$\.|required field `)(\w+)")
MOST_FIELDS = 1000
DECISIVE = frozenset(
    {"model", "stream", "messages", "max_tokens", "max_completion_tokens", "tools"}
)
"""Fields that an upstream must not read otherwise than we do; some take any case for the same."""

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding raises; the last is for values nested too deep."""

peek_decoder = msgspec.json.Decoder(Peek)
fields_decoder = msgspec.json.Decoder(Fields)
encoder = msgspec.json.Encoder()


def peek(body: bytes) -> Peek:
    """Read the fields that decide where a call goes; raises Failed(bad_request)."""
    if not body:
        raise Failed(refused("it is empty"))
    try:
        peeked = peek_decoder.decode(body)
        if not body.isascii():
            body.decode()
    except DECODE_ERRORS as error:
        raise Failed(malformed(error)) from None
    if peeked.messages and memoryview(peeked.messages)[0] != ord("["):
        raise Failed(refused("Expected `array` - at `$.messages`"))
    return peeked


def malformed(error: Exception) -> Fault:
    """Say what is wrong with a body, in the decoder's words, which quote no value."""
    return refused(str(error))


def refused(words: str) -> Fault:
    """Refuse a body; the field that the words name is named to programs too."""
    field = FIELD.search(words)
    return Fault(
        kind=Kind.BAD_REQUEST,
        message=f"The request body is not valid: {words}",
        param=field[1] if field else "",
    )


def open_fields(body: bytes) -> Fields:
    """Take a body apart at its top level; raises Failed(bad_request)."""
    try:
        fields = fields_decoder.decode(body)
    except DECODE_ERRORS as error:
        raise Failed(malformed(error)) from None
    if len(fields) > MOST_FIELDS:
        raise Failed(refused(f"it has more than {MOST_FIELDS} fields"))
    for name in fields:
        if name not in DECISIVE and name.lower() in DECISIVE:
            raise Failed(refused(f"`{name[:40]}` is spelled `{name.lower()}`"))
    return fields


def close_fields(fields: Mapping[str, Raw]) -> bytes:
    """Put a body together again."""
    return encoder.encode(fields)


def raw(value: object) -> Raw:
    """Encode one value for a field."""
    return Raw(encoder.encode(value))


def apply_dialect(fields: Fields, dialect: Dialect) -> None:
    """Add, then drop, what an endpoint's configuration says; dotted paths reach nested objects."""
    for path, value in dialect.add.items():
        add_field(fields, path, value)
    for path in dialect.drop:
        drop_field(fields, path)


def add_field(fields: Fields, path: str, value: object) -> None:
    """Set a field; where the path is dotted and its head is an object, set it inside."""
    head, _, rest = path.partition(".")
    if not rest or path in fields:
        fields[path] = raw(value)
        return
    inner = inner_fields(fields, head) or {}
    add_field(inner, rest, value)
    fields[head] = Raw(close_fields(inner))


def drop_field(fields: Fields, path: str) -> None:
    """Remove a field; where the path is dotted, remove it inside."""
    if fields.pop(path, None) is not None:
        return
    head, _, rest = path.partition(".")
    inner = inner_fields(fields, head) if rest else None
    if inner is None:
        return
    drop_field(inner, rest)
    fields[head] = Raw(close_fields(inner))


def inner_fields(fields: Fields, key: str) -> Fields | None:
    """Take a nested object apart, or give None where there is none."""
    value = fields.get(key)
    if value is None or not bytes(value).lstrip().startswith(b"{"):
        return None
    return fields_decoder.decode(value)


LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Half a character, as those write it who cut text by UTF-16 units."""


def whole_characters(body: bytes) -> bytes:
    """Put the replacement character for half a character, which the decoder does not take."""
    return LONE_SURROGATE.sub(rb"\\ufffd", body)
