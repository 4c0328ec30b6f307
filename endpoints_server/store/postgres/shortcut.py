"""How the ledger is written on the loop while nothing is in the way of it."""

import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.postgres.batch import STATEMENTS, Batch, gather, is_light
from endpoints_server.store.postgres.disk import Disk
from endpoints_server.store.postgres.journal import UNFIT
from endpoints_server.store.postgres.line import Line
from endpoints_server.store.sql.ledger.journal import Deed, Land, Safe, Unwritable


class PostgresShortcut:
    """Asks what one statement can say, over a line of its own.

    Where the disk is slow, what is kept is waited for apart, and the line is free meanwhile.
    """

    def __init__(self, conninfo: str) -> None:
        self._line = Line(conninfo, STATEMENTS)
        self._disk = Disk(conninfo)

    def begin(
        self, entries: Sequence[Entry], deeds: Sequence[Deed], land: Land, safe: Safe
    ) -> bool:
        if not self._line.is_free():
            return False
        is_apart = self._disk.is_slow and self._disk.is_there()
        is_quick = is_light((), deeds) and (is_apart or not entries)
        try:
            batch = gather(entries, deeds, is_light=is_quick)
        except Exception:  # noqa: BLE001 - what is wrong with it the journal finds out
            return False
        asked_at = time.perf_counter()

        def hear(outcome: PGresult | psycopg.Error) -> None:
            seconds = time.perf_counter() - asked_at
            given = read(batch, outcome)
            if isinstance(given, Exception):
                land(given)
                return
            if is_quick:
                self._disk.note_quick(seconds)
            elif entries:
                self._disk.note(seconds)
            is_safe = not (entries and is_quick)
            land(given, is_safe=is_safe)
            if not is_safe:
                self._disk.wait(entries[-1].id, safe)

        self._line.ask(batch.statement, batch.values, hear)
        return True

    def close(self) -> None:
        """Let go of the lines; in any thread."""
        self._line.close()
        self._disk.close()


def read(batch: Batch, outcome: PGresult | psycopg.Error) -> list[Any] | Exception:
    """Read what became of a batch, as `Land` is told it."""
    if isinstance(outcome, psycopg.Error):
        is_unfit = isinstance(outcome, UNFIT) or not isinstance(outcome, psycopg.OperationalError)
        return outcome if is_unfit else Unwritable(str(outcome))
    try:
        return batch.read(outcome)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits to be told
        return Unwritable(f"what was answered cannot be read: {error}")
