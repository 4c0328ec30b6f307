"""A Redis that is asked no more."""

import asyncio
from collections.abc import Generator

import pytest

from endpoints_server.store.redis.server import PAUSE_SECONDS, Away, RedisServer
from tests.redis import RedisProcess, running_redis


@pytest.fixture(scope="module")
def redis() -> Generator[RedisProcess]:
    with running_redis() as running:
        yield running


async def connections(redis: RedisProcess) -> int:
    """Count who is connected, but for who asks."""
    server = RedisServer(redis.url)
    clients: bytes = await server.ask("CLIENT", "LIST")
    await server.close()
    return len(clients.splitlines()) - 1


async def test_who_waits_when_it_is_closed_is_told_and_nothing_is_connected_any_more(
    redis: RedisProcess,
) -> None:
    server = RedisServer(redis.url)
    await server.connect()
    redis.freeze()
    try:
        waiting = asyncio.create_task(server.ask("PING"))
        await asyncio.sleep(0)
        await server.close()
        with pytest.raises(Away):
            await waiting
    finally:
        redis.thaw()
    with pytest.raises(Away):
        await server.ask("PING")
    await asyncio.sleep(2 * PAUSE_SECONDS)
    assert await connections(redis) == 0


async def test_who_waits_for_a_connection_when_it_is_closed_is_told_and_not_cancelled(
    redis: RedisProcess,
) -> None:
    server = RedisServer(redis.url)
    asked = [asyncio.create_task(server.ask("PING")) for _ in range(3)]
    await asyncio.sleep(0)
    await server.close()
    given = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(each) for each in given} <= {Away, bytes}
    assert await connections(redis) == 0
