"""Where a Redis is, as its url says, and how it is reached."""

import asyncio

from redis.asyncio import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from endpoints_server.store.redis.line import Command, Line

SCHEMES = {"valkey": "redis", "valkeys": "rediss"}
"""Valkey speaks the same protocol under names of its own."""
CLIENT_NAME = "endpoints-server"


def plain(url: str) -> str:
    """Spell a url as the client does."""
    scheme, colon, rest = url.partition(":")
    return f"{SCHEMES.get(scheme, scheme)}{colon}{rest}"


class Place:
    """Where a Redis is, and who we are there; raises ValueError for a url that cannot be read."""

    def __init__(self, url: str) -> None:
        try:
            pool = ConnectionPool.from_url(plain(url))
            self._told: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        except RedisError as error:
            raise ValueError(str(error)) from None

    async def connect(self) -> Line:
        """Open a line; raises OSError or HiredisError."""
        line = await self._dial()
        try:
            for command in self._introduction():
                await line.ask(command)
        except BaseException:
            line.close()
            raise
        return line

    async def _dial(self) -> Line:
        loop, told = asyncio.get_running_loop(), self._told
        if isinstance(told, UnixDomainSocketConnection):
            return (await loop.create_unix_connection(Line, told.path))[1]
        if not isinstance(told, Connection):
            raise TypeError(told)
        tls = told.ssl_context.get() if isinstance(told, SSLConnection) else None
        return (await loop.create_connection(Line, told.host, told.port, ssl=tls))[1]

    def _introduction(self) -> list[Command]:
        told = self._told
        names = [told.username] if told.username else []
        said: list[Command] = [("AUTH", *names, told.password)] if told.password else []
        if told.db:
            said.append(("SELECT", told.db))
        return [*said, ("CLIENT", "SETNAME", CLIENT_NAME)]
