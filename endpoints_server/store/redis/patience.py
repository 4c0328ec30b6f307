"""Waits for an answer as long as somebody is free to take it."""

import asyncio
from asyncio import Task
from collections.abc import Coroutine
from typing import Any, TypeVar

LOOK_SECONDS = 0.025
LOOKS = 10
"""A quarter of a second on a loop that has time; one that is busy looks as often, but later."""

T = TypeVar("T")


async def patiently(asked: Coroutine[Any, Any, T]) -> T:
    """Give what is asked for; raises TimeoutError once it was looked for so often in vain.

    That the loop was busy with something else meanwhile is not held against whoever is asked: an
    answer that has come, and was not read yet, is no answer that is late.
    """
    task = asyncio.create_task(asked)
    task.add_done_callback(hear_out)
    try:
        for _ in range(LOOKS):
            done, _ = await asyncio.wait((task,), timeout=LOOK_SECONDS)
            if done:
                return task.result()
    finally:
        task.cancel()
    raise TimeoutError


def hear_out(task: Task[Any]) -> None:
    """Let a failure be known that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
