"""Waits for an answer as long as somebody is free to take it."""

import asyncio
import time
from asyncio import Task
from collections.abc import Coroutine
from typing import Any, TypeVar

LOOK_SECONDS = 0.025
LOOKS = 10
"""How often is looked: a quarter of a second, on a machine that has time."""
LATE_SECONDS = 2 * LOOK_SECONDS
LONGEST_SECONDS = 1.0

T = TypeVar("T")


async def patiently(asked: Coroutine[Any, Any, T]) -> T:
    """Give what is asked for; raises TimeoutError once it was looked for so often in vain.

    A look that came late does not count: whatever kept us from looking may have kept others from
    answering, and an answer that has come, and was not read yet, is no answer that is late.
    """
    task = asyncio.create_task(asked)
    task.add_done_callback(hear_out)
    began_at = looked_at = time.monotonic()
    looks = 0
    try:
        while looks < LOOKS and looked_at - began_at < LONGEST_SECONDS:
            done, _ = await asyncio.wait((task,), timeout=LOOK_SECONDS)
            if done:
                return task.result()
            before, looked_at = looked_at, time.monotonic()
            looks += looked_at - before < LATE_SECONDS
    finally:
        task.cancel()
    raise TimeoutError


def hear_out(task: Task[Any]) -> None:
    """Let a failure be known that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
