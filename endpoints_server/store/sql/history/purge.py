"""Deletes old entries a few at a time, and writes down what they came to.

What was purged of a day is written in the transaction that deletes it. What the entries had spent
of accounts that are still there becomes what those began with, so that the accounts stay right.
"""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, delete, exists, literal, select, text

from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.history.port import Order
from endpoints_server.store.sql.dialects.upsert import Upsert, insert
from endpoints_server.store.sql.engine import Turn, take_turn, writing
from endpoints_server.store.sql.history.parts import ENTRY, Part, find_watermark, sums_of
from endpoints_server.store.sql.history.portion import Portion
from endpoints_server.store.sql.tables import MEASURES, entries, names_of, purges

CHARGES = {
    "sqlite": """
select json_extract(charge.value, '$[0]') as name, json_extract(charge.value, '$[1]') as starts_at,
       sum(coalesce(cost_nano_usd, 0)) as spent
from entries, json_each(entries.accounts) as charge""",
    "postgresql": """
select charge.value ->> 0 as name, cast(charge.value ->> 1 as bigint) as starts_at,
       sum(coalesce(cost_nano_usd, 0)) as spent
from entries, jsonb_array_elements(cast(entries.accounts as jsonb)) as charge (value)""",
}
"""What entries had spent of accounts, as each database reads a list in JSON."""
BEGUN = """
update accounts set opening_nano_usd = opening_nano_usd + gone.spent
from ({charges} where entries.number in :numbers group by 1, 2) as gone
where accounts.name = gone.name and accounts.starts_at = gone.starts_at
"""
BEGIN = {
    dialect: text(BEGUN.format(charges=charges)).bindparams(bindparam("numbers", expanding=True))
    for dialect, charges in CHARGES.items()
}
Numbers = Sequence[int]


class Purging:
    """One run, step by step; each takes about as long as it may."""

    def __init__(self, engine: Engine, order: Order) -> None:
        self._engine = engine
        self._order = order
        self._portion = Portion()
        self._from = -(2**63)

    def step(self) -> int:
        """Delete some of the oldest entries, and count them; 0 where none are left."""
        with writing(self._engine, Turn.PURGES, is_light=True) as connection:
            begun_at = time.monotonic()
            wanted = oldest(
                self._order, self._from, find_watermark(connection), self._portion.count
            )
            gone = connection.execute(wanted).all()
            if gone:
                numbers = [row.number for row in gone]
                connection.execute(keeping(self._order, numbers))
                if any(row.has_accounts for row in gone):
                    begin_accounts(connection, numbers)
                connection.execute(delete(entries).where(entries.c.number.in_(numbers)))
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
    has_accounts = (entries.c.accounts != "[]").label("has_accounts")
    return (
        select(entries.c.number, entries.c.started_at, has_accounts)
        .where(entries.c.started_at >= begun_from, entries.c.started_at < before)
        .where(entries.c.number <= watermark, ~stays)
        .order_by(entries.c.started_at)
        .limit(count)
    )


def keeping(order: Order, numbers: Numbers) -> Upsert:
    """Write the statement that writes down what entries came to, by day."""
    some = sums_of(Part(ENTRY, [entries.c.number.in_(numbers)]), ["day"]).subquery()
    sums = [some.c[name] for name in MEASURES]
    values = (literal(order.id), some.c.day, literal(order.at), literal(order.reason), *sums)
    added = insert(purges).from_select(names_of(purges), select(*values).where(some.c.attempts > 0))
    more = {name: purges.c[name] + added.excluded[name] for name in MEASURES}
    return added.on_conflict_do_update(index_elements=["id", "day"], set_=more)


def begin_accounts(connection: Connection, numbers: Numbers) -> None:
    """Let accounts begin with what entries had spent of them."""
    take_turn(connection, Turn.ACCOUNTS)
    connection.execute(BEGIN[connection.dialect.name], {"numbers": numbers})
