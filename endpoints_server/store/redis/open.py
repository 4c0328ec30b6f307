"""Open what is shared over Redis."""

from collections.abc import Awaitable, Callable

from endpoints_server.store.redis.bell import RedisBell
from endpoints_server.store.redis.server import RedisServer


def open_bell(url: str) -> tuple[RedisBell, Callable[[], Awaitable[None]]]:
    """Give a bell, and what closes it; raises ValueError for a url that cannot be read."""
    server = RedisServer(url)
    bell = RedisBell(server, url)

    async def close() -> None:
        await bell.close()
        await server.close()

    return bell, close
