"""What is done beside calls: this process lives, the dead are settled, rules are read again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from endpoints_server.calls.gate import Gate
from endpoints_server.domain.fault import Failed

SECOND = 1_000_000
RULES_SECONDS = 1
BEAT_SECONDS = 10


class Keeper:
    """Keeps a gate: `now` gives microseconds since 1970.

    `looks` read what else may have changed, as often as the rules are read. `tell` is told how many
    were settled, and `trouble` what went wrong that nobody foresaw.
    """

    def __init__(
        self,
        gate: Gate,
        now: Callable[[], int],
        tell: Callable[[int], None] = lambda _: None,
        trouble: Callable[[Exception], None] = lambda _: None,
        looks: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self.gate = gate
        self.now = now
        self.tell = tell
        self.trouble = trouble
        self.looks = (gate.stored.catch_up, *looks)
        self.beat_at: int | None = None

    async def run(self) -> None:
        """Keep on until cancelled; what fails is tried again at its next turn."""
        turn = 0
        while True:
            for look in self.looks:
                await self.attempt(look)
            if turn % BEAT_SECONDS == 0:
                await self.attempt(self.beat)
            turn += 1
            await asyncio.sleep(RULES_SECONDS)

    async def attempt(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something; whatever comes of it, all else goes on."""
        try:
            await act()
        except Failed:
            pass  # the store is away, which others tell of
        except Exception as error:  # noqa: BLE001 - a process that says nothing is taken for dead
            self.trouble(error)

    async def beat(self) -> None:
        """Say that this process lives, and settle what those held that did not say so.

        After a while in which nobody could say anything, all are given the time to say it first.
        """
        now, before = self.now(), self.beat_at
        await self.gate.accounts.beat(now)
        self.beat_at = now
        if before is None or now - before > 2 * BEAT_SECONDS * SECOND:
            return
        if count := await self.gate.accounts.resolve(now):
            self.tell(count)
