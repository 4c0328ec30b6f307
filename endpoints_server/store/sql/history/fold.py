"""Adds entries to the rollups, a few at a time, in the order of their numbers.

The database does it alone: no row comes here, so that the calls of this process do not wait for it.
Whoever moves the watermark adds what lies between, in the same transaction: two processes that see
the same entries are told apart by whether it was still where they had seen it. What a power cut
takes of it is added again. PostgreSQL does it all in one statement, which it plans once: seven took
it twice as long or longer, and us too.
"""

from collections.abc import Mapping
from functools import cached_property

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Engine,
    Table,
    TextClause,
    literal_column,
    text,
)

from endpoints_server.store.sql.dialects.spelling import spelt, value
from endpoints_server.store.sql.dialects.upsert import Upsert, insert
from endpoints_server.store.sql.engine import reading
from endpoints_server.store.sql.history.parts import (
    WATERMARK,
    Part,
    entry_in,
    sums_of,
)
from endpoints_server.store.sql.history.portion import Portion
from endpoints_server.store.sql.tables import (
    MEASURES,
    entries,
    names_of,
    tallies,
    tallies_by_model,
    tallies_by_person,
    tallies_by_person_long,
)

FEWEST = 100
"""At a time: those that came last are read quickly, and fewer would take as long."""
ROLLUPS = (tallies, tallies_by_model, tallies_by_person, tallies_by_person_long)
NEXT = """
with held as (select coalesce(max(number), 0) as low from watermarks where name = :name)
select (select low from held) as low, max(number) as high, count(*) as count
from (select number from entries where number > (select low from held)
      order by number limit :count) as following
"""
MOVE = text(
    """
insert into watermarks (name, number) values (:name, :high)
on conflict (name) do update set number = excluded.number where watermarks.number = :low
"""
)
AT_ONCE = """
with following as materialized ({following}),
moved as (
    insert into watermarks (name, number) select :name, high from following where count > 0
    on conflict (name) do update set number = excluded.number
    where watermarks.number = (select low from following)
    returning number as high
),
{additions}
select count from following
"""
ONE_PLAN = text(
    "select set_config('plan_cache_mode', 'force_generic_plan', true),"
    " set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
)
"""Made once, when there may be few entries, it has to do for millions: always by their numbers."""


def at_once(dialect: Dialect) -> TextClause:
    """Write the one statement that finds entries, moves the watermark, and adds them if it did."""
    low, high = (
        literal_column(f"(select {name})", BigInteger)
        for name in ("low from following", "high from moved")
    )
    additions = (
        f"{rollup.name}_added as ({spelt(addition(rollup, low, high), dialect)})"
        for rollup in ROLLUPS
    )
    return text(AT_ONCE.format(following=NEXT, additions=",\n".join(additions)))


def addition(rollup: Table, low: ColumnElement[int], high: ColumnElement[int]) -> Upsert:
    """Write the statement that adds the entries of some numbers to a rollup."""
    some = (entries.c.number > low, entries.c.number <= high)
    added = sums_of(Part(entry_in(rollup), some), key_of(rollup))
    adding = insert(rollup).from_select(names_of(rollup), added)
    more = {name: rollup.c[name] + adding.excluded[name] for name in MEASURES}
    return adding.on_conflict_do_update(index_elements=key_of(rollup), set_=more)


def key_of(rollup: Table) -> tuple[str, ...]:
    """Name the columns that tell the rows of a rollup apart."""
    return names_of(rollup)[: -len(MEASURES)]


class Folding:
    """Adds entries up, step by step; each takes about as long as it may."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._portion = Portion(FEWEST)

    def step(self) -> bool:
        """Add the next entries, unless another does, and say whether more may be waiting."""
        place = {"name": WATERMARK, "count": self._portion.count}
        is_one = self._engine.dialect.name == "postgresql"
        found = self._add_at_once(place) if is_one else self._add_in_turn(place)
        return found == place["count"]

    def _add_at_once(self, place: Mapping[str, object]) -> int:
        with self._portion.writing(self._engine) as connection:
            connection.execute(ONE_PLAN)
            return int(connection.execute(self._at_once, place).scalar_one())

    def _add_in_turn(self, place: Mapping[str, object]) -> int:
        with reading(self._engine) as connection:
            low, high, found = connection.execute(text(NEXT), place).one()
        if found:
            self._move(low, high)
        return int(found)

    def _move(self, low: int, high: int) -> None:
        with self._portion.writing(self._engine) as connection:
            moved = connection.execute(MOVE, {"name": WATERMARK, "low": low, "high": high})
            if moved.rowcount == 1:
                for adding in self._additions:
                    connection.execute(adding, {"low": low, "high": high})

    @cached_property
    def _at_once(self) -> TextClause:
        return at_once(self._engine.dialect)

    @cached_property
    def _additions(self) -> list[TextClause]:
        low, high = (value(name, BigInteger) for name in ("low", "high"))
        return [spelt(addition(each, low, high), self._engine.dialect) for each in ROLLUPS]
