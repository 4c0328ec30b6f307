"""Words and JSON on stdout."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec
import rich_click as click

F = TypeVar("F", bound=Callable[..., object])

GAP = "  "


def json_option(command: F) -> F:
    """Let a command answer in JSON."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def show_json(value: object) -> None:
    """Print a value as JSON, two spaces deep."""
    encoded = msgspec.json.encode(value, enc_hook=str)
    click.echo(msgspec.json.format(encoded, indent=2))


def show_table(header: Sequence[str], rows: Sequence[Sequence[object]], right: str = "") -> None:
    """Print aligned columns; `right` names those whose numbers end at the same place."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [
        max(len(row[index]) for row in [list(header), *texts]) for index in range(len(header))
    ]
    click.echo(click.style(line(header, header, widths, right), dim=True))
    for row in texts:
        click.echo(line(header, row, widths, right))


def line(header: Sequence[str], row: Sequence[str], widths: Sequence[int], right: str) -> str:
    """Align one row."""
    cells = [
        cell.rjust(width) if name in right.split() else cell.ljust(width)
        for name, cell, width in zip(header, row, widths, strict=True)
    ]
    return GAP.join(cells).rstrip()


def show_pairs(pairs: Sequence[tuple[str, object]]) -> None:
    """Print names and what they say, the values under each other."""
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        click.echo(f"{click.style(name.ljust(width), dim=True)}{GAP}{value}")


def instant(microseconds: int | None) -> str:
    """Write an instant for people, in UTC; empty where there is none."""
    if microseconds is None:
        return ""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%d %H:%M")


def rate(usd_per_million: Decimal | None) -> str:
    """Write a rate; a dash where nobody knows one."""
    return "-" if usd_per_million is None else f"{usd_per_million.normalize():f}"
