"""Open what is shared over Redis."""

import time
from collections.abc import Awaitable, Callable

from uuid_utils import uuid7

from endpoints_server.store.redis.bell import RedisBell
from endpoints_server.store.redis.limits import RedisLimits
from endpoints_server.store.redis.server import RedisServer


def open_parts(url: str) -> tuple[RedisBell, RedisLimits, Callable[[], Awaitable[None]]]:
    """Give a bell, the limits, and what closes both; raises ValueError for an unreadable url."""
    server = RedisServer(url)
    bell = RedisBell(server, url)
    limits = RedisLimits(server, uuid7().hex, lambda: time.time_ns() // 1000)

    async def close() -> None:
        await bell.close()
        await limits.stop()
        await server.close()

    return bell, limits, close
