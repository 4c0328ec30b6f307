"""Proves the rollups: they must be what the entries come to, and those that were purged.

The finest is held against the entries, some days at a time, so that little is sorted at once
however long the history is. Every other one is held against the finest.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    Table,
    func,
    literal,
    or_,
    select,
    union_all,
)

from endpoints_server.store.sql.history.fold import ROLLUPS, key_of
from endpoints_server.store.sql.history.parts import (
    ENTRY,
    Columns,
    Part,
    began,
    begin_of,
    during,
    find_watermark,
    instant_of,
    sums_of,
)
from endpoints_server.store.sql.tables import (
    MEASURES,
    entries,
    purges,
    tallies,
    tallies_by_model,
)

SIDE = "side"
KEY = key_of(tallies)
ENTRIES_AT_ONCE = 50_000
"""About; a day is never divided."""
Bounds = tuple[int | None, int | None]
"""From a day on and before another; None is without end."""


class Sides(Struct, frozen=True):
    """What must be equal: rows of a rollup, and what they were made of, by some columns."""

    told: Select[Any]
    found: Select[Any]
    names: Sequence[str]


def differences(connection: Connection) -> Iterator[str]:
    """Tell every row of a rollup that is not the sum of its entries.

    Of days that were purged the entries are not all there, so those are compared as a whole.
    """
    watermark = find_watermark(connection)
    purged = set(connection.execute(select(purges.c.day)).scalars())
    for bounds in pairwise([None, *edges(attempts_by_day(connection), purged), None]):
        is_purged = bounds[0] in purged
        for place in unequal(connection, sides_of_days(bounds, watermark, is_purged=is_purged)):
            yield f"the tallies of {place} are not what the entries come to"
    for rollup in ROLLUPS[1:]:
        for place in unequal(connection, sides_of(rollup)):
            yield f"the {rollup.name} of {place} are not what the tallies come to"


def attempts_by_day(connection: Connection) -> dict[int, int]:
    """Count about how many entries each day has."""
    day, attempts = tallies_by_model.c.day, func.sum(tallies_by_model.c.attempts)
    return {row[0]: int(row[1]) for row in connection.execute(select(day, attempts).group_by(day))}


def edges(attempts: Mapping[int, int], purged: Collection[int]) -> Iterator[int]:
    """Divide time where enough has come together, and around each day that was purged."""
    apart = {*purged, *(day + 1 for day in purged)}
    count = 0
    for day in sorted(apart | attempts.keys()):
        count += attempts.get(day, 0)
        if day in apart or count > ENTRIES_AT_ONCE:
            count = attempts.get(day, 0)
            yield day


def sides_of_days(bounds: Bounds, watermark: int, *, is_purged: bool) -> Sides:
    """Hold the finest rollup against the entries of some days, or of one that was purged."""
    names = ("day",) if is_purged else KEY
    told = sums_of(Part(columns_of(tallies), during(tallies.c.day, *bounds)), names)
    # as in `parts`: what is computed has no index, and entries are found by when they began
    is_told = entries.c.number + 0 <= watermark
    held = sums_of(Part(ENTRY, [is_told, *began(*map(instant_of, bounds))]), names)
    if not is_purged:
        return Sides(told, held, names)
    gone = sums_of(Part(columns_of(purges), during(purges.c.day, *bounds)), names)
    both = union_all(held, gone).subquery()
    return Sides(told, sums_of(Part(columns_of(both), []), names), names)


def sides_of(rollup: Table) -> Sides:
    """Hold a rollup against the finest."""
    names = key_of(rollup)
    made = {**columns_of(tallies), "day": begin_of(tallies.c.day, rollup)}
    told = sums_of(Part(columns_of(rollup), []), names)
    return Sides(told, sums_of(Part(made, []), names), names)


def columns_of(table: FromClause) -> Columns:
    """Give columns by their plain names."""
    return {str(column.name): column for column in table.c}


def unequal(connection: Connection, sides: Sides) -> Iterator[str]:
    """Name what is on one side alone, or has other sums there."""
    either = union_all(signed(sides.told, sides.names, 1), signed(sides.found, sides.names, -1))
    rows = either.subquery()
    names = [rows.c[name] for name in sides.names]
    differs = or_(*(func.sum(rows.c[name]) != 0 for name in (SIDE, *MEASURES)))
    for row in connection.execute(select(*names).group_by(*names).having(differs)):
        yield ", ".join(f"{name} {row._mapping[name]!r}" for name in sides.names)


def signed(side: Select[Any], names: Sequence[str], sign: int) -> Select[Any]:
    """Give the rows of a side with their sums, and a number for the row itself, times a sign."""
    rows = side.subquery()
    sums = ((rows.c[name] * sign).label(name) for name in MEASURES)
    return select(*(rows.c[name] for name in names), literal(sign).label(SIDE), *sums)
