"""What is done for history while a server runs: new entries are added up, old ones purged."""

import asyncio
from collections.abc import Awaitable, Callable

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.history.port import History, Order

FOLD_SECONDS = 15.0
"""Between two looks for new entries, which whoever asks meanwhile is told of all the same."""
PAUSE_SECONDS = 0.1
"""Between two portions of entries, where many wait to be added up: nearly four thousand a second
are."""
MOST_WAITS = 200
"""Pauses for which adding up waits while there is much to do: twenty seconds, and a question is
answered from the entries of that time all the while."""
MOST_FAILURES = 20
"""Turns in a row, five minutes; who is away is told of by others, but not what else it may be."""
PURGED_EVERY = 3_600_000_000
"""Microseconds; what is to go goes a day at a time, or all of it after the file was changed."""
Turn = Callable[[], Awaitable[bool]]
"""Does some of what there is to do, and says whether more is waiting."""


class Historian:
    """Keeps a history: `kept_days` tells how long entries are kept, None for ever.

    `now` gives microseconds since 1970, `identify` draws the id of a purge, `tell` is told how many
    entries one deleted, and `trouble` what went wrong that nobody foresaw. While it `is_busy` with
    calls, adding up waits for them, though not for ever.
    """

    def __init__(
        self,
        history: History,
        kept_days: Callable[[], int | None],
        now: Callable[[], int],
        identify: Callable[[], str],
        tell: Callable[[int], None] = lambda _: None,
        trouble: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self.history = history
        self.kept_days = kept_days
        self.now = now
        self.identify = identify
        self.tell = tell
        self.trouble = trouble
        self.is_busy: Callable[[], bool] = lambda: False
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.waits = 0
        self.is_behind = True
        self.purged_at = -PURGED_EVERY

    async def run(self) -> None:
        """Keep on until cancelled; adding up goes on while a long purge does."""
        await asyncio.gather(self.keep_on(self.add_up), self.keep_on(self.purge_if_due))

    async def keep_on(self, turn: Turn) -> None:
        """Take one turn after the other; what fails is tried again at the next."""
        failures = 0
        while True:
            has_more = False
            try:
                has_more, failures = await turn(), 0
            except Exception as error:  # noqa: BLE001 - whatever it is, history goes on
                failures += 1
                if not is_away(error) or failures == MOST_FAILURES:
                    self.trouble(error)
            await self.pause(PAUSE_SECONDS if has_more else FOLD_SECONDS)

    async def add_up(self) -> bool:
        """Add up some entries, or wait for calls, and say whether more are waiting."""
        if self.waits < MOST_WAITS and self.is_busy():
            self.waits += 1
            return True
        self.is_behind = await self.history.fold()
        if not self.is_behind:
            self.waits = 0
        return self.is_behind

    async def purge_if_due(self) -> bool:
        """Purge once in a while, when all that was there is added up."""
        if not self.is_behind and self.is_due():
            await self.purge()
        return False

    def is_due(self) -> bool:
        """Whether it is time to purge again; a clock that was set back puts nothing off."""
        return not self.purged_at <= self.now() < self.purged_at + PURGED_EVERY

    async def purge(self) -> None:
        """Delete entries that are older than they are to be, day by day of UTC."""
        now, days = self.now(), self.kept_days()
        if days is not None:
            before, reason = now // DAY - days, f"kept {days} days"
            order = Order(id=self.identify(), before_day=before, reason=reason, at=now)
            if count := await self.history.purge(order):
                self.tell(count)
        self.purged_at = now


def is_away(error: Exception) -> bool:
    """Say whether it is no more than that the store cannot be used at the moment."""
    return isinstance(error, Failed) and error.fault.kind is Kind.UNAVAILABLE
