"""How the ledger is written on the loop while nothing is in the way of it."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.postgres.batch import STATEMENTS, Batch, gather
from endpoints_server.store.postgres.journal import UNFIT
from endpoints_server.store.postgres.line import Line
from endpoints_server.store.sql.ledger.journal import Deed, Land, Unwritable


class PostgresShortcut:
    """Asks what one statement can say, over a line of its own."""

    def __init__(self, conninfo: str) -> None:
        self._line = Line(conninfo, STATEMENTS)

    def begin(self, entries: Sequence[Entry], deeds: Sequence[Deed], land: Land) -> bool:
        if not self._line.is_free():
            return False
        try:
            batch = gather(entries, deeds)
        except Exception:  # noqa: BLE001 - what is wrong with it the journal finds out
            return False
        self._line.ask(batch.statement, batch.values, lambda outcome: land(read(batch, outcome)))
        return True

    def close(self) -> None:
        """Let go of the line; in any thread."""
        self._line.close()


def read(batch: Batch, outcome: PGresult | psycopg.Error) -> list[Any] | Exception:
    """Read what became of a batch, as `Land` is told it."""
    if isinstance(outcome, psycopg.Error):
        is_unfit = isinstance(outcome, UNFIT) or not isinstance(outcome, psycopg.OperationalError)
        return outcome if is_unfit else Unwritable(str(outcome))
    try:
        return batch.read(outcome)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits to be told
        return Unwritable(f"what was answered cannot be read: {error}")
