"""A batch for the ledger as one statement, which is one transaction and one round trip.

Whoever adds up entries goes on from the highest number they have seen, so numbers become visible in
their order: batches take turns, over all processes. The turn is taken inside the statement, so that
a process that stops in the middle holds up nobody for longer than the server needs to finish it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from psycopg.pq.abc import PGresult
from sqlalchemy import BigInteger, Boolean, Column, Integer
from sqlalchemy.types import TypeEngine

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.postgres.accounts import TURN, TakenTurn, endings_of, flag
from endpoints_server.store.postgres.statement import TRACE, Statement
from endpoints_server.store.sql.engine import Turn
from endpoints_server.store.sql.ledger.entry_row import Row, row_of
from endpoints_server.store.sql.ledger.journal import Deed
from endpoints_server.store.sql.tables import ENTRY_COLUMNS

NUL = "\x00"
NUL_IN_JSON = rb"\u0000"
REPLACEMENT = "\ufffd"


class Batch(Struct, frozen=True, kw_only=True):
    """What to ask, and how to read from the answer what deeds gave."""

    statement: Statement
    values: Sequence[str]
    read: Callable[[PGresult], list[Any]]


def gather(entries: Sequence[Entry], deeds: Sequence[Deed], *, is_light: bool) -> Batch:
    """Say all of a batch by one statement; raises OutOfTurn where that cannot be done.

    Whoever changes accounts has the turn to do so, which is taken first: two could wait for each
    other otherwise. It lasts as long as the server needs, and no answer to come and go.
    """
    kept = [flag(is_on=is_light), batch_of(entries)] if entries else []
    if not deeds and not any(entry.accounts for entry in entries):
        return Batch(statement=KEEPING, values=kept, read=lambda _: [])
    turn = TakenTurn(endings_of(entries))
    answers = [deed.act(turn) for deed in deeds]
    wanted = turn.told(is_light=is_light)

    def read(result: PGresult) -> list[Any]:
        turn.hear(result)
        return [answer() for answer in answers]

    if not entries:
        return Batch(statement=TURN_ALONE, values=wanted, read=read)
    return Batch(statement=TURN_AND_KEEPING, values=[*wanted, *kept], read=read)


def is_light(entries: Sequence[Entry], deeds: Sequence[Deed]) -> bool:
    """Say whether nobody has to wait for the disk."""
    return not entries and all(deed.is_light for deed in deeds)


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
DISK = (
    b"case when %s::boolean then set_config('synchronous_commit', 'off', true) "
    b"else " + TRACE + b"::text end"
)
"""Does not wait for the disk, or does; even where all is there already, which may not be on it."""
INSERT = (
    b"with turn as materialized (select " + DISK + b", " + LOCK + b") " + insertion(ENTRY_COLUMNS)
)
KEEPING = Statement(b"keeping", INSERT)
TURN_ALONE = Statement(b"turn", TURN)
TURN_AND_KEEPING = Statement(
    b"turn_and_keeping",
    b"with taken as materialized (" + TURN + b"), "
    b"turn as materialized "
    b"(select " + DISK + b", " + LOCK + b" from (select count(*) from taken) as done), "
    b"kept as (" + insertion(ENTRY_COLUMNS) + b") select * from taken",
)
"""Entries are kept once the turn of accounts was taken, which asks whether they are there."""
STATEMENTS = (KEEPING, TURN_ALONE, TURN_AND_KEEPING)
