"""How many tokens there are in what is embedded or completed: text, tokens, or lists of either."""

from endpoints_server.domain.money.estimate import estimate_tokens
from endpoints_server.wires.body import decode_value, open_fields

MOST_DEPTH = 4
"""A list of inputs, each a list of parts that hold text: nothing is nested deeper."""


def estimate_fields(body: bytes, *names: str) -> int:
    """Estimate the tokens of some fields of a body; raises Failed(bad_request)."""
    fields = open_fields(body)
    found = [decode_value(fields[name], name) for name in names if name in fields]
    return sum(count(value, MOST_DEPTH) for value in found)


def count(value: object, depth: int) -> int:
    """Count a value's tokens; a number is one token already."""
    match value:
        case str():
            return estimate_tokens([value])
        case bool():
            return 0
        case int():
            return 1
        case list() if depth:
            return sum(count(each, depth - 1) for each in value)
        case dict() if depth:
            return count(value.get("text") or value.get("content"), depth - 1)
        case _:  # pictures and what else we cannot weigh
            return 0
