"""Statements that a connection prepares once, asked of libpq itself.

What is asked for each batch is always the same, and a cursor of the driver costs more than all else
that a small batch takes here.
"""

from collections.abc import Sequence

from msgspec import Struct
from psycopg import Error
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from endpoints_server.store.postgres.connection import PatientConnection

PLACE = b"%s"
FAILED = ExecStatus.FATAL_ERROR
TRACE = b"pg_logical_emit_message(true, 'endpoints-server', '')"
"""Writes into the server's log. A transaction that wrote nothing does not wait for the disk."""


class Statement(Struct, frozen=True):
    """One statement, with `%s` for each value."""

    name: bytes
    text: bytes

    def numbered(self) -> bytes:
        """Spell the places of values as the server does."""
        first, *rest = self.text.split(PLACE)
        numbered = (b"$%d%b" % (number, part) for number, part in enumerate(rest, 1))
        return first + b"".join(numbered)


def prepare(connection: PatientConnection, statement: Statement) -> None:
    """Have a connection know a statement; raises psycopg.Error."""
    if statement.name not in connection.prepared:
        connection.pgconn.send_prepare(statement.name, statement.numbered())
        sound(connection)
        connection.prepared.add(statement.name)


def ask(connection: PatientConnection, statement: Statement, values: Sequence[str]) -> PGresult:
    """Run a statement, a transaction by itself; raises psycopg.Error."""
    prepare(connection, statement)
    connection.pgconn.send_query_prepared(statement.name, [value.encode() for value in values])
    return sound(connection)


def sound(connection: PatientConnection) -> PGresult:
    """Wait for the one answer to what was sent; raises psycopg.Error."""
    result: PGresult = connection.wait(execute(connection.pgconn))[-1]
    if result.status == FAILED:
        raise error_of(result)
    return result


def error_of(result: PGresult) -> Error:
    """Read why a statement failed."""
    return error_from_result(result)
