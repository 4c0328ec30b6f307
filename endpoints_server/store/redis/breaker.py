"""Remembers that Redis is away, so that calls need not find it out one by one."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.5
"""How long nothing is tried after a failure; then one try after the other, this far apart."""


class Breaker:
    """Open after a failure; closed again by the first success."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._try_at: float | None = None

    def may_try(self) -> bool:
        """Say whether to go on; while it is open, one alone may after each pause."""
        if self._try_at is None:
            return True
        now = self._clock()
        if now < self._try_at:
            return False
        self._try_at = now + PAUSE_SECONDS
        return True

    def note_failure(self) -> None:
        """Open."""
        self._try_at = self._clock() + PAUSE_SECONDS

    def note_success(self) -> None:
        """Close."""
        self._try_at = None
