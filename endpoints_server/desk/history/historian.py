"""What is done for history while a server runs: new entries are added up, old ones purged."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.history.port import History, Order

FOLD_SECONDS = 15.0
"""Between two looks for new entries, which whoever asks meanwhile is told of all the same."""
PAUSE_SECONDS = 0.1
"""Between two portions of entries, where many wait to be added up."""
PURGED_EVERY = 3_600_000_000
"""Microseconds; what is to go goes a day at a time, or all of it after the file was changed."""


class Historian:
    """Keeps a history: `kept_days` tells how long entries are kept, None for ever.

    `now` gives microseconds since 1970, `identify` draws the id of a purge, and `tell` is told how
    many entries one deleted.
    """

    def __init__(
        self,
        history: History,
        kept_days: Callable[[], int | None],
        now: Callable[[], int],
        identify: Callable[[], str],
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.history = history
        self.kept_days = kept_days
        self.now = now
        self.identify = identify
        self.tell = tell
        self.purged_at = -PURGED_EVERY

    async def run(self) -> None:
        """Keep on until cancelled; what fails is tried again at its next turn."""
        while True:
            has_more = False
            with suppress(Failed):  # the store is away, which others tell of
                has_more = await self.history.fold()
                if not has_more and self.is_due():
                    await self.purge()
            await asyncio.sleep(PAUSE_SECONDS if has_more else FOLD_SECONDS)

    def is_due(self) -> bool:
        """Whether it is time to purge again; a clock that was set back puts nothing off."""
        return not self.purged_at <= self.now() < self.purged_at + PURGED_EVERY

    async def purge(self) -> None:
        """Delete entries that are older than they are to be, day by day of UTC."""
        now, days = self.now(), self.kept_days()
        self.purged_at = now
        if days is None:
            return
        order = Order(
            id=self.identify(), before_day=now // DAY - days, reason=f"kept {days} days", at=now
        )
        if count := await self.history.purge(order):
            self.tell(count)
