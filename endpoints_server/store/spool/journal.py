"""A journal that goes on without its database: entries wait in the spool meanwhile."""

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.spool.replay import Replay
from endpoints_server.store.spool.spool import Spool
from endpoints_server.store.sql.ledger.journal import (
    Deed,
    Journal,
    Land,
    Safe,
    Shortcut,
    Untried,
    Unwritable,
)


class SpoolingJournal:
    """Writes to the database, and from its first failure until it is back to the spool.

    `make_journal` makes a journal of the database, and `shortcut` is the way past it; `on_away` is
    told why the spool is used, and `on_back` how many entries were brought from it, in any thread.
    """

    def __init__(
        self,
        make_journal: Callable[[], Journal],
        spool: Spool,
        on_away: Callable[[Exception], None],
        on_back: Callable[[int], None],
        shortcut: Shortcut | None = None,
    ) -> None:
        self.shortcut: Shortcut | None = self if shortcut else None
        self._past = shortcut
        self._journal = make_journal()
        self._spool = spool
        self._on_away = on_away
        self._is_away = Event()
        self._away_at = 0.0
        self._replay = Replay(spool, make_journal(), self._return, on_back)

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        if self._is_away.is_set():
            self._keep(entries)
            return [Untried("the database is away")] * len(deeds)
        try:
            return self._journal.write(entries, deeds)
        except Unwritable as error:
            self._keep(entries)
            self._leave(error)
            return [error] * len(deeds)

    def begin(
        self, entries: Sequence[Entry], deeds: Sequence[Deed], land: Land, safe: Safe
    ) -> bool:
        if self._past is None or self._is_away.is_set():
            return False
        return self._past.begin(entries, deeds, self._watched(land), self._watched(safe))

    def _watched(self, tell: Callable[..., None]) -> Callable[..., None]:
        """Look at what is told."""

        def look(outcome: object, **more: bool) -> None:
            if isinstance(outcome, Unwritable):
                self._leave(outcome)
            tell(outcome, **more)

        return look

    def _leave(self, error: Unwritable) -> None:
        """Ask the database no more until it is back."""
        self._away_at = time.monotonic()
        if not self._is_away.is_set():
            self._is_away.set()
            self._on_away(error)

    def _keep(self, entries: Sequence[Entry]) -> None:
        try:
            if entries:
                self._spool.append(entries)
        except OSError as error:
            raise Unwritable(f"nor can the spool be written: {error}") from error

    def close(self) -> None:
        self._replay.close()
        self._spool.close()
        if self._past is not None:
            self._past.close()
        self._journal.close()

    def _return(self, seen_at: float) -> None:
        """Ask the database again, unless it failed after it was seen to be back."""
        if self._away_at < seen_at:
            self._is_away.clear()
