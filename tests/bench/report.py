"""The rows, printed and as JSON."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tests.bench.figures import Cell
from tests.bench.table import Goal, Row

LABEL_WIDTH = 38
CELL_WIDTH = 18


def table(title: str, rows: Iterable[Row], names: Sequence[str], broken: set[str]) -> str:
    """Write a table; a target that answered wrongly is marked with an exclamation mark."""
    heads = [f"{name} (!)" if name in broken else name for name in names]
    head = f"{title:<{LABEL_WIDTH}}" + "".join(f"{head:>{CELL_WIDTH}}" for head in heads) + "  goal"
    return "\n".join([head, *(line(row, names) for row in rows)])


def line(row: Row, names: Sequence[str]) -> str:
    """Write one row."""
    cells = [cell_text(row, row.cells.get(name)) for name in names]
    padded = "".join(f"{cell:>{CELL_WIDTH}}" for cell in cells)
    goal = f"  {goal_text(row, row.goal)}" if row.goal else ""
    return f"{row.label:<{LABEL_WIDTH}}{padded}{goal}".rstrip()


def cell_text(row: Row, cell: Cell | None) -> str:
    """Write a figure, its ratio to the reference beside it."""
    if cell is None:
        return "–"
    bound = "≥ " if cell.is_generator_bound else ""
    ratio = f" ({cell.ratio:.2f}×)" if cell.ratio is not None else ""
    return f"{bound}{cell.value:,.{row.digits}f}{ratio}"


def goal_text(row: Row, goal: Goal) -> str:
    """Write a goal, and which of those it is set for met it."""
    unit = "×" if goal.is_ratio else ""
    aim = f", aim {goal.aim}{unit}" if goal.aim else ""
    bound = f"≥ {goal.least}" if goal.least is not None else f"≤ {goal.most}"
    found = {name: verdict(goal, row.cells.get(name)) for name in goal.of}
    if len(set(found.values())) == 1:
        return f"{bound}{unit}{aim}: {found[goal.of[0]]}"
    missed = [name for name, said in found.items() if said != "met"]
    return f"{bound}{unit}{aim}: but for {', '.join(missed)}"


def verdict(goal: Goal, cell: Cell | None) -> str:
    """Say whether a figure is within a goal."""
    found = None if cell is None else cell.ratio if goal.is_ratio else cell.value
    if found is None:
        return "not measured"
    is_low = goal.most is None or found <= goal.most
    return "met" if is_low and found >= (goal.least or 0) else "missed"


def as_json(rows: Mapping[str, Sequence[Row]], circumstances: dict[str, object]) -> bytes:
    """Write everything for a machine, with the circumstances it was measured in."""
    told = {"circumstances": circumstances, "rows": rows}
    return msgspec.json.format(msgspec.json.encode(told)) + b"\n"
