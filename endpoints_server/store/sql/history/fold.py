"""Adds entries to the rollups, a few at a time, in the order of their numbers.

What was added up is read before, where nobody waits for it: on SQLite the entries of calls wait for
whoever writes. Whoever moves the watermark adds what lies between, in the same transaction: two
processes that see the same entries are told apart by whether it was still where they had seen it.
"""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Engine, Row, Select, Table, bindparam, func, select, text

from endpoints_server.store.sql.dialects.upsert import Upsert, insert
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.history.parts import (
    WATERMARK,
    Part,
    entry_in,
    find_watermark,
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

ROLLUPS = (tallies, tallies_by_model, tallies_by_person, tallies_by_person_long)
LOW: BindParameter[int] = bindparam("low")
HIGH: BindParameter[int] = bindparam("high")


def portion_of(rollup: Table) -> Select[Any]:
    """Ask for what the entries of some numbers add to a rollup."""
    some = (entries.c.number > LOW, entries.c.number <= HIGH)
    return sums_of(Part(entry_in(rollup), some), key_of(rollup))


def addition(rollup: Table) -> Upsert:
    """Write the statement that adds rows to a rollup."""
    adding = insert(rollup)
    more = {name: rollup.c[name] + adding.excluded[name] for name in MEASURES}
    return adding.on_conflict_do_update(index_elements=key_of(rollup), set_=more)


def key_of(rollup: Table) -> tuple[str, ...]:
    """Name the columns that tell the rows of a rollup apart."""
    return names_of(rollup)[: -len(MEASURES)]


PORTIONS = tuple(map(portion_of, ROLLUPS))
ADDITIONS = tuple(map(addition, ROLLUPS))
NAMES = tuple(map(names_of, ROLLUPS))
MOVE = text(
    """
insert into watermarks (name, number) values (:name, :high)
on conflict (name) do update set number = excluded.number where watermarks.number = :low
"""
)


class Folding:
    """Adds entries up, step by step; each takes about as long as it may."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._portion = Portion()

    def step(self) -> bool:
        """Add the next entries, unless another does, and say whether more may be waiting."""
        count = self._portion.count
        with reading(self._engine) as connection:
            low = find_watermark(connection)
            following = select(entries.c.number).where(entries.c.number > low)
            some = following.order_by(entries.c.number).limit(count).subquery()
            high, found = connection.execute(select(func.max(some.c.number), func.count())).one()
            place = {"low": low, "high": high}
            sums = [connection.execute(each, place).all() for each in PORTIONS] if found else []
        if found:
            self._add(place, sums)
        return bool(found == count)

    def _add(self, place: dict[str, Any], sums: list[Sequence[Row[Any]]]) -> None:
        with writing(self._engine) as connection:
            begun_at = time.monotonic()
            moved = connection.execute(MOVE, {"name": WATERMARK, **place})
            if moved.rowcount == 1:
                for adding, names, rows in zip(ADDITIONS, NAMES, sums, strict=True):
                    connection.execute(adding, [dict(zip(names, row, strict=True)) for row in rows])
        self._portion.note(time.monotonic() - begun_at)
