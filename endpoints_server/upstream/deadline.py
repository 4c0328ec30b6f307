"""The time one answer may take, watched by a single timer.

A read only notes when it began to wait. The timer is set for the nearest instant at which a
deadline could have passed; when it goes off too early, because bytes came meanwhile, it is set
again. Between bytes only time spent waiting counts: a caller that reads slowly is not held against
the endpoint.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable

from endpoints_server.domain.endpoint import Timeouts

LOOP_TICK_SECONDS = 0.001
LATE_FIRST = "did not begin to answer within {:g} seconds"
LATE_NEXT = "stopped in the middle of its answer for {:g} seconds"
LATE_END = "did not finish its answer within {:g} seconds"


class Deadline:
    """Calls `expire` with what was late, once; `began_at` is when the call was sent."""

    __slots__ = (
        "_began_at",
        "_expire",
        "_has_begun",
        "_loop",
        "_timeouts",
        "_timer",
        "_waits_since",
    )

    def __init__(
        self,
        timeouts: Timeouts,
        began_at: float,
        loop: AbstractEventLoop,
        expire: Callable[[str], None],
    ) -> None:
        self._timeouts = timeouts
        self._began_at = began_at
        self._loop = loop
        self._expire = expire
        self._waits_since: float | None = None
        self._has_begun = False
        self._timer: TimerHandle | None = None

    def wait(self) -> None:
        """Note that a read begins to wait."""
        self._waits_since = self._loop.time()
        if self._timer is None:
            self._set(self._next()[0])

    def arrive(self) -> None:
        """Note that the wait is over, whatever ended it."""
        self._waits_since = None

    def begin(self) -> None:
        """Note that the first bytes have come."""
        self._has_begun = True
        due_at = self._loop.time() + self._timeouts.between_tokens_seconds
        if self._timer is not None and due_at < self._timer.when():
            self._set(due_at)

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, due_at: float) -> None:
        self.stop()
        self._timer = self._loop.call_at(due_at, self._check)

    def _check(self) -> None:
        due_at, words = self._next()
        if due_at - self._loop.time() > LOOP_TICK_SECONDS:
            self._set(due_at)
        else:
            self._expire(words)

    def _next(self) -> tuple[float, str]:
        """Give the next instant at which something is late, and what that would be."""
        limits = self._timeouts
        end_at = self._began_at + limits.total_seconds
        due_at, words = self._next_bytes()
        if end_at <= due_at:
            return end_at, LATE_END.format(limits.total_seconds)
        return due_at, words

    def _next_bytes(self) -> tuple[float, str]:
        between_seconds = self._timeouts.between_tokens_seconds
        if self._waits_since is None:  # a wait that begins now could be late no sooner
            soonest = min(between_seconds, self._timeouts.first_token_seconds)
            return self._loop.time() + soonest, LATE_NEXT.format(between_seconds)
        if self._has_begun:
            return self._waits_since + between_seconds, LATE_NEXT.format(between_seconds)
        first_seconds = self._timeouts.first_token_seconds
        return self._began_at + first_seconds, LATE_FIRST.format(first_seconds)
