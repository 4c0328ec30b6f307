"""Rows on stdout, as CSV or as a list in JSON."""

import csv
import sys
from collections.abc import AsyncIterator, Iterable, Mapping

import msgspec

FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula, in letters of full width too."""


def write_rows(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a header and rows."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)


async def write_named(header: Iterable[str], rows: AsyncIterator[Mapping[str, str]]) -> None:
    """Print rows under the names of their cells, and these alone where there are no rows."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    async for row in rows:
        writer.writerow(map(safe, row.values()))


async def write_listed(rows: AsyncIterator[Mapping[str, str]]) -> None:
    """Print rows as a list in JSON, one a line, as they come."""
    before = "["
    async for row in rows:
        sys.stdout.write(f"{before}\n  {msgspec.json.encode(row).decode()}")
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def safe(cell: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA and cell else cell
