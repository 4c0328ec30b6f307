"""One connection to PostgreSQL that is asked on the loop: no thread has to be woken for it."""

import asyncio
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

import psycopg
from psycopg.pq import ConnStatus
from psycopg.pq.abc import PGconn, PGresult

from endpoints_server.store.postgres.connection import ANSWER_SECONDS, PatientConnection, connect
from endpoints_server.store.postgres.statement import FAILED, Statement, error_of, prepare

PAUSE_SECONDS = 0.5
"""Between two tries to connect."""

Hear = Callable[[PGresult | psycopg.Error], None]


class Line:
    """Takes one statement at a time; a thread makes it, and makes it anew when it is gone.

    A `setting` is made first, with a statement.
    """

    def __init__(
        self, conninfo: str, statements: Sequence[Statement], setting: str | None = None
    ) -> None:
        self._conninfo = conninfo
        self._setting = setting
        self._statements = statements
        self._loop: AbstractEventLoop = asyncio.get_running_loop()
        self._connection: PatientConnection | None = None
        self._dialed: PatientConnection | None = None
        self._socket = -1
        """That of the connection, which libpq knows no more once it has found it broken."""
        self._hear: Hear | None = None
        self._result: PGresult | None = None
        self._timer: TimerHandle | None = None
        self._is_closed = self._is_dialing = False
        self._redial()

    def is_there(self) -> bool:
        """Say whether there is a connection; where there is none, one is made."""
        if self._connection is None:
            self._redial()
        return self._connection is not None

    def is_free(self) -> bool:
        """Say whether something may be asked now."""
        return self.is_there() and self._hear is None

    def ask(self, statement: Statement, values: Sequence[str], hear: Hear) -> None:
        """Run a statement, a transaction by itself, while the line is free.

        `hear` is told what was answered, or why not: psycopg.OperationalError where the connection
        was lost or nothing came in time, and another where the server refused, and did nothing.
        """
        if self._connection is None:
            raise LookupError("connection")
        self._hear = hear
        self._timer = self._loop.call_later(ANSWER_SECONDS, self._give_up)
        texts = [value.encode() for value in values]
        try:
            self._connection.pgconn.send_query_prepared(statement.name, texts)
            self._flush()
        except psycopg.Error as error:
            self._lose(error)

    def close(self) -> None:
        """Hang up; may be called in any thread."""
        with suppress(RuntimeError):  # the loop is closed, and the process ends
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._is_closed = True
        self._lose(psycopg.OperationalError("the connection was closed"))
        self._drop()

    def _redial(self) -> None:
        if not self._is_dialing and not self._is_closed:
            self._is_dialing = True
            Thread(target=self._dial, name="line", daemon=True).start()

    def _dial(self) -> None:
        """Connect, in a thread of its own, and hand over on the loop, which may end before."""
        self._dialed = self._connect()
        if self._is_closed:  # looked at after the handing over, as `_close` does it the other way
            self._drop()
            return
        try:
            self._loop.call_soon_threadsafe(self._take_over)
        except RuntimeError:  # the loop is closed, and the process ends
            self._drop()

    def _connect(self) -> PatientConnection | None:
        connection = None
        try:
            connection = connect(self._conninfo, autocommit=True)
            if self._setting is not None:
                connection.execute(self._setting.encode())
            for statement in self._statements:
                prepare(connection, statement)
            connection.pgconn.nonblocking = 1
        except psycopg.Error:
            if connection is not None:
                connection.close()
            time.sleep(PAUSE_SECONDS)
            return None
        return connection

    def _take_over(self) -> None:
        self._is_dialing = False
        connection, self._dialed = self._dialed, None
        if connection is None or connection.closed:
            return
        self._connection, self._socket = connection, connection.pgconn.socket
        self._loop.add_reader(self._socket, self._read)

    def _drop(self) -> None:
        """Hang up what was dialed, and is not wanted any more."""
        connection, self._dialed = self._dialed, None
        if connection is not None:
            connection.close()

    def _flush(self) -> None:
        """Send what the socket takes, and the rest when it takes more."""
        if self._connection is None:
            return
        line = self._connection.pgconn
        try:
            if line.flush():
                self._loop.add_writer(self._socket, self._flush)
            else:
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._lose(error)

    def _read(self) -> None:
        if self._connection is None:
            return
        line = self._connection.pgconn
        try:
            is_whole = self._take_in(line)
        except psycopg.Error as error:
            self._lose(error)
            return
        if line.status != ConnStatus.OK:
            self._lose(psycopg.OperationalError("the server ended the connection"))
        elif is_whole and self._result is not None:
            result, self._result = self._result, None
            self._tell(error_of(result) if result.status == FAILED else result)

    def _take_in(self, line: PGconn) -> bool:
        """Read what is there, and say whether nothing more belongs to it."""
        line.consume_input()
        while not line.is_busy():
            result = line.get_result()
            if result is None:
                return True
            self._result = result
        return False

    def _give_up(self) -> None:
        late = self._hear
        self._read()  # what has come, and was not read yet, is not late
        if self._hear is not late:  # and who heard it may have asked the next
            return
        message = f"no answer from the database within {ANSWER_SECONDS:g} seconds"
        self._lose(psycopg.OperationalError(message))

    def _lose(self, error: psycopg.Error) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            connection.close()
        self._result = None
        self._tell(psycopg.OperationalError(str(error)))

    def _tell(self, outcome: PGresult | psycopg.Error) -> None:
        hear, self._hear = self._hear, None
        if self._timer is not None:
            self._timer.cancel()
        if hear is not None:
            hear(outcome)
