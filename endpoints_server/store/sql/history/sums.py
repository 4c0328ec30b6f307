"""Usage by one thing within a span of time."""

from typing import Any

from sqlalchemy import Connection, Row

from endpoints_server.domain.money.tally import date_of
from endpoints_server.store.ports import By, Sum
from endpoints_server.store.sql.history.parts import (
    Columns,
    Span,
    Wish,
    add_up,
    find_watermark,
    parts_of,
)
from endpoints_server.store.sql.tables import tallies, tallies_by_model, tallies_by_person

COLUMNS = {By.USER: "person_id", By.ENDPOINT: "endpoint", By.MODEL: "model", By.DAY: "day"}
SMALLEST = {
    By.USER: tallies_by_person,
    By.ENDPOINT: tallies_by_model,
    By.MODEL: tallies_by_model,
    By.DAY: tallies_by_model,
}
"""The rollup with the fewest rows that has what is asked of everybody."""


def read_sums(
    connection: Connection, by: By, span: Span, person_id: str | None = None
) -> list[Sum]:
    """Add up a span, of one person or of everybody."""
    rollup = SMALLEST[by] if person_id is None else tallies
    parts = parts_of(rollup, span, find_watermark(connection))
    summed = add_up(parts, [COLUMNS[by]], wish_for(person_id))
    return [sum_of(row, by) for row in connection.execute(summed)]


def wish_for(person_id: str | None) -> Wish | None:
    """Ask for one person, or for everybody."""
    if person_id is None:
        return None

    def is_theirs(columns: Columns) -> Any:
        return [columns["person_id"] == person_id]

    return is_theirs


def sum_of(row: Row[Any], by: By) -> Sum:
    """Read a row of sums; a day comes as its number since 1970."""
    name = str(date_of(row[0])) if by is By.DAY else row[0]
    read = row.cache_read_tokens + row.cache_write_tokens + row.cache_write_hour_tokens
    return Sum(
        name=name,
        attempts=row.attempts,
        input_tokens=row.input_tokens + read,
        output_tokens=row.output_tokens + row.reasoning_tokens,
        cost_nano_usd=row.cost_nano_usd,
        unpriced=row.unpriced,
    )
