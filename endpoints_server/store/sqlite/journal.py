"""The ledger's writer on SQLite: one transaction for a batch, on the driver itself."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.entry_row import NAMES, Row, row_of
from endpoints_server.store.sql.ledger.journal import Unfit, Unwritable

ROWS_AT_ONCE = 64
"""Rows of one statement: a step of SQLite gives up the interpreter's lock and waits for it again,
and a statement of many rows is one step."""
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

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write(self, entries: Sequence[Entry]) -> None:
        try:
            self._commit([row_of(entry) for entry in entries])
        except UNFIT as error:
            raise Unfit(str(error)) from error
        except sqlite3.Error as error:
            raise Unwritable(str(error)) from error

    def close(self) -> None:
        self._connection.close()

    def _commit(self, rows: list[Row]) -> None:
        if len(rows) <= ROWS_AT_ONCE:
            self._insert(rows)  # a statement alone is a transaction
            return
        try:
            self._connection.execute("begin immediate")
            for start in range(0, len(rows), ROWS_AT_ONCE):
                self._insert(rows[start : start + ROWS_AT_ONCE])
            self._connection.execute("commit")
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def _insert(self, rows: Sequence[Row]) -> None:
        self._connection.execute(insertion(len(rows)), tuple(chain.from_iterable(rows)))


@cache
def insertion(row_count: int) -> str:
    """Write the statement that inserts so many rows, and passes over those that are there."""
    row = f"({', '.join('?' * len(NAMES))})"
    rows = ", ".join([row] * row_count)
    names = ", ".join(NAMES)
    return f"insert into entries ({names}) values {rows} on conflict (id) do nothing"  # noqa: S608
