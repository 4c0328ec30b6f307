"""How the database is read and written, whichever it is."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from endpoints_server.domain.fault import Failed, Fault, Kind

WRITING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"is_writing": True},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}
"""What a connection is told before it writes: SQLite takes the one lock there is, before it reads
what it decides on; PostgreSQL locks rows, and decides on them as they are once it has the lock."""


class Turn(IntEnum):
    """What is written one transaction after the other, so that revisions commit in their order.

    The numbers are PostgreSQL's advisory locks; one that was given is never given to another.
    """

    MIGRATIONS = 7_264_001
    LEDGER = 7_264_002
    KEYS = 7_264_003
    CREDENTIALS = 7_264_004
    RULES = 7_264_005
    ACCOUNTS = 7_264_006
    PURGES = 7_264_007
    OWN_ENDPOINTS = 7_264_008


class Pool(QueuePool):
    """Closes what is given back once it was disposed of: some looks are not waited for."""

    is_over = False

    def dispose(self) -> None:
        self.is_over = True
        super().dispose()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self.is_over:
            super().dispose()


LONG_SECONDS = 120.0
"""How long the answer may take to what nobody waits for in a call: sums over all entries."""


@contextmanager
def reading(engine: Engine, patience_seconds: float | None = None) -> Generator[Connection]:
    """Read one consistent state; raises Failed(unavailable) where that cannot be done.

    `patience_seconds` is how long PostgreSQL may take for an answer, where not the usual second.
    """
    with as_faults(), engine.connect() as connection:
        be_patient(connection, patience_seconds)
        connection.begin()
        yield connection  # and roll back: a damaged file may refuse to commit even nothing
        if connection.dialect.name == "postgresql":
            connection.commit()  # for its driver forgets what it has prepared when it rolls back


@contextmanager
def writing(
    engine: Engine,
    turn: Turn | None = None,
    patience_seconds: float | None = None,
    *,
    is_light: bool = False,
) -> Generator[Connection]:
    """Write in one transaction; alone on SQLite, on PostgreSQL only among those of the same turn.

    What is light may be lost with the power, though never without what was written after it: then
    nobody who waits for a turn waits for the disk.
    Raises IntegrityError where a row contradicts another, Failed(bad_request) for what no database
    can hold, else Failed(unavailable).
    """
    with as_faults(), engine.connect() as connection:
        be_patient(connection, patience_seconds)
        connection.execution_options(**WRITING[engine.dialect.name], is_light=is_light)
        with connection.begin():
            if turn is not None:
                take_turn(connection, turn)
            yield connection


def be_patient(connection: Connection, seconds: float | None) -> None:
    """Wait longer for answers until the connection is handed back; SQLite needs no telling."""
    if seconds is not None:
        connection.execution_options(patience_seconds=seconds)


def take_turn(connection: Connection, turn: Turn) -> None:
    """Wait until nobody else has the turn, and have it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(turn.value)))


@contextmanager
def as_faults() -> Generator[None]:
    """Turn what a database cannot do into a Fault; the driver's words are for the operator."""
    try:
        yield
    except IntegrityError:
        raise
    except DataError as error:
        message = "A value holds what cannot be stored, such as a NUL character."
        fault = Fault(kind=Kind.BAD_REQUEST, message=message, detail=words_of(error))
        raise Failed(fault) from error
    except SQLAlchemyError as error:
        message = "The database cannot be used at the moment."
        fault = Fault(
            kind=Kind.UNAVAILABLE, message=message, detail=words_of(error), retry_after_seconds=1.0
        )
        raise Failed(fault) from error


def words_of(error: SQLAlchemyError) -> str:
    """Give the driver's own words, without the statement and its values."""
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)
