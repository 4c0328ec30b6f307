"""A bell over Redis: rung by publishing, heard by a task that subscribes again when it must."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from endpoints_server.store.redis.server import CONNECT_SECONDS, Away, RedisServer
from endpoints_server.store.redis.url import plain
from endpoints_server.store.shared.bell import Topic

CHANNEL = "es:changed"
QUIET_SECONDS = 2.0
"""After how long without a word the other side is asked whether it is still there."""
PAUSE_SECONDS = 1.0


class RedisBell:
    """Rings through one connection, listens on another."""

    def __init__(self, server: RedisServer, url: str) -> None:
        self._server = server
        self._redis: Redis = Redis.from_url(
            plain(url),
            socket_timeout=QUIET_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            client_name="endpoints-server-bell",
        )
        self._listeners: list[tuple[Topic, Callable[[], None]]] = []
        self._ringing: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._task = asyncio.create_task(self._run())

    def listen(self, topic: Topic, hear: Callable[[], None]) -> None:
        self._listeners.append((topic, hear))

    def ring(self, topic: Topic) -> None:
        task = asyncio.create_task(self._publish(topic))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    async def close(self) -> None:
        """Stop listening, and let the last words out.

        The client has been seen to swallow a cancellation that comes while it times out, so the
        task is told in two ways, and waited for no longer than it may take to hear the other.
        """
        self._is_closing = True
        self._task.cancel()
        await asyncio.wait({self._task, *self._ringing}, timeout=QUIET_SECONDS)
        await self._redis.aclose()

    async def _publish(self, topic: Topic) -> None:
        with suppress(Away):
            await self._server.ask("PUBLISH", CHANNEL, topic.value)

    async def _run(self) -> None:
        while not self._is_closing:
            with suppress(RedisError, OSError, TimeoutError):
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    await self._hear_all(subscription)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _hear_all(self, subscription: PubSub) -> None:
        """Pass on what is heard, until nothing is heard any more."""
        self._tell(list(Topic))  # whatever was missed while nobody listened
        is_asked = False
        while not self._is_closing:
            message = await subscription.get_message(timeout=QUIET_SECONDS)
            if message is None and is_asked:
                return
            is_asked = message is None
            if message is None:
                await subscription.ping()
            elif message["type"] == "message":
                self._tell([message["data"].decode()])

    def _tell(self, topics: Sequence[str]) -> None:
        """Let listeners know; a topic of a newer version has none here."""
        for topic, hear in self._listeners:
            if topic in topics:
                hear()
