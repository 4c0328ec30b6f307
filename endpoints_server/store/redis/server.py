"""One Redis, asked with a short patience: whatever it does, a call goes on."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from endpoints_server.store.redis.patience import Patience
from endpoints_server.store.redis.script import Script
from endpoints_server.store.redis.url import plain

CONNECT_SECONDS = 0.5
PAUSE_SECONDS = 0.2
"""How far apart the looks are while it is away."""
MOST_AT_ONCE = 4
MOST_CONNECTIONS = 4 * MOST_AT_ONCE
"""Those that were given up may take a moment to be let go of."""

TROUBLES = (RedisError, OSError, TimeoutError)
Argument = str | bytes | int | float


class Away(Exception):
    """Redis did not answer, or did not a moment ago and is not asked again yet."""


class RedisServer:
    """Commands and scripts; each is answered within a quarter of a second, or raises Away.

    After a failure nothing is asked until it answers again, which is looked for all the while, and
    by no call.
    """

    def __init__(self, url: str) -> None:
        """Take a url; raises ValueError where it cannot be read. Nothing is connected yet."""
        self._looking: asyncio.Task[None] | None = None
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._patience = Patience()
        pool = ConnectionPool.from_url(
            plain(url),
            socket_connect_timeout=CONNECT_SECONDS,
            max_connections=MOST_CONNECTIONS,
            retry=Retry(NoBackoff(), 0),
            client_name="endpoints-server",
        )
        self._redis: Redis = Redis.from_pool(pool)

    @property
    def is_away(self) -> bool:
        """Whether it did not answer when it was last asked."""
        return self._looking is not None

    async def connect(self) -> None:
        """Open all connections that many calls at once will want; or none, where it is away."""
        pings = (self.ask("PING") for _ in range(MOST_AT_ONCE))
        await asyncio.gather(*pings, return_exceptions=True)

    async def ask(self, *command: Argument) -> Any:
        """Run a command; raises Away."""
        self._require_there()
        async with self._room:
            self._require_there()  # still, after those before
            try:
                return await self._exchange(*command)
            except NoScriptError:
                raise
            except TROUBLES as error:
                self._look_out()
                raise Away(str(error)) from error

    async def run(self, script: Script, keys: Sequence[str], values: Sequence[Argument]) -> Any:
        """Run a script, at one stroke over all processes; raises Away."""
        rest = (len(keys), *keys, *values)
        try:
            return await self.ask("EVALSHA", script.digest, *rest)
        except NoScriptError:
            return await self.ask("EVAL", script.text, *rest)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._looking is not None:
            self._looking.cancel()
        await self._redis.aclose()

    async def _exchange(self, *command: Argument) -> Any:
        asked = self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        return await self._patience.give(asked)

    def _require_there(self) -> None:
        if self.is_away:
            raise Away("not asked: it did not answer a moment ago")

    def _look_out(self) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._await_return())

    async def _await_return(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            with suppress(*TROUBLES):
                await self._exchange("PING")
                self._looking = None
                return
