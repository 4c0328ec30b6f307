"""The places of an endpoint, and who waits for one."""

import asyncio

from endpoints_server.domain.endpoint import Cap
from endpoints_server.upstream.crowd import Door

NARROW = Cap(calls=1, waiting=1, wait_seconds=9)
WIDE = Cap(calls=3, waiting=1, wait_seconds=9)


async def test_who_waits_is_let_in_before_the_next_once_there_are_more_places() -> None:
    door = Door()
    assert await door.enter(NARROW, 9)
    waiting = asyncio.create_task(door.enter(NARROW, 9))
    await asyncio.sleep(0)
    assert not await door.enter(NARROW, 9)
    assert await door.enter(WIDE, 9)
    assert await waiting
    assert door.inside == 3
