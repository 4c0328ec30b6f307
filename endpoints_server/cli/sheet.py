"""CSV on stdout."""

import csv
import sys
from collections.abc import AsyncIterator, Iterable, Mapping

FORMULA = "=+-@\t\r"
"""What a spreadsheet takes for the beginning of a formula."""


def write_rows(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a header and rows."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)


async def write_named(rows: AsyncIterator[Mapping[str, str]]) -> int:
    """Print rows under the names of the first, and count them."""
    writer, count = csv.writer(sys.stdout, lineterminator="\n"), 0
    async for row in rows:
        if not count:
            writer.writerow(row)
        writer.writerow(map(safe, row.values()))
        count += 1
    return count


def safe(cell: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA and cell else cell
