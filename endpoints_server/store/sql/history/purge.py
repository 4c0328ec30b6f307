"""Deletes old entries a few at a time, and writes down what they came to.

What was purged of a day is written in the transaction that deletes it. What the entries had spent
of accounts that are still there becomes what those began with, so that the accounts stay right.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, bindparam, delete, exists, select, text

from endpoints_server.domain.money.account import Charge
from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.history.port import Order
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, take_turn, writing
from endpoints_server.store.sql.history.parts import ENTRY, find_watermark
from endpoints_server.store.sql.history.portion import Portion
from endpoints_server.store.sql.tables import MEASURES, entries, names_of, purges

BEGUN = text(
    """
update accounts set opening_nano_usd = opening_nano_usd + :spent
where name = :name and starts_at = :starts_at
"""
)


class Purging:
    """One run, step by step; each takes about as long as it may."""

    def __init__(self, engine: Engine, order: Order) -> None:
        self._engine = engine
        self._order = order
        self._portion = Portion()
        self._from = -(2**63)

    def step(self) -> int:
        """Delete some of the oldest entries, and count them; 0 where none are left."""
        with writing(self._engine, Turn.PURGES) as connection:
            begun_at = time.monotonic()
            wanted = oldest(
                self._order, self._from, find_watermark(connection), self._portion.count
            )
            gone = connection.execute(wanted).all()
            if gone:
                numbers = [row.number for row in gone]
                connection.execute(delete(entries).where(entries.c.number.in_(numbers)))
                keep(connection, self._order, gone)
        if gone:
            self._from = max(row.started_at for row in gone)
        self._portion.note(time.monotonic() - begun_at)
        return len(gone)


def oldest(order: Order, begun_from: int, watermark: int, count: int) -> Select[Any]:
    """Find the oldest entries that are in the rollups; calls with a younger one stay whole."""
    before = order.before_day * DAY
    younger = entries.alias("younger")
    stays = exists().where(
        younger.c.request_id == entries.c.request_id, younger.c.started_at >= before
    )
    measured = (ENTRY[name].label(name) for name in ("day", *MEASURES))
    return (
        select(entries.c.number, entries.c.started_at, entries.c.accounts, *measured)
        .where(entries.c.started_at >= begun_from, entries.c.started_at < before)
        .where(entries.c.number <= watermark, ~stays)
        .order_by(entries.c.started_at)
        .limit(count)
    )


def keep(connection: Connection, order: Order, gone: Iterable[Row[Any]]) -> None:
    """Write down what was deleted, by day, and let accounts begin with what it had spent."""
    days: dict[int, dict[str, int]] = {}
    charged: dict[Charge, int] = {}
    for row in gone:
        day = days.setdefault(row.day, dict.fromkeys(MEASURES, 0))
        for name in MEASURES:
            day[name] += row._mapping[name]
        for place in msgspec.json.decode(row.accounts, type=list[Charge]):
            charged[place] = charged.get(place, 0) + row.cost_nano_usd
    for number, sums in days.items():
        connection.execute(adding(), {**order_of(order), "day": number, **sums})
    if charged:
        take_turn(connection, Turn.ACCOUNTS)
        connection.execute(BEGUN, [values_of(*item) for item in sorted(charged.items())])


def adding() -> Any:
    """Write the statement that adds to what a run purged of a day."""
    added = insert(purges).values({name: bindparam(name) for name in names_of(purges)})
    more = {name: purges.c[name] + added.excluded[name] for name in MEASURES}
    return added.on_conflict_do_update(index_elements=["id", "day"], set_=more)


def order_of(order: Order) -> Mapping[str, Any]:
    """Give what is kept of an order."""
    return {"id": order.id, "purged_at": order.at, "reason": order.reason}


def values_of(place: Charge, nano_usd: int) -> Mapping[str, Any]:
    """Give the values for a row of an account."""
    return {"name": place[0], "starts_at": place[1], "spent": nano_usd}
