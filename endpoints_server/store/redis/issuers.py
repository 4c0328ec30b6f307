"""Who sealed what, known to all processes; to each by itself while Redis is away."""

import asyncio
from contextlib import suppress

from endpoints_server.store.issuers import MemoryIssuers
from endpoints_server.store.redis.server import Away, RedisServer

PREFIX = "es:issuer:"
KEPT_SECONDS = 30 * 24 * 60 * 60
"""As long as providers keep an answer that may be referred to."""


AGAIN_SECONDS = 0.5
"""After how long it is told again what Redis, which was away, was not told."""
MOST_UNTOLD = 100_000
SPREAD_SECONDS = 0.25


class RedisIssuers:
    """Asks Redis only for what this process does not know, and tells it only what is news.

    What it could not be told while it was away it is told when it is back.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._alone = MemoryIssuers()
        self._untold: dict[str, str] = {}
        self._telling: asyncio.Task[None] | None = None

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
        self._untold[name] = issuer
        if len(self._untold) > MOST_UNTOLD:
            del self._untold[next(iter(self._untold))]
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def spread(self) -> None:
        if self._telling is not None and self._untold and not self._server.is_away:
            await asyncio.wait((self._telling,), timeout=SPREAD_SECONDS)

    async def stop(self) -> None:
        """Let what was learned last be told."""
        if self._telling is not None:
            await asyncio.wait((self._telling,), timeout=1)
            self._telling.cancel()

    async def _tell(self) -> None:
        while self._untold:
            name, issuer = next(iter(self._untold.items()))
            try:
                await self._server.ask("SET", PREFIX + name, issuer, "EX", KEPT_SECONDS)
            except Away:
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if self._untold.get(name) == issuer:
                del self._untold[name]
