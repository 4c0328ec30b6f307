"""Any value as one that a line can hold."""

from collections.abc import Iterable, Mapping

DEEPEST = 6
"""How far into a nested value a line looks before it takes its text."""
LARGEST_NUMBER = 2**63


def legible_value(value: object, depth: int = 0) -> object:
    """Turn any value into one that JSON has, bytes into text, and what is unknown into its repr."""
    match value:
        case None | bool() | float():
            return value
        case int() if abs(value) < LARGEST_NUMBER:
            return value
        case str():
            return legible_text(value)
        case bytes():
            return value.decode(errors="replace")
        case Mapping() | list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return legible_items(value, depth + 1)
        case _:  # a Secret, an exception, anything: its repr goes through the gate as well
            return legible_text(repr(value))


def legible_items(values: Iterable[object], depth: int) -> object:
    """Do so with everything in a mapping or a sequence; names become text."""
    if not isinstance(values, Mapping):
        return [legible_value(inner, depth) for inner in values]
    return {
        str(legible_value(name, DEEPEST)): legible_value(inner, depth)
        for name, inner in values.items()
    }


def legible_text(text: str) -> str:
    """Replace what UTF-8 cannot say."""
    return text if text.isascii() else text.encode(errors="replace").decode()
