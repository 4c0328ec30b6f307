"""Deletes old entries a few at a time, and writes down what they came to.

What was purged of a day is written in the transaction that deletes it. What the entries had spent
of accounts that are still there becomes what those began with, so that the accounts stay right.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Select,
    Text,
    TextClause,
    exists,
    literal_column,
    select,
    text,
)

from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.history.port import Order
from endpoints_server.store.sql.dialects.spelling import spelt, value
from endpoints_server.store.sql.dialects.upsert import Upsert, insert
from endpoints_server.store.sql.engine import Turn, take_turn
from endpoints_server.store.sql.history.parts import ENTRY, Part, find_watermark, sums_of
from endpoints_server.store.sql.history.portion import Portion
from endpoints_server.store.sql.tables import MEASURES, entries, names_of, purges

LISTS = {
    "sqlite": "json_each({0})",
    "postgresql": "jsonb_array_elements(cast({0} as jsonb))",
}
"""The rows of a list in JSON, as each database reads one."""
ITEMS = {
    "sqlite": "json_extract({0}.value, '$[{1}]')",
    "postgresql": "({0}.value ->> {1})",
}
"""One item of such a row that is a list itself."""
SOME = "entries.number in (select cast(listed.value as bigint) from {numbers} as listed)"
WHOLE = """
select number from entries
where number <= :watermark and request_id in (select request_id from entries where {some})
"""
DELETE = "delete from entries where {some}"
CHARGES = """
select {name}, cast({starts_at} as bigint), cast(sum(coalesce(cost_nano_usd, 0)) as bigint)
from entries, {accounts} as charge where {some} group by 1, 2
"""
BEGIN = """
update accounts set opening_nano_usd = opening_nano_usd + cast({spent} as bigint)
from {charges} as gone
where accounts.name = {name} and accounts.starts_at = cast({starts_at} as bigint)
"""


class Statements(Struct, frozen=True, kw_only=True):
    """What a run asks of a database, again and again; `:numbers` and `:charges` are JSON."""

    find: TextClause
    whole: TextClause
    keep: TextClause
    charges: TextClause
    delete: TextClause
    begin_accounts: TextClause


class Purging:
    """One run, step by step; each takes about as long as it may."""

    def __init__(self, engine: Engine, order: Order) -> None:
        self._engine = engine
        self._order = order
        self._portion = Portion()
        self._from = -(2**63)
        self._ask = written(engine.dialect)

    def step(self) -> int:
        """Delete some of the oldest entries, and count them; 0 where none are left."""
        with self._portion.writing(self._engine, Turn.PURGES) as connection:
            gone = self._find(connection)
            if gone:
                self._delete(connection, {"numbers": json.dumps(gone)})
        return len(gone)

    def _find(self, connection: Connection) -> list[int]:
        """Number the oldest entries, and with each all of its call."""
        extent = self._extent(find_watermark(connection))
        found = connection.execute(self._ask.find, extent).all()
        if not found:
            return []
        self._from = found[-1].started_at
        numbers = json.dumps([row.number for row in found])
        wanted = {"numbers": numbers, "watermark": extent["watermark"]}
        return list(connection.execute(self._ask.whole, wanted).scalars())

    def _delete(self, connection: Connection, numbers: Mapping[str, str]) -> None:
        """Write down what they come to, and delete them."""
        connection.execute(self._ask.keep, {**self._kept, **numbers})
        charges = connection.execute(self._ask.charges, numbers).all()
        connection.execute(self._ask.delete, numbers)
        if charges:  # last, for calls that pay wait until it is done
            take_turn(connection, Turn.ACCOUNTS)
            values = {"charges": json.dumps([tuple(row) for row in charges])}
            connection.execute(self._ask.begin_accounts, values)

    def _extent(self, watermark: int) -> Mapping[str, int]:
        before = self._order.before_day * DAY
        count = self._portion.count
        return {"begin": self._from, "before": before, "watermark": watermark, "count": count}

    @cached_property
    def _kept(self) -> Mapping[str, Any]:
        return {"id": self._order.id, "at": self._order.at, "reason": self._order.reason}


def written(dialect: Dialect) -> Statements:
    """Write the statements out for a database."""
    listed, item = LISTS[dialect.name].format, ITEMS[dialect.name].format
    some = SOME.format(numbers=listed(":numbers"))
    charges = CHARGES.format(
        name=item("charge", 0),
        starts_at=item("charge", 1),
        accounts=listed("entries.accounts"),
        some=some,
    )
    begin = BEGIN.format(
        name=item("gone", 0),
        starts_at=item("gone", 1),
        spent=item("gone", 2),
        charges=listed(":charges"),
    )
    return Statements(
        find=spelt(oldest(), dialect),
        whole=text(WHOLE.format(some=some)),
        keep=spelt(keeping(some), dialect),
        charges=text(charges),
        delete=text(DELETE.format(some=some)),
        begin_accounts=text(begin),
    )


def oldest() -> Select[Any]:
    """Find the oldest entries; calls with one that is younger or in no rollup yet stay whole."""
    before, watermark = value("before", BigInteger), value("watermark", BigInteger)
    other = entries.alias("other")
    stays = exists().where(
        other.c.request_id == entries.c.request_id,
        (other.c.started_at >= before) | (other.c.number > watermark),
    )
    return (
        select(entries.c.number, entries.c.started_at)
        .where(entries.c.started_at >= value("begin", BigInteger), entries.c.started_at < before)
        .where(entries.c.number <= watermark, ~stays)
        .order_by(entries.c.started_at)
        .limit(value("count", BigInteger))
    )


def keeping(some: str) -> Upsert:
    """Write down what some entries come to, by day."""
    rows = sums_of(Part(ENTRY, [literal_column(some)]), ["day"]).subquery()
    given = (value("id", Text), rows.c.day, value("at", BigInteger), value("reason", Text))
    sums = select(*given, *(rows.c[name] for name in MEASURES)).where(rows.c.attempts > 0)
    added = insert(purges).from_select(names_of(purges), sums)
    more = {name: purges.c[name] + added.excluded[name] for name in MEASURES}
    return added.on_conflict_do_update(index_elements=["id", "day"], set_=more)
