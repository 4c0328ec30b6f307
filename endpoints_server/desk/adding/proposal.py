"""An endpoint as it could stand in the YAML, and what a person has to know of it."""

from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.config.problem import MASK
from endpoints_server.desk.adding.variables import names_in
from endpoints_server.domain.header import PUBLIC

ORDER = (
    *("name", "provider", "apiKey", "baseURL", "authHeader", "headers"),
    *("models", "addParams", "compat"),
)


NO_KEY = "none"
"""What is presented to a server that wants no key."""

KEY = "the key of {name}"


class Wish(Struct, frozen=True, kw_only=True):
    """What a person says of the endpoint that is to be; empty where they leave it to others."""

    name: str = ""
    models: tuple[str, ...] = ()


class Variable(Struct, frozen=True):
    """A variable that the endpoint uses, and what is to be in it."""

    name: str
    holds: str


class Proposal(Struct, frozen=True, kw_only=True):
    """What could be written; `missing` are parts without which it must not be."""

    entry: dict[str, object]
    variables: tuple[Variable, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def in_order(entry: Mapping[str, object]) -> dict[str, object]:
    """Put the keys of an entry in the order in which people read them, without empty ones."""
    return {key: entry[key] for key in ORDER if entry.get(key) not in (None, "", {}, [], False)}


def fit_to_show(entry: Mapping[str, object]) -> dict[str, object]:
    """Mask the values of headers that may be credentials; variables are none."""
    headers = entry.get("headers")
    if not isinstance(headers, Mapping):
        return dict(entry)
    shown = {
        name: value if name.lower() in PUBLIC or names_in(value) else MASK
        for name, value in headers.items()
    }
    return {**entry, "headers": shown}


def literal(value: object) -> object:
    """Write plain values so that no dollar sign in them begins a variable."""
    match value:
        case str():
            return value.replace("$", "$$")
        case Mapping():
            return {key: literal(part) for key, part in value.items()}
        case list() | tuple():
            return [literal(part) for part in value]
        case _:  # numbers, truth values and null hold no text
            return value
