"""Proves the rollups: they must be what the entries come to, and those that were purged."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, not_, select, union_all

from endpoints_server.store.sql.history.fold import ROLLUPS
from endpoints_server.store.sql.history.parts import (
    Part,
    begin_of,
    entry_in,
    find_watermark,
    sums_of,
)
from endpoints_server.store.sql.tables import MEASURES, entries, names_of, purges


def differences(connection: Connection) -> Iterator[str]:
    """Tell every row of a rollup that is not the sum of its entries.

    Of days that were purged the entries are not all there, so those are compared as a whole.
    """
    watermark = find_watermark(connection)
    for rollup in ROLLUPS:
        key = names_of(rollup)[: -len(MEASURES)]
        for whole_days, names in ((True, ("day",)), (False, key)):
            told, found = sides(rollup, names, watermark, are_purged=whole_days)
            for row in connection.execute(told.except_(found)):
                yield f"the {rollup.name} of {named(row, names)} are not what the entries come to"
            for row in connection.execute(found.except_(told)):
                yield f"the entries of {named(row, names)} are not what the {rollup.name} say"


def sides(
    rollup: Table, names: tuple[str, ...], watermark: int, *, are_purged: bool
) -> tuple[Select[Any], Select[Any]]:
    """Add up the rows of a rollup, and what they were made of, by some columns."""
    columns, entry = dict(rollup.c.items()), entry_in(rollup)
    purge = {**dict(purges.c.items()), "day": begin_of(purges.c.day, rollup)}
    purged_days = select(purge["day"])

    def is_one(day: Any) -> Any:
        return day.in_(purged_days) if are_purged else not_(day.in_(purged_days))

    told = sums_of(Part(columns, [is_one(columns["day"])]), names)
    found = sums_of(Part(entry, [entries.c.number <= watermark, is_one(entry["day"])]), names)
    if not are_purged:
        return told, found
    both = union_all(found, sums_of(Part(purge, []), names)).subquery()
    return told, sums_of(Part(dict(both.c.items()), []), names)


def named(row: Row[Any], names: tuple[str, ...]) -> str:
    """Name a row by its columns."""
    return ", ".join(f"{name} {row._mapping[name]!r}" for name in names)
