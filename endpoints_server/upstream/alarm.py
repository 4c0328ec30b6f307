"""Cancels tasks that wait too long; what `asyncio.timeout_at` does, at a tenth of its cost.

Nearly every alarm is stopped long before it would ring, and a timer of the loop for each would cost
more than all else that is done for it: so there is one for all, at the earliest instant known.
"""

from asyncio import AbstractEventLoop, Task, TimerHandle, current_task
from typing import Any

TICK_SECONDS = 0.001
"""How much too early the loop may be."""
PAUSE_SECONDS = 0.01
"""Between two looks at all alarms, and so how late one rings at most."""


class Alarms:
    """The alarms of one loop that are set."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self._set: dict[Alarm, float] = {}
        self._timer: TimerHandle | None = None
        self._looks_at = float("inf")

    def set(self, at: float) -> "Alarm":
        """Have the running task cancelled at an instant of the loop's clock, unless stopped."""
        task = current_task(self.loop)
        if task is None:
            raise RuntimeError("an alarm is set within a task")
        alarm = Alarm(task, self._set)
        self._set[alarm] = at
        if at < self._looks_at:
            self._look_at(at)
        return alarm

    def _look_at(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = at
        self._timer = self.loop.call_at(at, self._look)

    def _look(self) -> None:
        now = self.loop.time()
        for alarm in [each for each, at in self._set.items() if at <= now + TICK_SECONDS]:
            alarm.ring()
        self._timer, self._looks_at = None, float("inf")
        if self._set:
            self._look_at(max(now + PAUSE_SECONDS, min(self._set.values())))


class Alarm:
    """Whether a task was cancelled because its time was over."""

    __slots__ = ("_cancelled_before", "_has_rung", "_set", "_task")

    def __init__(self, task: Task[Any], among: "dict[Alarm, float]") -> None:
        self._task = task
        self._set = among
        self._cancelled_before = task.cancelling()
        self._has_rung = False

    def stop(self) -> None:
        """Let it not ring any more."""
        self._set.pop(self, None)

    def ring(self) -> None:
        """Cancel the task."""
        self.stop()
        self._has_rung = True
        self._task.cancel()

    def is_mine(self) -> bool:
        """Say whether the cancellation just caught was this alarm's alone, and take it back if so.

        A task that somebody else cancels too stays cancelled.
        """
        return self._has_rung and self._task.uncancel() <= self._cancelled_before
