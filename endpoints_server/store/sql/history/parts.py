"""What a question about a span of time is answered from: rollups for whole days, entries else.

Entries have numbers in the order in which they were committed, and the rollups hold those up to the
watermark. So whole days are told by the rollups and by the entries after it, and the days that a
span cuts through by all their entries. Within one transaction that is exact, however far the
rollups have come.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from endpoints_server.domain.money.entry import CostStatus
from endpoints_server.domain.money.tally import ALIKE, DAY, FOREIGN, LONGEST_NAME
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.sql.dialects.columns import whole_sum
from endpoints_server.store.sql.tables import (
    LONG_DAYS,
    MEASURES,
    entries,
    tallies_by_person,
    tallies_by_person_long,
    watermarks,
)

WATERMARK = "tallies"
Columns = Mapping[str, ColumnElement[Any]]
Wish = Callable[[Columns], Sequence[ColumnElement[bool]]]
"""What rows must be like, said of their columns, whichever table they stand in."""


def shortened(name: ColumnElement[str]) -> ColumnElement[str]:
    """Keep the beginning of a long name, and any other as it is."""
    beginning = func.substr(name, 1, LONGEST_NAME)
    return case((func.length(name) > LONGEST_NAME, beginning), else_=name)


COST = func.coalesce(entries.c.cost_nano_usd, 0)
IS_ESTIMATE = entries.c.cost_status == CostStatus.ESTIMATED.value
ENTRY: Columns = {
    "day": entries.c.started_at // DAY,
    **{name: entries.c[name] for name in ALIKE},
    **{name: shortened(entries.c[name]) for name in FOREIGN},
    "attempts": cast(literal(1), BigInteger),
    "unpriced": case((entries.c.cost_nano_usd.is_(None), 1), else_=0),
    "estimated": case((IS_ESTIMATE, 1), else_=0),
    **{f"{name}_tokens": entries.c[f"{name}_tokens"] for name in Usage.__struct_fields__},
    "cost_nano_usd": COST,
    "estimated_nano_usd": case((IS_ESTIMATE, COST), else_=0),
    "reported_nano_usd": func.coalesce(entries.c.reported_cost_nano_usd, 0),
}
"""An entry in the columns of a rollup."""
TAIL: Columns = {**ENTRY, "person_id": entries.c.person_id.concat("")}
"""The same, for entries that are to be found by their numbers alone."""
Day = TypeVar("Day", int, ColumnElement[int])
LONG = {tallies_by_person: tallies_by_person_long}
"""Rollups that are kept by long spans as well."""


class Span(Struct, frozen=True):
    """From an instant on and before another (microseconds); None is without end."""

    since: int | None = None
    until: int | None = None

    @property
    def first_day(self) -> int | None:
        """The first day that begins in it."""
        return None if self.since is None else -(-self.since // DAY)

    @property
    def end_day(self) -> int | None:
        """The day after the last that ends in it."""
        return None if self.until is None else self.until // DAY


class Part(Struct, frozen=True):
    """Rows of one table that are a part of the answer."""

    columns: Columns
    where: Sequence[ColumnElement[bool]]


def entry_in(rollup: Table) -> Columns:
    """Lay an entry out as a row of a rollup."""
    return {**ENTRY, "day": begin_of(ENTRY["day"], rollup)}


def begin_of(day: Day, rollup: Table) -> Day:
    """Give the day that a rollup has a day under."""
    return day // LONG_DAYS * LONG_DAYS if rollup in LONG.values() else day


def find_watermark(connection: Connection) -> int:
    """Say up to which number entries are in the rollups."""
    wanted = select(watermarks.c.number).where(watermarks.c.name == WATERMARK)
    return connection.execute(wanted).scalar_one_or_none() or 0


def parts_of(rollup: Table, span: Span, watermark: int) -> Iterator[Part]:
    """Name what a span is made of; nothing of it is named twice."""
    first, end = span.first_day, span.end_day
    if first is not None and end is not None and first >= end:
        yield Part(ENTRY, began(span.since, span.until))
        return
    yield from days_of(rollup, first, end)
    # what is computed has no index, so that rows are found by their numbers, which are few
    begun_at = entries.c.started_at + 0
    since, until = instant_of(first), instant_of(end)
    yield Part(TAIL, [entries.c.number > watermark, *during(begun_at, since, until)])
    if since is not None and span.since != since:
        yield Part(ENTRY, began(span.since, since))
    if until is not None and span.until != until:
        yield Part(ENTRY, began(until, span.until))


def days_of(rollup: Table, first: int | None, end: int | None) -> Iterator[Part]:
    """Name the rows of whole days: long spans where there are such, and the days around them."""
    long = LONG.get(rollup)
    if long is None:
        yield Part(dict(rollup.c.items()), during(rollup.c.day, first, end))
        return
    begin = None if first is None else -(-first // LONG_DAYS) * LONG_DAYS
    until = None if end is None else end // LONG_DAYS * LONG_DAYS
    if begin is not None and until is not None and begin >= until:
        yield Part(dict(rollup.c.items()), during(rollup.c.day, first, end))
        return
    yield Part(dict(long.c.items()), during(long.c.day, begin, until))
    if begin != first:
        yield Part(dict(rollup.c.items()), during(rollup.c.day, first, begin))
    if until != end:
        yield Part(dict(rollup.c.items()), during(rollup.c.day, until, end))


def instant_of(day: int | None) -> int | None:
    """Say when a day begins."""
    return None if day is None else day * DAY


def began(since: int | None, until: int | None) -> list[ColumnElement[bool]]:
    """Ask for entries by when they began."""
    return during(entries.c.started_at, since, until)


def during(
    column: ColumnElement[int], first: int | None, end: int | None
) -> list[ColumnElement[bool]]:
    """Ask for what lies from a number on and before another."""
    wanted: list[ColumnElement[bool]] = []
    if first is not None:
        wanted.append(column >= first)
    if end is not None:
        wanted.append(column < end)
    return wanted


def add_up(parts: Iterator[Part], group: Sequence[str], wish: Wish | None = None) -> Select[Any]:
    """Add parts up by some columns, and order by them."""
    selects = [sums_of(part, group, wish(part.columns) if wish else ()) for part in parts]
    together = union_all(*selects).subquery()
    names = [together.c[name] for name in group]
    sums = (whole_sum(together.c[name]).label(name) for name in MEASURES)
    return select(*names, *sums).group_by(*names).order_by(*names)


def sums_of(
    part: Part, group: Sequence[str], wanted: Sequence[ColumnElement[bool]] = ()
) -> Select[Any]:
    """Add up the rows of one table by some columns."""
    names = [unordered(part.columns[name]) for name in group]
    sums = (whole_sum(part.columns[name]).label(name) for name in MEASURES)
    labelled = (column.label(name) for name, column in zip(group, names, strict=True))
    return select(*labelled, *sums).where(*part.where, *wanted).group_by(*names)


def unordered(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Keep SQLite from walking a whole index of entries for the order of its groups."""
    return column.concat("") if column is entries.c.person_id else column


def span_of(day: int) -> Span:
    """Give a day from its beginning to its end."""
    return Span(day * DAY, (day + 1) * DAY)
