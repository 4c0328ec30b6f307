"""Waits until the server has on its disk what it was told, apart from the transactions themselves.

A transaction that waits for the disk has its turn as long, so all others wait for the disk as well,
of every process, even those that only hold money. Where the disk is quick, that is cheaper.
"""

import time
from collections import deque

import psycopg
from psycopg.pq.abc import PGresult

from endpoints_server.store.postgres.line import Line
from endpoints_server.store.postgres.statement import TRACE, Statement
from endpoints_server.store.sql.ledger.journal import Safe, Unwritable

SLOW_SECONDS = 0.0015
"""A disk that takes longer is waited for apart."""
LOOKS = 16
"""Of so many answers the quickest is looked at; others may have waited for a busy server."""
FLUSH = Statement(b"flush", b"select " + TRACE + b" from entries where id = %s")
"""A transaction that waits for the disk, and so for all that ended before it; finds nothing where
what was kept is gone. A server that breaks down loses what was not on its disk."""
BY_INDEX = "set enable_seqscan to off"
"""However few entries there were when its plan was made."""


class Disk:
    """Waits once for all that came together while it was waited for before.

    Whatever breaks the server down breaks the line, and then all that waits may be lost.
    """

    def __init__(self, conninfo: str) -> None:
        self._line = Line(conninfo, [FLUSH], BY_INDEX)
        self._later: list[tuple[str, Safe]] = []
        self._asked: list[tuple[str, Safe]] = []
        self._asked_at = 0.0
        self._waits: deque[float] = deque(maxlen=LOOKS)
        self._quick: deque[float] = deque(maxlen=LOOKS)
        self.is_slow = False

    def is_there(self) -> bool:
        """Say whether it can be asked."""
        return self._line.is_there()

    def note(self, seconds: float) -> None:
        """Learn how long an answer took that waited for the disk."""
        self._waits.append(seconds)
        if len(self._waits) == LOOKS:
            self.is_slow = min(self._waits) - min(self._quick, default=0.0) > SLOW_SECONDS

    def note_quick(self, seconds: float) -> None:
        """Learn how long one took that did not, and so how far the server is away."""
        self._quick.append(seconds)

    def wait(self, entry_id: str, safe: Safe) -> None:
        """Wait for an entry that was kept after all those that were waited for before."""
        self._later.append((entry_id, safe))
        if not self._asked:
            self._ask()

    def close(self) -> None:
        """Let go of the line; in any thread."""
        self._line.close()

    def _ask(self) -> None:
        self._asked, self._later = self._later, []
        newest, _ = self._asked[-1]
        self._asked_at = time.perf_counter()
        if self._line.is_free():
            self._line.ask(FLUSH, [newest], self._hear)
        else:
            self._hear(psycopg.OperationalError("the connection was lost"))

    def _hear(self, outcome: PGresult | psycopg.Error) -> None:
        asked, self._asked = self._asked, []
        lost: Unwritable | None = None
        if isinstance(outcome, psycopg.Error):
            lost = Unwritable(str(outcome))
        elif not outcome.ntuples:
            lost = Unwritable("the server has lost what it kept")
        else:
            self.note(time.perf_counter() - self._asked_at)
        for _, safe in asked:
            safe(lost)
        if self._later and not self._asked:
            self._ask()
