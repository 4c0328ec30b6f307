"""Waits for answers as long as somebody is free to take them."""

import asyncio
import time
from asyncio import CancelledError, Task, TimerHandle
from collections.abc import Awaitable
from typing import Any, TypeVar

LOOK_SECONDS = 0.025
LOOKS = 10
"""How often is looked: a quarter of a second, on a machine that has time."""
LATE_SECONDS = 2 * LOOK_SECONDS
LONGEST_SECONDS = 1.0

T = TypeVar("T")


class Wait:
    """Who waits since when, and how often was looked in vain."""

    __slots__ = ("began_at", "cancelled_before", "is_over", "looks", "task")

    def __init__(self, task: Task[Any]) -> None:
        self.task = task
        self.cancelled_before = task.cancelling()
        self.began_at = time.monotonic()
        self.looks = 0
        self.is_over = False

    def look(self, now: float, *, is_late: bool) -> None:
        """Look once more, and end it where that was often enough."""
        self.looks += not is_late
        if self.looks >= LOOKS or now - self.began_at >= LONGEST_SECONDS:
            self.is_over = True
            self.task.cancel()


class Patience:
    """Looks at all who wait together, with one timer, for nearly all of them wait for a moment.

    A look that came late does not count: whatever kept us from looking may have kept others from
    answering, and an answer that has come, and was not read yet, is no answer that is late.
    """

    def __init__(self) -> None:
        self._waits: set[Wait] = set()
        self._timer: TimerHandle | None = None
        self._looked_at = 0.0

    async def give(self, asked: Awaitable[T]) -> T:
        """Give what is asked for; raises TimeoutError once it was looked for so often in vain."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("somebody waits within a task")
        wait = Wait(task)
        self._waits.add(wait)
        if self._timer is None:
            self._look_later()
        try:
            return await asked
        except CancelledError:
            if wait.is_over and task.uncancel() <= wait.cancelled_before:
                raise TimeoutError from None
            raise
        finally:
            self._waits.discard(wait)

    def _look_later(self) -> None:
        self._looked_at = time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        now = time.monotonic()
        is_late = now - self._looked_at >= LATE_SECONDS
        for wait in [each for each in self._waits if not each.is_over]:
            wait.look(now, is_late=is_late)
        self._timer = None
        if self._waits:
            self._look_later()
