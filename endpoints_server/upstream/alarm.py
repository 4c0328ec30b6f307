"""Cancels a task that waits too long; what `asyncio.timeout_at` does, at a fifth of its cost."""

from asyncio import AbstractEventLoop, current_task


class Alarm:
    """Cancels the running task at an instant of the loop's clock unless stopped before."""

    __slots__ = ("_cancelled_before", "_has_rung", "_task", "_timer")

    def __init__(self, loop: AbstractEventLoop, at: float) -> None:
        task = current_task(loop)
        if task is None:
            raise RuntimeError("an alarm is set within a task")
        self._task = task
        self._cancelled_before = task.cancelling()
        self._has_rung = False
        self._timer = loop.call_at(at, self._ring)

    def stop(self) -> None:
        """Let it not ring any more."""
        self._timer.cancel()

    def is_mine(self) -> bool:
        """Say whether the cancellation just caught was this alarm's alone, and take it back if so.

        A task that somebody else cancels too stays cancelled.
        """
        return self._has_rung and self._task.uncancel() <= self._cancelled_before

    def _ring(self) -> None:
        self._has_rung = True
        self._task.cancel()
