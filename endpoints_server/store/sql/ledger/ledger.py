"""The ledger as a table: written by a writer of its own, read through the pool."""

import asyncio
from asyncio import Future
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, literal, select, text
from sqlalchemy import tuple_ as pair
from sqlalchemy.exc import DatabaseError

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.entry import Entry, Place
from endpoints_server.store.audit import Audit, Rule, Verification
from endpoints_server.store.ports import By, Sum
from endpoints_server.store.sql.dialects.columns import whole_sum
from endpoints_server.store.sql.engine import LONG_SECONDS, reading
from endpoints_server.store.sql.history.differences import differences
from endpoints_server.store.sql.history.parts import Span
from endpoints_server.store.sql.history.sums import read_sums
from endpoints_server.store.sql.ledger.entry_row import entry_of
from endpoints_server.store.sql.ledger.writer import LedgerWriter
from endpoints_server.store.sql.tables import ENTRY_COLUMNS, accounts, entries, purges

ROWS_AT_ONCE = 500


class SqlLedger:
    """Entries in a table."""

    def __init__(self, engine: Engine, writer: LedgerWriter) -> None:
        self._engine = engine
        self._writer = writer

    def has_room(self) -> bool:
        return self._writer.has_room()

    def waiting(self) -> int:
        return self._writer.waiting()

    def record(self, entry: Entry) -> Future[None]:
        return self._writer.record(entry)

    async def drain(self) -> None:
        await self._writer.drain()

    async def find_entries(self, request_id: str) -> list[Entry]:
        wanted = select(*ENTRY_COLUMNS).where(entries.c.request_id == request_id)
        return await self._entries(wanted.order_by(entries.c.attempt, entries.c.id))

    async def list_entries(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        person_id: str | None = None,
        after: Place | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        wanted = select(*ENTRY_COLUMNS).where(*conditions(since, person_id))
        if until is not None:
            wanted = wanted.where(entries.c.started_at < until)
        if after is not None:
            wanted = wanted.where(is_after(after))
        newest_first = wanted.order_by(entries.c.started_at.desc(), entries.c.id.desc())
        return await self._entries(newest_first.limit(limit))

    async def sums(
        self,
        by: By,
        since: int | None = None,
        person_id: str | None = None,
        *,
        until: int | None = None,
    ) -> list[Sum]:
        return await asyncio.to_thread(self._sums, by, Span(since, until), person_id)

    async def verify(self) -> Verification:
        return await asyncio.to_thread(self._verify)

    async def _entries(self, statement: Select[Any]) -> list[Entry]:
        rows = await asyncio.to_thread(self._read, statement)
        return [get_entry(row) for row in rows]

    def _read(self, statement: Select[Any], seconds: float | None = None) -> list[Row[Any]]:
        with reading(self._engine, seconds) as connection:
            return list(connection.execute(statement).all())

    def _sums(self, by: By, span: Span, person_id: str | None) -> list[Sum]:
        with reading(self._engine, LONG_SECONDS) as connection:
            return read_sums(connection, by, span, person_id)

    def _verify(self) -> Verification:
        audit = Audit()
        with reading(self._engine, LONG_SECONDS) as connection:
            try:
                return examine(connection, audit)
            except DatabaseError as error:  # raised where not even a page can be read
                if error.connection_invalidated:
                    raise
                audit.add(Rule.DAMAGED, str(error.orig))
        return audit.close({}, {})


def get_entry(row: Row[Any]) -> Entry:
    """Read a row that should be sound; raises Failed(internal) where it is not."""
    try:
        return entry_of(row)
    except msgspec.MsgspecError as error:
        message = f"Entry '{row.id}' of the ledger cannot be read; 'ledger verify' says more."
        raise Failed(Fault(kind=Kind.INTERNAL, message=message)) from error


def conditions(since: int | None, person_id: str | None) -> list[ColumnElement[bool]]:
    """Ask for the entries of a person that started from an instant on."""
    wanted: list[ColumnElement[bool]] = []
    if since is not None:
        wanted.append(entries.c.started_at >= since)
    if person_id is not None:
        wanted.append(entries.c.person_id == person_id)
    return wanted


def is_after(place: Place) -> ColumnElement[bool]:
    """Ask for what stands after a place when the newest come first."""
    return pair(entries.c.started_at, entries.c.id) < pair(*map(literal, place))


def examine(connection: Connection, audit: Audit) -> Verification:
    """Audit the file, then every entry, then the rollups and what they add up to, of one state."""
    for damage in damages(connection):
        audit.add(Rule.DAMAGED, damage)
    for row in stream(connection):
        check(row, audit)
    for difference in differences(connection):
        audit.add(Rule.ROLLUPS, difference)
    gone = cost_of_purged(connection)
    sums = {by.value: cost_of(read_sums(connection, by, Span())) - gone for by in By}
    return audit.close(sums, spent(connection))


def cost_of(sums: Iterable[Sum]) -> int:
    """Add up the costs of sums."""
    return sum(row.cost_nano_usd for row in sums)


def cost_of_purged(connection: Connection) -> int:
    """Add up what the entries cost that are no longer there."""
    return connection.execute(select(whole_sum(purges.c.cost_nano_usd))).scalar_one()


def spent(connection: Connection) -> dict[tuple[str, int], int]:
    """Read what each row of an account says was spent since it was opened."""
    since = accounts.c.spent_nano_usd - accounts.c.opening_nano_usd
    columns = (accounts.c.name, accounts.c.starts_at, since)
    rows = connection.execute(select(*columns)).all()
    return {(name, starts_at): nano_usd for name, starts_at, nano_usd in rows}


def damages(connection: Connection) -> list[str]:
    """Let SQLite check its own file: pages, indexes, and that ids are unique."""
    if connection.dialect.name != "sqlite":
        return []
    lines: list[str] = list(connection.execute(text("pragma integrity_check")).scalars())
    return [line for line in lines if line != "ok"]


def stream(connection: Connection) -> Any:
    """Read every entry by request and attempt, a few at a time."""
    statement = select(*ENTRY_COLUMNS).order_by(
        entries.c.request_id, entries.c.attempt, entries.c.id
    )
    return connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement)


def check(row: Row[Any], audit: Audit) -> None:
    """Feed one row to the audit."""
    try:
        entry = entry_of(row)
    except msgspec.MsgspecError:
        audit.skip(row.id, row.request_id, row.attempt)
    else:
        audit.feed(entry)
