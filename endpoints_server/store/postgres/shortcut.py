"""How the ledger is written on the loop while nothing is in the way of it."""

from collections.abc import Sequence

import psycopg
from psycopg.pq.abc import PGresult

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.postgres.accounts import OutOfTurn
from endpoints_server.store.postgres.batch import STATEMENTS, gather
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
        except (OutOfTurn, *UNFIT):  # what is wrong with it the journal finds out
            return False

        def hear(outcome: PGresult | psycopg.Error) -> None:
            if isinstance(outcome, psycopg.OperationalError):
                land(Unwritable(str(outcome)))
            elif isinstance(outcome, psycopg.Error):
                land(outcome)
            else:
                land(batch.read(outcome))

        self._line.ask(batch.statement, batch.values, hear)
        return True

    def close(self) -> None:
        """Let go of the line; in any thread."""
        self._line.close()
