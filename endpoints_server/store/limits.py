"""What is counted of calls a minute and at once: what may be asked, and the answer in memory."""

from collections.abc import Sequence
from typing import Protocol

from endpoints_server.domain.rules.window import Claim, Counters, Verdict


class Limits(Protocol):
    """Counters of all calls, or of those of one process where nothing is shared."""

    async def take(self, claims: Sequence[Claim], now: int) -> Verdict:
        """Count every claim of a call, or none if one has no room, at one stroke."""

    def close(self, claims: Sequence[Claim], at: int, tokens: int) -> None:
        """Say that a call is over that was counted at an instant, and how many tokens it used.

        Waits for nothing and raises nothing.
        """


class MemoryLimits:
    """Counters of one process."""

    def __init__(self) -> None:
        self.counters = Counters()

    async def take(self, claims: Sequence[Claim], now: int) -> Verdict:
        return self.counters.take(claims, now)

    def close(self, claims: Sequence[Claim], at: int, tokens: int) -> None:
        self.counters.close(claims, at, tokens)
