"""Waits for whoever is first in line as long as somebody is free to take the answer."""

import asyncio
import time
from asyncio import TimerHandle
from collections.abc import Callable

LOOK_SECONDS = 0.025
LOOKS = 10
"""How often is looked: a quarter of a second, on a machine that has time."""
LATE_SECONDS = 2 * LOOK_SECONDS
LONGEST_SECONDS = 1.0


class Patience:
    """Looks who is first in line, with one timer, while anybody is; gives up on all where it stays
    the same one.

    A look that came late does not count: whatever kept us from looking may have kept others from
    answering, and an answer that has come, and was not read yet, is no answer that is late.
    """

    def __init__(self, first: Callable[[], object | None], give_up: Callable[[], None]) -> None:
        self._first = first
        self._give_up = give_up
        self._timer: TimerHandle | None = None
        self._seen: object | None = None
        self._seen_at = self._looked_at = 0.0
        self._looks = 0

    def begin(self) -> None:
        """Look from now on, if nobody does."""
        if self._timer is None:
            self._look_later(time.monotonic())

    def end(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look_later(self, now: float) -> None:
        self._looked_at = now
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self._timer, first, now = None, self._first(), time.monotonic()
        if first is None:
            return
        if first is not self._seen:
            self._seen, self._seen_at, self._looks = first, self._looked_at, 0
        self._looks += now - self._looked_at < LATE_SECONDS
        if self._looks >= LOOKS or now - self._seen_at >= LONGEST_SECONDS:
            self._give_up()
        else:
            self._look_later(now)
