"""Reads a provider's file: what was charged, day by day and model by model."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from msgspec import Struct

from endpoints_server.desk.history.invoice.amount import half_a_unit, number_of, shortened
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


class Sheet(NamedTuple):
    """The cells of a file below its header, row by row, and what divides them."""

    header: Sequence[str]
    rows: Iterator[Sequence[str]]
    divider: str


def read_invoice(text: str, said: Mapping[str, str]) -> Invoice:
    """Read a file, with what is said of its columns; raises Failed(bad_request) with the line.

    Cells are divided by commas, semicolons or tabs, whichever the header has most of.
    """
    divider = max(DIVIDERS, key=text.lstrip().partition("\n")[0].count)
    plain = StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.reader(plain, delimiter=divider, strict=True)
    rows = (row for row in reader if any(map(str.strip, row)))
    try:
        sheet = Sheet([name.strip() for name in next(rows, ())], rows, divider)
        layout = layout_of(sheet.header, said)
        lines = tuple(line_of(row, layout, divider) for row in rows_of(sheet))
    except (csv.Error, ValueError) as error:
        raise refused(f"Line {reader.line_num} cannot be read: {error}.") from error
    if not lines:
        raise refused("The file has no rows.")
    unit = HOUSE_CURRENCY if layout.cost else "tokens"
    return Invoice(title=layout.title or "as described", unit=unit, lines=lines)


def rows_of(sheet: Sheet) -> Iterator[Mapping[str, str]]:
    """Name the cells of each row; raises ValueError where there are more cells than names."""
    for row in sheet.rows:
        if any(map(str.strip, row[len(sheet.header) :])):
            raise ValueError("it has more cells than the header")
        yield dict(zip(sheet.header, row, strict=False))


def line_of(row: Mapping[str, str], layout: Layout, divider: str) -> Line:
    """Read one row; raises ValueError."""
    for name in layout.columns:
        if name not in row:
            raise ValueError(f"it ends before the column '{name}'")
    currency = row.get(layout.currency, "").strip()
    if currency.upper() not in ("", HOUSE_CURRENCY):
        raise ValueError(f"its amount is in '{shortened(currency)}', not in {HOUSE_CURRENCY}")
    columns = (layout.cost,) if layout.cost else layout.tokens
    told = [number_of(row[name], has_commas=divider != ",") for name in columns]
    amounts = [number for number in told if number is not None]
    return Line(
        day=day_of(row[layout.day]),
        model=part_of(row[layout.model], layout.model_part) if layout.model else "",
        endpoint=row[layout.endpoint].strip() if layout.endpoint else "",
        amount=sum(amounts, Decimal(0)) if amounts else None,
        slack=sum(map(half_a_unit, amounts), Decimal(0)) if layout.cost else Decimal(0),
    )


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
