"""Reads a provider's file: what was charged, day by day and model by model."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO

from msgspec import Struct

from endpoints_server.desk.history.invoice.layout import Layout, layout_of, refused

FIRST_DAY = date(1970, 1, 1)
CLUTTER = str.maketrans("", "", "$, ")
"""What stands in amounts and means nothing."""
SECONDS = re.compile(r"\d{9,11}(\.0+)?")


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


def read_invoice(text: str, said: Mapping[str, str]) -> Invoice:
    """Read a file, with what is said of its columns; raises Failed(bad_request) with the line."""
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), restval="")
    try:
        header = [name.strip() for name in rows.fieldnames or ()]
        rows.fieldnames = header
        layout = layout_of(header, said)
        lines = tuple(lines_of(rows, layout))
    except csv.Error as error:
        raise refused(f"Line {rows.line_num} cannot be read: {error}.") from error
    if not lines:
        raise refused("The file has no rows.")
    unit = "USD" if layout.cost else "tokens"
    return Invoice(title=layout.title or "as described", unit=unit, lines=lines)


def lines_of(rows: "csv.DictReader[str]", layout: Layout) -> Iterator[Line]:
    """Read row by row."""
    for row in rows:
        try:
            yield line_of(row, layout)
        except (ValueError, InvalidOperation) as error:
            raise refused(f"Line {rows.line_num} cannot be read: {error}.") from error


def line_of(row: Mapping[str, str], layout: Layout) -> Line:
    """Read one row; raises ValueError or InvalidOperation."""
    columns = (layout.cost,) if layout.cost else layout.tokens
    amounts = [number for name in columns if (number := number_of(row[name])) is not None]
    return Line(
        day=day_of(row[layout.day]),
        model=part_of(row[layout.model], layout.model_part) if layout.model else "",
        endpoint=row[layout.endpoint].strip() if layout.endpoint else "",
        amount=sum(amounts, Decimal(0)) if amounts else None,
        slack=sum(map(half_a_unit, amounts), Decimal(0)) if layout.cost else Decimal(0),
    )


def number_of(text: str) -> Decimal | None:
    """Read an amount; None where there is none."""
    plain = text.translate(CLUTTER)
    if not plain:
        return None
    number = Decimal(plain)
    if not number.is_finite():
        raise ValueError(f"'{text}' is no amount")
    return number


def half_a_unit(number: Decimal) -> Decimal:
    """Say how much the last digit hides."""
    exponent = number.as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


def day_of(text: str) -> int:
    """Read a date, a time (of UTC unless it says otherwise) or seconds since 1970 as a day."""
    plain = text.strip()
    if SECONDS.fullmatch(plain):
        return int(float(plain)) // 86_400
    try:
        moment = datetime.fromisoformat(plain.removesuffix(" UTC"))
    except ValueError:
        message = f"'{text}' is no day such as 2026-11-21, nor seconds since 1970"
        raise ValueError(message) from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (zoned.astimezone(UTC).date() - FIRST_DAY).days


def part_of(text: str, pattern: str) -> str:
    """Take the part of a text that names a model."""
    found = re.search(pattern, text) if pattern else None
    return (found[0] if found else text).strip()
