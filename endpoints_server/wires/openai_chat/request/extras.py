"""Fields that this server does not know: kept for this wire alone, and laid back where they were.

A field inside a nested object is filed under a dotted name: `function.needs_approval`.
"""

from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.domain.talk.prompt import Extras
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.request.schema import Fields

Shape = type[Struct]


def unknown(fields: Fields, shape: Shape) -> Fields:
    """Give the fields that a shape does not know; those that are null say nothing."""
    known = shape.__struct_fields__
    return {k: value for k, value in fields.items() if k not in known and value is not None}


def gather(fields: Fields, shape: Shape, inner: str = "", inner_shape: Shape = Struct) -> Extras:
    """File what the shapes of an object, and of one object inside it, do not know."""
    found = unknown(fields, shape)
    inside = fields.get(inner)
    if isinstance(inside, dict):
        found |= {f"{inner}.{key}": v for key, v in unknown(inside, inner_shape).items()}
    return {NAME: found} if found else {}


def lay(written: Fields, extras: Extras) -> Fields:
    """Lay the fields that were filed back onto an object and into the objects inside it."""
    for key, value in extras.get(NAME, {}).items():
        head, _, rest = key.partition(".")
        inside = written.get(head)
        if rest and isinstance(inside, Mapping):
            written[head] = {**inside, rest: value}
        else:
            written[key] = value
    return written
