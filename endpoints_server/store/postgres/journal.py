"""The ledger's writer on PostgreSQL, which waits for answers in the writer's thread."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import psycopg

from endpoints_server.domain.money.account import Account, Decision
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.postgres.accounts import (
    OutOfTurn,
    endings_of,
    flag,
    send,
    take,
    unpaid,
)
from endpoints_server.store.postgres.batch import INSERT, batch_of, gather, is_light
from endpoints_server.store.postgres.connection import PatientConnection, connect
from endpoints_server.store.postgres.statement import ask
from endpoints_server.store.sql.ledger.journal import (
    Answer,
    Deed,
    Hold,
    Shortcut,
    Unfit,
    Unwritable,
)

NAMED = re.compile(r":(\w+)")
UNFIT = (
    *(psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded),
    *(ArithmeticError, AttributeError, TypeError, ValueError),
)


class PostgresJournal:
    """Entries into a table, over a connection of its own that is made anew when it breaks."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: PatientConnection | None = None

    shortcut: Shortcut | None = None

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        try:
            return self._commit(entries, deeds) if entries or deeds else []
        except UNFIT as error:
            raise Unfit(str(error)) from error
        except psycopg.Error as error:
            raise Unwritable(str(error)) from error

    def ask(self, statement: str, values: Mapping[str, object]) -> psycopg.Cursor[Any]:
        return self._connected().execute(spelt(statement), values)

    def keep(self, entries: Sequence[Entry]) -> None:
        if entries:
            self._connected().execute(INSERT, [flag(is_on=False), batch_of(entries)])

    def take(self, accounts: Sequence[Account], nano_usd: int, hold: Hold) -> Answer[Decision]:
        return take(self._connected(), accounts, nano_usd, hold)

    def settle(self, costs: Mapping[str, int]) -> None:
        if costs:
            send(self._connected(), unpaid(costs))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _commit(self, entries: Sequence[Entry], deeds: Sequence[Deed]) -> list[Any]:
        try:
            batch = gather(entries, deeds, is_light=is_light(entries, deeds))
        except OutOfTurn:
            return self._commit_apart(entries, deeds)
        return batch.read(ask(self._connected(), batch.statement, batch.values))

    def _commit_apart(self, entries: Sequence[Entry], deeds: Sequence[Deed]) -> list[Any]:
        """Do the same where something is wanted that cannot be gathered.

        All of a transaction is sent before the first answer is read.
        """
        connection = self._connected()
        with connection.pipeline(), connection.transaction():
            send(connection, endings_of(entries), is_light=is_light(entries, deeds))
            self.keep(entries)
            answers = [deed.act(self) for deed in deeds]
        return [answer() for answer in answers]

    def _connected(self) -> PatientConnection:
        connection = self._connection
        if connection is None or connection.is_gone():
            self.close()
            connection = self._connection = connect(self._conninfo, autocommit=True)
        return connection


@cache
def spelt(statement: str) -> bytes:
    """Spell the named values of a statement as the driver does."""
    return NAMED.sub(r"%(\1)s", statement).encode()
