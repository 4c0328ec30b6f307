"""How long an answer of Redis is waited for."""

import asyncio
import time
from asyncio import CancelledError

import pytest

from endpoints_server.store.redis.patience import LATE_SECONDS, LOOK_SECONDS, LOOKS, Patience

HELD_UP_SECONDS = LATE_SECONDS + 0.01


async def answer(after_seconds: float) -> str:
    await asyncio.sleep(after_seconds)
    return "pong"


async def test_an_answer_is_given_and_one_that_does_not_come_is_given_up() -> None:
    patience, began_at = Patience(), time.monotonic()
    soon, never = patience.give(answer(0)), patience.give(answer(3600))
    given = await asyncio.gather(soon, never, return_exceptions=True)
    assert given[0] == "pong"
    assert isinstance(given[1], TimeoutError)
    assert time.monotonic() - began_at >= (LOOKS - 1) * LOOK_SECONDS


async def test_what_fails_fails_and_who_is_cancelled_stays_so() -> None:
    async def fail() -> None:
        raise ConnectionError

    patience = Patience()
    with pytest.raises(ConnectionError):
        await patience.give(fail())
    waiting = asyncio.create_task(patience.give(answer(3600)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(CancelledError):
        await waiting


async def test_time_in_which_nobody_could_look_does_not_count() -> None:
    patience, slices = Patience(), LOOKS + 2
    waiting = asyncio.create_task(patience.give(answer(slices * HELD_UP_SECONDS)))
    await asyncio.sleep(0)
    for _ in range(slices):
        time.sleep(HELD_UP_SECONDS)  # noqa: ASYNC251  the loop is held up, which is the matter
        await asyncio.sleep(0.001)
    assert await waiting == "pong"
