"""Adds entries to the rollups, a few at a time, in the order of their numbers.

The database does it alone: no row comes here, so that the calls of this process do not wait for it.
Whoever moves the watermark adds what lies between, in the same transaction: two processes that see
the same entries are told apart by whether it was still where they had seen it. What a power cut
takes of it is added again.
"""

from functools import cached_property

from sqlalchemy import BigInteger, Engine, Table, TextClause, text

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
LOW, HIGH = (value(name, BigInteger) for name in ("low", "high"))
NEXT = text(
    """
with held as (select coalesce(max(number), 0) as low from watermarks where name = :name)
select (select low from held), max(number), count(*)
from (select number from entries where number > (select low from held)
      order by number limit :count) as following
"""
)
MOVE = text(
    """
insert into watermarks (name, number) values (:name, :high)
on conflict (name) do update set number = excluded.number where watermarks.number = :low
"""
)


def addition(rollup: Table) -> Upsert:
    """Write the statement that adds the entries of some numbers to a rollup."""
    some = (entries.c.number > LOW, entries.c.number <= HIGH)
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
        count = self._portion.count
        with reading(self._engine) as connection:
            place = {"name": WATERMARK, "count": count}
            low, high, found = connection.execute(NEXT, place).one()
        if found:
            self._add(low, high)
        return bool(found == count)

    def _add(self, low: int, high: int) -> None:
        with self._portion.writing(self._engine) as connection:
            moved = connection.execute(MOVE, {"name": WATERMARK, "low": low, "high": high})
            if moved.rowcount == 1:
                for adding in self._additions:
                    connection.execute(adding, {"low": low, "high": high})

    @cached_property
    def _additions(self) -> list[TextClause]:
        return [spelt(addition(rollup), self._engine.dialect) for rollup in ROLLUPS]
