"""The ledger's writer on SQLite: one transaction for a batch, on the driver itself."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from endpoints_server.domain.money.account import Account, Decision
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.account_deeds import costs_of
from endpoints_server.store.sql.ledger.account_steps import settle, take
from endpoints_server.store.sql.ledger.entry_row import NAMES, row_of
from endpoints_server.store.sql.ledger.journal import (
    Answer,
    Deed,
    Hold,
    Shortcut,
    Unfit,
    Unwritable,
)

ROWS_AT_ONCE = 64
"""Rows of one statement: a step of SQLite gives up the interpreter's lock and waits for it again,
and a statement of many rows is one step."""
BUSY_SECONDS = 1.0
"""How long the file may be held by others until the batch is told that it cannot be written."""
PRIMARY = 0xFF
"""The part of an error code that says what it is about."""
TRY_SECONDS = 0.001
"""How often it is tried meanwhile: SQLite itself would sleep a tenth of a second, and miss
the moments in which whoever deletes or adds up lets others write."""
UNFIT = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ArithmeticError,
    AttributeError,
    TypeError,
    ValueError,
)
"""What is raised for an entry that no retry will help."""


class SqliteJournal:
    """Entries into a file, over a connection that is the journal's own."""

    shortcut: Shortcut | None = None

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._is_durable: bool | None = None

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        gives_up_at = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return self._write(entries, deeds)
            except UNFIT as error:
                raise Unfit(str(error)) from error
            except sqlite3.Error as error:
                if not is_busy(error) or time.monotonic() >= gives_up_at:
                    raise Unwritable(str(error)) from error
            time.sleep(TRY_SECONDS)

    def ask(self, statement: str, values: Mapping[str, object]) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def keep(self, entries: Sequence[Entry]) -> None:
        rows = [row_of(entry) for entry in entries]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            self._connection.execute(insertion(len(some)), tuple(chain.from_iterable(some)))

    def take(self, accounts: Sequence[Account], nano_usd: int, hold: Hold) -> Answer[Decision]:
        decision = take(self, accounts, nano_usd, hold)
        return lambda: decision

    def settle(self, costs: Mapping[str, int]) -> None:
        settle(self, costs)

    def close(self) -> None:
        self._connection.close()

    def _write(self, entries: Sequence[Entry], deeds: Sequence[Deed]) -> list[Any]:
        if deeds or len(entries) > ROWS_AT_ONCE or any(entry.accounts for entry in entries):
            return self._commit(entries, deeds)
        self._be_durable(is_durable=True)
        self.keep(entries)  # a statement alone is a transaction
        return []

    def _commit(self, entries: Sequence[Entry], deeds: Sequence[Deed]) -> list[Any]:
        self._be_durable(is_durable=bool(entries) or not all(deed.is_light for deed in deeds))
        try:
            self._connection.execute("begin immediate")
            self.keep(entries)
            self.settle(costs_of(entries))
            given = [deed.act(self)() for deed in deeds]
            self._connection.execute("commit")
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()
        return given

    def _be_durable(self, *, is_durable: bool) -> None:
        """Wait for the disk at the end of a transaction, or only for the file."""
        if is_durable is not self._is_durable:
            self._connection.execute(f"pragma synchronous = {'full' if is_durable else 'normal'}")
            self._is_durable = is_durable


def is_busy(error: sqlite3.Error) -> bool:
    """Say whether somebody else holds the file."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY == sqlite3.SQLITE_BUSY


@cache
def insertion(row_count: int) -> str:
    """Write the statement that inserts so many rows, and passes over those that are there."""
    row = f"({', '.join('?' * len(NAMES))})"
    rows = ", ".join([row] * row_count)
    names = ", ".join(NAMES)
    return f"insert into entries ({names}) values {rows} on conflict (id) do nothing"  # noqa: S608
