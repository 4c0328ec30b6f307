"""Adds entries to the rollups, a few at a time, in the order of their numbers.

What was added up is read before, where nobody waits for it: on SQLite the entries of calls wait for
whoever writes. Entries are gone through once, for the finest rollup; the others are sums of its
rows. Whoever moves the watermark adds what lies between, in the same transaction: two processes
that see the same entries are told apart by whether it was still where they had seen it.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Engine, Row, Select, Table, bindparam, func, select, text

from endpoints_server.store.sql.dialects.upsert import Upsert, insert
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.history.parts import (
    ENTRY,
    WATERMARK,
    Part,
    begin_of,
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

Sums = dict[str, Any]
ROLLUPS = (tallies, tallies_by_model, tallies_by_person, tallies_by_person_long)
NOTHING = dict.fromkeys(MEASURES, 0)
LOW: BindParameter[int] = bindparam("low")
HIGH: BindParameter[int] = bindparam("high")


def portion() -> Select[Any]:
    """Ask for what the entries of some numbers add to the finest rollup."""
    some = (entries.c.number > LOW, entries.c.number <= HIGH)
    return sums_of(Part(ENTRY, some), key_of(tallies))


def addition(rollup: Table) -> Upsert:
    """Write the statement that adds rows to a rollup."""
    adding = insert(rollup)
    more = {name: rollup.c[name] + adding.excluded[name] for name in MEASURES}
    return adding.on_conflict_do_update(index_elements=key_of(rollup), set_=more)


def key_of(rollup: Table) -> tuple[str, ...]:
    """Name the columns that tell the rows of a rollup apart."""
    return names_of(rollup)[: -len(MEASURES)]


PORTION = portion()
ADDITIONS = tuple((rollup, addition(rollup)) for rollup in ROLLUPS)
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
            rows = connection.execute(PORTION, place).all() if found else []
        if found:
            self._add(place, [(each, summed(rows, rollup)) for rollup, each in ADDITIONS])
        return bool(found == count)

    def _add(self, place: dict[str, Any], additions: Sequence[tuple[Upsert, list[Sums]]]) -> None:
        with writing(self._engine) as connection:
            begun_at = time.monotonic()
            moved = connection.execute(MOVE, {"name": WATERMARK, **place})
            if moved.rowcount == 1:
                for adding, rows in additions:
                    connection.execute(adding, rows)
        self._portion.note(time.monotonic() - begun_at)


def summed(rows: Iterable[Row[Any]], rollup: Table) -> list[Sums]:
    """Add rows of the finest rollup up to those of another, or of the same."""
    key = key_of(rollup)
    found: dict[tuple[object, ...], Sums] = {}
    for row in rows:
        named: Sums = dict(row._mapping)
        named["day"] = begin_of(named["day"], rollup)
        place = tuple(named[name] for name in key)
        held = found.setdefault(place, {name: named[name] for name in key} | NOTHING)
        for measure in MEASURES:
            held[measure] += named[measure]
    return list(found.values())
