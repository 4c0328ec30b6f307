"""Alarms that cancel what waits too long, one timer for all of them."""

import asyncio
from asyncio import CancelledError

from endpoints_server.upstream.alarm import Alarms


async def wait(alarms: Alarms, seconds: float, for_seconds: float = 5.0) -> float:
    """Wait with an alarm; give after how long it rang, or that it did not."""
    began_at = alarms.loop.time()
    alarm = alarms.set(began_at + seconds)
    try:
        await asyncio.sleep(for_seconds)
    except CancelledError:
        if not alarm.is_mine():
            raise
        return alarms.loop.time() - began_at
    finally:
        alarm.stop()
    return -1.0


async def test_each_rings_at_its_own_time_whatever_the_order() -> None:
    alarms = Alarms(asyncio.get_running_loop())
    wanted = [0.3, 0.05, 0.2, 0.1, 0.1]
    rang = await asyncio.gather(*(wait(alarms, seconds) for seconds in wanted))
    for seconds, after in zip(wanted, rang, strict=True):
        assert seconds - 0.002 <= after < seconds + 0.2


async def test_one_that_was_stopped_does_not_ring_and_others_do() -> None:
    alarms = Alarms(asyncio.get_running_loop())
    stopped, rang = await asyncio.gather(wait(alarms, 0.1, 0.02), wait(alarms, 0.15))
    assert stopped == -1.0
    assert rang >= 0.148
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_a_cancellation_by_somebody_else_is_not_taken_for_its_own() -> None:
    alarms = Alarms(asyncio.get_running_loop())
    waiting = asyncio.create_task(wait(alarms, 0.2))
    await asyncio.sleep(0)
    waiting.cancel()
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], CancelledError)
