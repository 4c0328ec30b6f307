"""The time an answer may take, watched by one timer.

A read only notes when it began to wait. The timer looks whether anything is late, and if not, sets
itself for the next instant at which something could be. Between bytes only time spent waiting
counts: a caller that reads slowly is not held against the endpoint.
"""

from asyncio import AbstractEventLoop, TimerHandle

from endpoints_server.domain.endpoint import Timeouts
from endpoints_server.upstream.body import Body

TICK_SECONDS = 0.001
LATE_FIRST = "did not begin to answer within {:g} seconds"
LATE_NEXT = "fell silent in the middle of its answer for {:g} seconds"
LATE_END = "did not finish its answer within {:g} seconds"


class Deadline:
    """Closes a body that is late and says in `lateness` how; `began_at` is when the call left."""

    __slots__ = ("_began_at", "_body", "_loop", "_timeouts", "_timer", "_waits_since", "lateness")

    def __init__(
        self, loop: AbstractEventLoop, body: Body, timeouts: Timeouts, began_at: float
    ) -> None:
        self.lateness = ""
        self._body = body
        self._timeouts = timeouts
        self._began_at = began_at
        self._waits_since: float | None = None
        self._loop = loop
        self._timer: TimerHandle | None = None

    def wait(self) -> None:
        """Note that a read begins to wait."""
        self._waits_since = self._loop.time()
        if self._timer is None:
            self._check()

    def rest(self) -> None:
        """Note that the wait is over, whatever ended it."""
        self._waits_since = None

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _check(self) -> None:
        now = self._loop.time()
        due_at, lateness = self._next()
        if due_at <= now + TICK_SECONDS:
            self.lateness = lateness
            self._body.close()
            return
        limits = self._timeouts
        soonest = now + min(limits.first_token_seconds, limits.between_tokens_seconds)
        self._timer = self._loop.call_at(min(due_at, soonest), self._check)

    def _next(self) -> tuple[float, str]:
        """Give the next instant at which something is late, and what that would be."""
        limits = self._timeouts
        end_at = self._began_at + limits.total_seconds
        if self._waits_since is None:
            return end_at, LATE_END.format(limits.total_seconds)
        if self._body.is_begun:
            due_at = self._waits_since + limits.between_tokens_seconds
            lateness = LATE_NEXT.format(limits.between_tokens_seconds)
        else:
            due_at = self._began_at + limits.first_token_seconds
            lateness = LATE_FIRST.format(limits.first_token_seconds)
        if due_at < end_at:
            return due_at, lateness
        return end_at, LATE_END.format(limits.total_seconds)
