"""The table of what came of it: a line for each client and wire, a column for each upstream."""

from collections.abc import Iterable, Mapping

from tests.clients.told import Outcome

FAILED = "FAILED"


def table(outcomes: Iterable[Outcome], kinds: Mapping[str, str]) -> str:
    """Lay out outcomes; `kinds` gives the wire of each model, in the order of the columns."""
    lines: dict[tuple[str, str, str], dict[str, str]] = {}
    for each in outcomes:
        told = each.told
        line = lines.setdefault((told.client, told.wire or "-", told.what), {})
        line[told.model or next(iter(kinds))] = cell(each)
    heads = ("client", "wire", "journey", *(f"over {wire}" for wire in kinds.values()))
    rows = [(*key, *(line.get(model, "") for model in kinds)) for key, line in lines.items()]
    return columns([heads, *rows])


def cell(outcome: Outcome) -> str:
    """Say how a journey got there."""
    if outcome.complaint:
        return FAILED
    if not outcome.wires_out:
        return "passed"
    return "relayed" if outcome.wires_out == (outcome.told.wire,) else "translated"


def columns(lines: list[tuple[str, ...]]) -> str:
    """Lay out lines in columns."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)
