"""What is done beside calls: this process lives, the dead are settled, rules are read again."""

import asyncio
from collections.abc import Callable

from endpoints_server.calls.gate import Gate
from endpoints_server.domain.fault import Failed

BEAT_SECONDS = 10.0
RULES_SECONDS = 1.0


class Keeper:
    """Keeps a gate: `now` gives microseconds since 1970, `tell` is told how many were settled."""

    def __init__(
        self, gate: Gate, now: Callable[[], int], tell: Callable[[int], None] = lambda _: None
    ) -> None:
        self.gate = gate
        self.now = now
        self.tell = tell

    async def run(self) -> None:
        """Keep on until cancelled; what fails is tried again at its next turn."""
        turn = 0
        while True:
            await self.turn(is_beat=turn % round(BEAT_SECONDS / RULES_SECONDS) == 0)
            turn += 1
            await asyncio.sleep(RULES_SECONDS)

    async def turn(self, *, is_beat: bool) -> None:
        """Do what is due once."""
        try:
            await self.gate.stored.catch_up()
            if is_beat:
                await self.gate.accounts.beat(self.now())
                if count := await self.gate.accounts.resolve(self.now()):
                    self.tell(count)
        except Failed:
            return  # the store is away, which others tell of
