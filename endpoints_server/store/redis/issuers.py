"""Who sealed what, known to all processes; to each by itself while Redis is away."""

import asyncio
from contextlib import suppress

from endpoints_server.store.issuers import MemoryIssuers
from endpoints_server.store.redis.server import Away, RedisServer

PREFIX = "es:issuer:"
KEPT_SECONDS = 30 * 24 * 60 * 60
"""As long as providers keep an answer that may be referred to."""


class RedisIssuers:
    """Asks Redis only for what this process does not know, and tells it only what is news."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._alone = MemoryIssuers()
        self._telling: set[asyncio.Task[None]] = set()

    async def find(self, name: str) -> str:
        known = self._alone.recall(name)
        if known:
            return known
        with suppress(Away):
            found = await self._server.ask("GET", PREFIX + name)
            if found:
                known = found.decode() if isinstance(found, bytes) else str(found)
                self._alone.learn(name, known)
        return known

    def keep(self, name: str, issuer: str) -> None:
        if not self._alone.learn(name, issuer):
            return
        task = asyncio.create_task(self._tell(name, issuer))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def stop(self) -> None:
        """Let what was learned last be told."""
        if self._telling:
            await asyncio.wait(self._telling, timeout=1)

    async def _tell(self, name: str, issuer: str) -> None:
        with suppress(Away):
            await self._server.ask("SET", PREFIX + name, issuer, "EX", KEPT_SECONDS)
