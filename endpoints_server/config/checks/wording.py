"""How checks speak of keys, types and values, without ever quoting a value."""

from collections.abc import Iterable

from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path
from endpoints_server.config.text.scalar import Date

WANTED = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
KINDS = {
    type(None): "empty",
    bool: "`true` or `false`",
    int: "a number",
    float: "a decimal number",
    Date: "a date",
    str: "text",
    list: "a list",
}
TRUTH_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "y", "n"})


def subject(path: Path) -> str:
    """Name what a path leads to: its key, or the item of a list."""
    match path:
        case ():
            return "the file"
        case ("endpoints", "custom", int(number)):
            return f"endpoint {number + 1}"
        case (*outer, int(number)):
            return f"item {number + 1} of {subject(tuple(outer))}"
        case _:  # a key, at any depth
            return shown(str(path[-1]))


def wanted(kinds: Iterable[str]) -> str:
    """Say which types a key takes."""
    return " or ".join(dict.fromkeys(WANTED[kind] for kind in kinds))


def describe(value: object) -> str:
    """Say what kind of value stands there."""
    return KINDS.get(type(value), "a mapping")


def remedy(kinds: list[str], value: object) -> str:
    """Say what would make a value fit."""
    match value:
        case None:
            return "give it a value, or remove the key"
        case bool() | int() | float() | Date() if "string" in kinds:
            return "quote it"
        case str() if "boolean" in kinds and value.lower() in TRUTH_WORDS:
            return "write `true` or `false`, without quotes"
        case str() if {"number", "integer"} & set(kinds):
            return f"write the number {'without quotes' if is_number(value) else 'in digits alone'}"
        case str() if "array" in kinds:
            return "begin each item with `- `"
        case _:  # nothing to advise
            return ""


def is_number(text: str) -> bool:
    """Say whether a text would be a number without its quotes."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
