"""Reads a provider's file: what was charged, day by day and model by model."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.history.invoice.amount import (
    Mark,
    Readings,
    choose,
    half_a_unit,
    marks_told,
    read_amount,
    shortened,
)
from endpoints_server.desk.history.invoice.layout import Layout, layout_of, refused
from endpoints_server.domain.money.tally import FIRST_DAY

DIVIDERS = ",;\t"
SECONDS = re.compile(r"\d{9,11}(\.0+)?")
HOUSE_CURRENCY = "USD"


class Line(Struct, frozen=True, kw_only=True):
    """What stands in one row: USD, or tokens where there are no amounts.

    `amount` is None in a row that only says that there was nothing; `slack` is how much an amount
    may be off because it was rounded.
    """

    day: int
    model: str = ""
    endpoint: str = ""
    amount: Decimal | None = None
    slack: Decimal = Decimal(0)


class Invoice(Struct, frozen=True, kw_only=True):
    """A whole file; `unit` is USD or tokens."""

    title: str
    unit: str
    lines: tuple[Line, ...]


class Row(NamedTuple):
    """A row as far as it can be read by itself, and the line that it ends in."""

    number: int
    line: Line
    amounts: Sequence[Readings]


def read_invoice(text: str, said: Mapping[str, str]) -> Invoice:
    """Read a file, with what is said of its columns; raises Failed(bad_request) with the line.

    Cells are divided by commas, semicolons or tabs, whichever the header has most of.
    """
    divider = max(DIVIDERS, key=text.lstrip().partition("\n")[0].count)
    plain = StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.reader(plain, delimiter=divider, strict=True)
    cells = (row for row in reader if any(map(str.strip, row)))
    try:
        header = [name.strip() for name in next(cells, ())]
        layout = layout_of(header, said)
        marks = marks_of(layout, divider)
        named = rows_of(header, cells)
        rows = [Row(reader.line_num, *parts_of(row, layout, marks)) for row in named]
    except (csv.Error, ValueError) as error:
        raise refused(f"Line {reader.line_num} cannot be read: {error}.") from error
    if not rows:
        raise refused("The file has no rows.")
    unit = HOUSE_CURRENCY if layout.cost else "tokens"
    lines = tuple(lines_of(rows, is_count=not layout.cost))
    return Invoice(title=layout.title or "as described", unit=unit, lines=lines)


def marks_of(layout: Layout, divider: str) -> Sequence[Mark]:
    """Give the marks that amounts may have: what is said, or no comma where it divides cells."""
    if layout.decimal is not None:
        return (layout.decimal,)
    return (Mark.POINT,) if divider == Mark.COMMA else tuple(Mark)


def rows_of(header: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[Mapping[str, str]]:
    """Name the cells of each row; raises ValueError where there are more cells than names."""
    for row in rows:
        if any(map(str.strip, row[len(header) :])):
            raise ValueError("it has more cells than the header")
        yield dict(zip(header, row, strict=False))


def parts_of(
    row: Mapping[str, str], layout: Layout, marks: Sequence[Mark]
) -> tuple[Line, Sequence[Readings]]:
    """Read one row but for its amount, and what that may be; raises ValueError."""
    for name in layout.columns:
        if name not in row:
            raise ValueError(f"it ends before the column '{name}'")
    currency = row.get(layout.currency, "").strip()
    if currency.upper() not in ("", HOUSE_CURRENCY):
        raise ValueError(f"its amount is in '{shortened(currency)}', not in {HOUSE_CURRENCY}")
    columns = (layout.cost,) if layout.cost else layout.tokens
    amounts = [read_amount(row[name], marks) for name in columns]
    line = Line(
        day=day_of(row[layout.day]),
        model=part_of(row[layout.model], layout.model_part) if layout.model else "",
        endpoint=row[layout.endpoint].strip() if layout.endpoint else "",
    )
    return line, amounts


def lines_of(rows: Sequence[Row], *, is_count: bool) -> Iterator[Line]:
    """Give each row its amount; raises Failed(bad_request) where it may be one or another."""
    told = marks_told(readings for row in rows for readings in row.amounts)
    for row in rows:
        try:
            chosen = [choose(readings, told, is_count=is_count) for readings in row.amounts]
        except ValueError as error:
            raise refused(f"Line {row.number} cannot be read: {error}.") from error
        amounts = [number for number in chosen if number is not None]
        slack = Decimal(0) if is_count else sum(map(half_a_unit, amounts), Decimal(0))
        yield replace(row.line, amount=sum(amounts, Decimal(0)) if amounts else None, slack=slack)


def day_of(text: str) -> int:
    """Read a date, a time (of UTC unless it says otherwise) or seconds since 1970 as a day."""
    plain = text.strip()
    if SECONDS.fullmatch(plain):
        return int(float(plain)) // 86_400
    try:
        moment = datetime.fromisoformat(plain.removesuffix(" UTC"))
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (zoned.astimezone(UTC).date() - FIRST_DAY).days
    except (ValueError, OverflowError):
        message = f"'{shortened(text)}' is no day such as 2026-11-21, nor seconds since 1970"
        raise ValueError(message) from None


def part_of(text: str, pattern: str) -> str:
    """Take the part of a text that names a model."""
    found = re.search(pattern, text) if pattern else None
    return (found[0] if found else text).strip()
