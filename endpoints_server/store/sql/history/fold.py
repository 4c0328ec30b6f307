"""Adds entries to the rollups, a few at a time, in the order of their numbers.

Whoever moves the watermark adds what lies between, in the same transaction: two processes that see
the same entries are told apart by whether the watermark was still where they had seen it.
"""

import time
from typing import Any

from sqlalchemy import BindParameter, Engine, Table, bindparam, func, select, text

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


def addition(rollup: Table) -> Upsert:
    """Write the statement that adds the entries of some numbers to a rollup."""
    key = names_of(rollup)[: -len(MEASURES)]
    some = (entries.c.number > LOW, entries.c.number <= HIGH)
    found = sums_of(Part(entry_in(rollup), some), key)
    adding = insert(rollup).from_select(names_of(rollup), found)
    more = {name: rollup.c[name] + adding.excluded[name] for name in MEASURES}
    return adding.on_conflict_do_update(index_elements=key, set_=more)


ADDITIONS = tuple(map(addition, ROLLUPS))
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
        if high is not None:
            self._add(low, high)
        return bool(found == count)

    def _add(self, low: int, high: int) -> None:
        place: dict[str, Any] = {"low": low, "high": high}
        with writing(self._engine) as connection:
            begun_at = time.monotonic()
            moved = connection.execute(MOVE, {"name": WATERMARK, **place})
            if moved.rowcount == 1:
                for adding in ADDITIONS:
                    connection.execute(adding, place)
        self._portion.note(time.monotonic() - begun_at)
