"""One Redis, asked with a short patience: whatever it does, a call goes on."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from endpoints_server.store.redis.breaker import Breaker
from endpoints_server.store.redis.script import Script
from endpoints_server.store.redis.url import plain

ANSWER_SECONDS = 0.25
"""Generous to a loop that is late to read an answer; only the first of many waits for it."""
CONNECT_SECONDS = 0.5
MOST_CONNECTIONS = 4
QUEUE_SECONDS = 2.0
"""How long many at once may wait for one of the connections; a loop so busy has other cares."""

Argument = str | bytes | int | float


class Away(Exception):
    """Redis did not answer, or did not a moment ago and is not asked again yet."""


class RedisServer:
    """Commands and scripts; each is answered within a quarter of a second, or raises Away."""

    def __init__(self, url: str) -> None:
        """Take a url; raises ValueError where it cannot be read. Nothing is connected yet."""
        self._breaker = Breaker()
        pool = BlockingConnectionPool.from_url(
            plain(url),
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            max_connections=MOST_CONNECTIONS,
            timeout=QUEUE_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name="endpoints-server",
        )
        self._redis: Redis = Redis.from_pool(pool)

    async def ask(self, *command: Argument) -> Any:
        """Run a command; raises Away."""
        if not self._breaker.may_try():
            raise Away("not asked: it did not answer a moment ago")
        try:
            answer = await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        except NoScriptError:
            self._breaker.note_success()
            raise
        except (RedisError, OSError, TimeoutError) as error:
            self._breaker.note_failure()
            raise Away(str(error)) from error
        self._breaker.note_success()
        return answer

    async def run(self, script: Script, keys: Sequence[str], values: Sequence[Argument]) -> Any:
        """Run a script, at one stroke over all processes; raises Away."""
        rest = (len(keys), *keys, *values)
        try:
            return await self.ask("EVALSHA", script.digest, *rest)
        except NoScriptError:
            return await self.ask("EVAL", script.text, *rest)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()
