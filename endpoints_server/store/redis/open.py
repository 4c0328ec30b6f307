"""Open what is shared over Redis."""

import time
from collections.abc import Awaitable, Callable

from uuid_utils import uuid7

from endpoints_server.store.redis.bell import RedisBell
from endpoints_server.store.redis.issuers import RedisIssuers
from endpoints_server.store.redis.limits import RedisLimits
from endpoints_server.store.redis.server import RedisServer


def open_parts(
    url: str,
) -> tuple[RedisBell, RedisLimits, RedisIssuers, Callable[[], Awaitable[None]]]:
    """Give a bell, limits, issuers, and what closes all; raises ValueError for a strange url."""
    server = RedisServer(url)
    bell = RedisBell(server, url)
    limits = RedisLimits(server, uuid7().hex, lambda: time.time_ns() // 1000)
    issuers = RedisIssuers(server)

    async def close() -> None:
        await bell.close()
        await limits.stop()
        await issuers.stop()
        await server.close()

    return bell, limits, issuers, close
