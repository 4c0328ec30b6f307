"""Goes on with what is remembered while the database is read, cannot be, or takes its time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from endpoints_server.domain.fault import Failed

FRESH_SECONDS = 1.0
"""How long what is remembered is used without a look at the database."""
AHEAD_SECONDS = 0.7
"""After how long the next look begins, if anybody asks: who asks often never waits for one."""
STALE_SECONDS = 300.0
"""How long it is still used while the database cannot be read: as long as databases take to be
started again somewhere else, and no longer, for what was revoked meanwhile is not known here."""
PATIENCE_SECONDS = 0.5
"""How long a look may take before a call goes on without it."""

T = TypeVar("T")


class Tolerance:
    """Decides between a look at the database and what is remembered of it.

    After a look that failed, the next is a second away; none but the first waits for it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed_at = float("-inf")

    async def get(self, look: Callable[[], Awaitable[T]], remembered: T, read_at: float) -> T:
        """Give what a look gives, else what is remembered of the one that began at `read_at`.

        Raises what the look raises where that is too long ago.
        """
        now = self._clock()
        if now - read_at >= STALE_SECONDS:
            return await look()
        if now - self._failed_at < FRESH_SECONDS:
            return remembered
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.shield(look())
        except (Failed, TimeoutError):
            self._failed_at = self._clock()
            return remembered


class Foresight:
    """Looks again before what is remembered is too old, and nobody waits for it."""

    def __init__(self) -> None:
        self._begins_at = float("inf")
        self._task: asyncio.Task[None] | None = None

    def note(self, read_at: float) -> None:
        """Remember when the last look began."""
        self._begins_at = read_at + AHEAD_SECONDS

    def consider(self, now: float, look: Callable[[], Awaitable[object]]) -> None:
        """Begin a look where it is time for one, and none is under way."""
        if now >= self._begins_at:
            self._begins_at = float("inf")
            self._task = asyncio.create_task(self._take(look))

    async def _take(self, look: Callable[[], Awaitable[object]]) -> None:
        with suppress(Failed, RuntimeError):  # closed; and who asks too late for this will be told
            await look()
