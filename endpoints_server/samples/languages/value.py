"""Values as an example writes them, and the calls they are given to."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

DEEPEST = 60
MOST_VALUES = 2_000
LONGEST_TEXT = 100_000
LONGEST_NAME = 40
SIGNS_PER_VALUE = 100
"""What nests deeper than any example does is not read."""


class Invocation(Struct, frozen=True, kw_only=True):
    """A call in a program: its name with dots, what it is given, and what its result is called."""

    name: str
    target: str = ""
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] = {}

    @property
    def options(self) -> dict[str, Any]:
        """What is given by name, be it in an object."""
        objects = (each for each in self.arguments if isinstance(each, dict))
        return {**{k: v for each in objects for k, v in each.items()}, **self.named}


class Program(Struct, frozen=True, kw_only=True):
    """What a program does: its calls in order, the values it gives names to, and all of them."""

    invocations: tuple[Invocation, ...] = ()
    assigned: Mapping[str, Any] = {}
    values: tuple[Any, ...] = ()


def variable(name: str) -> str:
    """Write a variable of the environment."""
    return f"${{{name}}}"


def unknown(name: str) -> str:
    """Write what the example does not tell the value of."""
    return f"<{name[:LONGEST_NAME]}>"


def spelled(value: object) -> str:
    """Write a value into a text; what is no plain value is not told."""
    return unknown("…") if isinstance(value, Invocation | dict | list) else str(value)


def member_of(holder: object, key: object) -> object:
    """Give a member of an object or a list, where both are told."""
    if isinstance(holder, dict) and isinstance(key, str):
        return holder.get(key, unknown(key))
    return unknown("…")


def join(first: object, second: object) -> str:
    """Join two texts; what would grow beyond any example is not told."""
    joined = spelled(first) + spelled(second)
    return joined if len(joined) <= LONGEST_TEXT else unknown("…")


def bounded(value: object) -> object:
    """Give a value that may get a name: one that is small, as names can be used over and over."""
    left, rest = MOST_VALUES, [value]
    while rest:
        each = rest.pop()
        left -= 1 + (len(each) // SIGNS_PER_VALUE if isinstance(each, str) else 0)
        if left < 0:
            return unknown("…")
        rest += inner_of(each)
    return value


def inner_of(value: object) -> list[object]:
    """Give the values that are directly in one."""
    match value:
        case dict():
            return list(value.values())
        case list() | tuple():
            return list(value)
        case Invocation():
            return [*value.arguments, *value.named.values()]
        case _:
            return []
