"""Connections to PostgreSQL that wait no longer than they may."""

import socket
from select import select
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ANSWER_SECONDS = 1.0
"""How long the answer to one statement may take, unless somebody says otherwise."""
CONNECT_SECONDS = 2
"""How long connecting may take; libpq knows no less."""
INTERVAL_SECONDS = 0.1
DEFAULTS: dict[str, Any] = {
    "application_name": "endpoints-server",
    "client_encoding": "UTF8",
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
"""What a url that says nothing about it stands for."""

T = TypeVar("T")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is given up once an answer takes longer than `patience_seconds`.

    The server's own time-outs cannot help where it has stopped, or where the network has.
    """

    patience_seconds = ANSWER_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.prepared: set[bytes] = set()
        """The names of what was prepared here."""

    def wait(
        self, gen: PQGen[T], interval: float = INTERVAL_SECONDS, timeout: float | None = None
    ) -> T:
        try:
            return super().wait(gen, interval, timeout or self.patience_seconds)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            message = f"no answer from the database within {self.patience_seconds:g} seconds"
            raise psycopg.OperationalError(message) from None

    def is_gone(self) -> bool:
        """Say whether the server has hung up; asks nothing of it, and costs a microsecond or so."""
        if self.closed:
            return True
        readable, _, _ = select([self.pgconn.socket], [], [], 0)
        return bool(readable) and not self._peek()

    def _peek(self) -> bytes:
        with socket.socket(fileno=self.pgconn.socket) as seen:
            try:
                return seen.recv(1, socket.MSG_PEEK)
            except OSError:
                return b""
            finally:
                seen.detach()


def read_url(url: str) -> str:
    """Read a url as libpq does, and lay it over what we would have.

    Raises psycopg.ProgrammingError where it cannot be read.
    """
    scheme, _, rest = url.partition("://")
    plain = scheme.partition("+")[0]  # as in postgresql+psycopg://
    return make_conninfo("", **{**DEFAULTS, **conninfo_to_dict(f"{plain}://{rest}")})


def connect(conninfo: str, **options: Any) -> PatientConnection:
    """Connect; raises psycopg.Error."""
    return PatientConnection.connect(conninfo, **options)
