"""The ledger's writer on PostgreSQL: one statement for a batch, on libpq itself.

Whoever adds up entries goes on from the highest number they have seen, so numbers become visible in
their order: batches take turns, over all processes. The turn is taken inside the statement, which
is its own transaction, so that a process that stops in the middle holds up nobody for longer than
the server needs to finish it.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
import psycopg
from sqlalchemy import BigInteger, Boolean, Column, Integer
from sqlalchemy.types import TypeEngine

from endpoints_server.domain.money.account import Account, Decision
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.postgres.accounts import (
    TURN,
    OutOfTurn,
    TakenTurn,
    endings_of,
    send,
    take,
    unpaid,
)
from endpoints_server.store.postgres.connection import PatientConnection, connect
from endpoints_server.store.postgres.statement import Statement, ask
from endpoints_server.store.sql.engine import Turn
from endpoints_server.store.sql.ledger.entry_row import Row, row_of
from endpoints_server.store.sql.ledger.journal import Answer, Deed, Hold, Unfit, Unwritable
from endpoints_server.store.sql.tables import ENTRY_COLUMNS

NAMED = re.compile(r":(\w+)")
NUL = "\x00"
NUL_IN_JSON = rb"\u0000"
REPLACEMENT = "\ufffd"
UNFIT = (
    *(psycopg.DataError, psycopg.IntegrityError),
    *(ArithmeticError, AttributeError, TypeError, ValueError),
)


class PostgresJournal:
    """Entries into a table, over a connection of its own that is made anew when it breaks."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: PatientConnection | None = None

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        try:
            if deeds or any(entry.accounts for entry in entries):
                return self._commit(entries, deeds)
            if entries:
                ask(self._connected(), KEEPING, [batch_of(entries)])
        except UNFIT as error:
            raise Unfit(str(error)) from error
        except psycopg.Error as error:
            raise Unwritable(str(error)) from error
        return []

    def ask(self, statement: str, values: Mapping[str, object]) -> psycopg.Cursor[Any]:
        return self._connected().execute(spelt(statement), values)

    def keep(self, entries: Sequence[Entry]) -> None:
        if entries:
            self._connected().execute(INSERT, [batch_of(entries)])

    def take(self, accounts: Sequence[Account], nano_usd: int, hold: Hold) -> Answer[Decision]:
        return take(self._connected(), accounts, nano_usd, hold)

    def settle(self, costs: Mapping[str, int]) -> None:
        if costs:
            send(self._connected(), unpaid(costs))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _commit(self, entries: Sequence[Entry], deeds: Sequence[Deed]) -> list[Any]:
        """Do it by one statement, which is one round trip.

        Whoever changes accounts has the turn to do so, which is taken first: two could wait for
        each other otherwise. It lasts as long as the server needs, and no answer to come and go.
        """
        is_light = not entries and all(deed.is_light for deed in deeds)
        turn = TakenTurn(endings_of(entries))
        try:
            answers = [deed.act(turn) for deed in deeds]
        except OutOfTurn:
            return self._commit_apart(entries, deeds, is_light=is_light)
        wanted = turn.told(is_light=is_light)
        if entries:
            turn.hear(ask(self._connected(), TURN_AND_KEEPING, [*wanted, batch_of(entries)]))
        else:
            turn.hear(ask(self._connected(), TURN_ALONE, wanted))
        return [answer() for answer in answers]

    def _commit_apart(
        self, entries: Sequence[Entry], deeds: Sequence[Deed], *, is_light: bool
    ) -> list[Any]:
        """Do the same where something is wanted that cannot be gathered.

        All of a transaction is sent before the first answer is read.
        """
        connection = self._connected()
        with connection.pipeline(), connection.transaction():
            send(connection, endings_of(entries), is_light=is_light)
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


def batch_of(entries: Sequence[Entry]) -> str:
    """Write entries as one value: a parameter for each column costs ten times as much to make.

    It holds a replacement character where PostgreSQL cannot hold the one that is there.
    """
    rows = [row_of(entry) for entry in entries]
    batch = msgspec.json.encode(rows)
    if NUL_IN_JSON in batch:
        batch = msgspec.json.encode([clean(row) for row in rows])
    return batch.decode()


def clean(row: Row) -> Row:
    """Replace what cannot be held."""
    return tuple(
        value.replace(NUL, REPLACEMENT) if isinstance(value, str) and NUL in value else value
        for value in row
    )


def type_of(kind: TypeEngine[object]) -> str:
    """Name the type of a column."""
    match kind:
        case BigInteger():
            return "bigint"
        case Integer():
            return "integer"
        case Boolean():
            return "boolean"
        case _:  # everything else an entry holds is text
            return "text"


def insertion(columns: Sequence[Column[object]]) -> bytes:
    """Write the statement that keeps a batch, which is an array of arrays in JSON."""
    names = ", ".join(str(column.name) for column in columns)
    values = ", ".join(
        f"(given.entry ->> {place})::{type_of(column.type)}" for place, column in enumerate(columns)
    )
    return (
        f"insert into entries ({names}) "  # noqa: S608  it holds names of ours alone
        f"select {values} from turn, jsonb_array_elements(%s::jsonb) as given(entry) "
        "on conflict (id) do nothing"
    ).encode()


LOCK = f"pg_advisory_xact_lock({Turn.LEDGER.value})".encode()
INSERT = b"with turn as materialized (select " + LOCK + b") " + insertion(ENTRY_COLUMNS)
KEEPING = Statement(b"keeping", INSERT)
TURN_ALONE = Statement(b"turn", TURN)
TURN_AND_KEEPING = Statement(
    b"turn_and_keeping",
    b"with taken as materialized (" + TURN + b"), "
    b"turn as materialized (select " + LOCK + b" from (select count(*) from taken) as done), "
    b"kept as (" + insertion(ENTRY_COLUMNS) + b") select * from taken",
)
"""Entries are kept once the turn of accounts was taken, which asks whether they are there."""
