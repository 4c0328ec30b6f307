"""Who sealed what: known at once where it came by, and soon everywhere."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator

import pytest

from endpoints_server.store.issuers import MOST_KNOWN, Issuers, MemoryIssuers
from endpoints_server.store.redis.issuers import RedisIssuers
from endpoints_server.store.redis.server import RedisServer
from tests.redis import RedisProcess, running_redis

RECOVERY_SECONDS = 5.0


@pytest.fixture(scope="module")
def redis() -> Generator[RedisProcess]:
    with running_redis() as running:
        yield running


@pytest.fixture(params=["memory", "redis"])
async def issuers(request: pytest.FixtureRequest) -> AsyncGenerator[Issuers]:
    if request.param == "memory":
        yield MemoryIssuers()
        return
    redis: RedisProcess = request.getfixturevalue("redis")
    server = RedisServer(redis.url)
    opened = RedisIssuers(server)
    yield opened
    await opened.stop()
    await server.close()


async def test_the_issuer_kept_last_is_known_at_once(issuers: Issuers) -> None:
    assert await issuers.find("a") == ""
    issuers.keep("a", "one#1")
    assert await issuers.find("a") == "one#1"
    issuers.keep("a", "one#2")
    assert await issuers.find("a") == "one#2"


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    issuers = MemoryIssuers()
    for number in range(MOST_KNOWN):
        issuers.keep(str(number), "one")
    assert issuers.recall("0") == "one"
    issuers.keep("another", "one")
    assert issuers.recall("0") == "one"
    assert issuers.recall("1") == ""


async def test_another_process_knows_it_too(redis: RedisProcess) -> None:
    servers = [RedisServer(redis.url) for _ in range(2)]
    here, there = (RedisIssuers(server) for server in servers)
    here.keep("sealed", "one#3")
    await here.stop()
    assert await there.find("sealed") == "one#3"
    await asyncio.gather(*(server.close() for server in servers))


async def test_what_redis_was_not_told_while_it_was_away_it_is_told_after(
    redis: RedisProcess,
) -> None:
    servers = [RedisServer(redis.url) for _ in range(2)]
    here, there = (RedisIssuers(server) for server in servers)
    redis.freeze()
    try:
        here.keep("sealed-meanwhile", "one#4")
        while not servers[0].is_away:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    finally:
        redis.thaw()
    deadline = time.monotonic() + RECOVERY_SECONDS
    while await there.find("sealed-meanwhile") != "one#4":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    for opened in (here, there):
        await opened.stop()
    await asyncio.gather(*(server.close() for server in servers))


async def test_without_redis_each_process_knows_its_own(redis: RedisProcess) -> None:
    server = RedisServer(redis.url + ".none")
    issuers = RedisIssuers(server)
    assert await issuers.find("a") == ""
    issuers.keep("a", "one")
    assert await issuers.find("a") == "one"
    await issuers.stop()
    await server.close()
