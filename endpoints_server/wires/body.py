"""A JSON body's top level: peeked at and edited, everything nested left as its bytes."""

import re
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.parameter import CEILINGS
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.place import place_of

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
PLACE = re.compile(r"at `\$\.?([^`]*)`")
MISSING = re.compile(r"required field `(\w+)`")
MOST_FIELDS = 1000
NOT_VALID = "The request body is not valid: "
OUT_OF_RANGE = "out of range"
DECISIVE = frozenset(
    {
        *("model", "stream", "messages", "input", "tools"),
        *("max_tokens", "max_completion_tokens", "max_output_tokens"),
    }
)
"""Fields that an upstream must not read otherwise than we do; some take any case for the same."""

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding raises; the last is for values nested too deep."""

peek_decoder = msgspec.json.Decoder(Peek)
fields_decoder = msgspec.json.Decoder(Fields)
encoder = msgspec.json.Encoder()


def peek(body: bytes, model: str = "", *, is_stream: bool | None = None) -> Peek:
    """Read the fields that decide where a call goes; raises Failed(bad_request).

    Where the path named the `model`, nothing of the body decides.
    """
    if not body:
        raise Failed(refused("it is empty"))
    try:
        peeked = Peek(model=model, stream=is_stream) if model else peek_decoder.decode(body)
        if not body.isascii():
            body.decode()
    except DECODE_ERRORS as error:
        raise Failed(malformed(error, body)) from None
    if peeked.messages and memoryview(peeked.messages)[0] != ord("["):
        raise Failed(refused("Expected `array` - at `$.messages`"))
    return peeked


def malformed(error: Exception, body: bytes | Raw = b"", name: str = "") -> Fault:
    """Say what is wrong with a body, or with the field `name` of one.

    The decoder's words quote no value; what it cannot name the place of is looked for.
    """
    is_deep = isinstance(error, RecursionError)
    words = "A value is nested too deep" if is_deep else str(error)
    if is_deep or OUT_OF_RANGE in words:
        words = words.partition(" - at")[0]
        place = place_of(bytes(body))
        words += f" - at `{place}`" if place else ""
    return refused(words.replace("`$", f"`$.{name}") if name else words)


def refused(words: str) -> Fault:
    """Refuse a body; the place that the words name is named to programs too."""
    found = (PLACE.search(words), MISSING.search(words))
    param = ".".join(each[1] for each in found if each and each[1])
    return Fault(kind=Kind.BAD_REQUEST, message=NOT_VALID + words, param=param)


def open_fields(body: bytes) -> Fields:
    """Take a body apart at its top level; raises Failed(bad_request)."""
    try:
        fields = fields_decoder.decode(body)
    except DECODE_ERRORS as error:
        raise Failed(malformed(error, body)) from None
    if len(fields) > MOST_FIELDS:
        raise Failed(refused(f"it has more than {MOST_FIELDS} fields"))
    for name in fields:
        if name not in DECISIVE and name.lower() in DECISIVE:
            raise Failed(refused(f"`{name[:40]}` is spelled `{name.lower()}`"))
    return fields


def close_fields(fields: Mapping[str, Raw]) -> bytes:
    """Put a body together again."""
    return encoder.encode(fields)


def with_model(body: bytes, model: str) -> bytes:
    """Name another model in a body; raises Failed(bad_request)."""
    fields = open_fields(body)
    fields["model"] = raw(model)
    return close_fields(fields)


def raw(value: object) -> Raw:
    """Encode one value for a field."""
    return Raw(encoder.encode(value))


def rename(fields: Fields, names: Mapping[str, str]) -> None:
    """Give parameters the names of the wire, which win where both spellings stand."""
    for alias in [name for name in fields if name in names]:
        value = fields.pop(alias)
        path = names[alias]
        if path and not has_field(fields, path):
            set_field(fields, path, value)


def apply_dialect(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Take out what is refused, lay defaults under a request, then add, then drop."""
    if dialect.refuse:
        lose_fields(fields, dialect.refuse, lose)
    if not (dialect.defaults or dialect.add or dialect.drop):
        return
    for path, value in dialect.defaults.items():
        if not any(has_field(fields, name) for name in same_as(path)):
            add_field(fields, path, value)
    for path, value in dialect.add.items():
        for name in same_as(path):
            if name != path:
                fields.pop(name, None)
        add_field(fields, path, value)
    for path in dialect.drop:
        for name in same_as(path):
            drop_field(fields, name)


def same_as(path: str) -> tuple[str, ...]:
    """Give every name of the parameter at a path."""
    return CEILINGS if path in CEILINGS else (path,)


def has_field(fields: Fields, path: str) -> bool:
    """Say whether there is a field, in a nested object where the path is dotted; null says no.

    Where an object could be, `false` says that nothing of it is wanted, and so decides its fields.
    """
    head, _, rest = path.partition(".")
    value = fields.get(path)
    if value is not None or not rest:
        return value is not None and bytes(value) != b"null"
    if bytes(fields.get(head, b"")) == b"false":
        return True
    inner = inner_fields(fields, head)
    return inner is not None and has_field(inner, rest)


def add_field(fields: Fields, path: str, value: object) -> None:
    """Set a field to a plain value; where the path is dotted, set it inside."""
    set_field(fields, path, raw(value))


def set_field(fields: Fields, path: str, value: Raw) -> None:
    """Set a field; where the path is dotted, set it inside an object at its head."""
    head, _, rest = path.partition(".")
    if not rest or path in fields:
        fields[path] = value
        return
    inner = inner_fields(fields, head) or {}
    set_field(inner, rest, value)
    fields[head] = Raw(close_fields(inner))


def drop_field(fields: Fields, path: str) -> None:
    """Remove a field; where the path is dotted, remove it inside, and what is empty then."""
    if fields.pop(path, None) is not None:
        return
    head, _, rest = path.partition(".")
    inner = inner_fields(fields, head) if rest else None
    if inner is None:
        return
    before = len(inner)
    drop_field(inner, rest)
    if inner or not before:
        fields[head] = Raw(close_fields(inner))
    else:
        del fields[head]


def lose_fields(fields: Fields, paths: Iterable[str], lose: Lose) -> None:
    """Drop fields that are there, and name each as lost."""
    for path in paths:
        head = path.partition(".")[0]
        before = fields.get(head)
        drop_field(fields, path)
        if before is not None and fields.get(head) != before:
            lose(path)


def inner_fields(fields: Fields, key: str) -> Fields | None:
    """Take a nested object apart, or give None where there is none."""
    value = fields.get(key)
    if value is None or not bytes(value).lstrip().startswith(b"{"):
        return None
    try:
        return fields_decoder.decode(value)
    except DECODE_ERRORS as error:
        raise Failed(malformed(error, value, key)) from None


def decode_value(value: Raw, name: str = "") -> object:
    """Decode the value of a field, whatever it is; raises Failed(bad_request)."""
    try:
        decoded: object = msgspec.json.decode(value)
    except DECODE_ERRORS as error:
        raise Failed(malformed(error, value, name)) from None
    return decoded


LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Half a character, as those write it who cut text by UTF-16 units."""


def whole_characters(body: bytes) -> bytes:
    """Put the replacement character for half a character, which the decoder does not take."""
    return LONE_SURROGATE.sub(rb"\\ufffd", body)
