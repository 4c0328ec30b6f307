"""Callers of a fleet, and what they saw."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from msgspec import Struct

from tests.replicas.fleet import KEY
from tests.replicas.speaking import SLOWLY

ENDINGS = {"chat": b"data: [DONE]", "messages": b"event: message_stop"}
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}


class Got(Struct, frozen=True, kw_only=True):
    """What came of a call; `is_whole` says whether its end was seen. Times are monotonic."""

    status: int
    is_whole: bool
    began_at: float
    ended_at: float
    request_id: str = ""
    config: str = ""
    said: str = ""

    @property
    def took(self) -> float:
        """How long it took, in seconds."""
        return self.ended_at - self.began_at


class Callers:
    """Calls one address, as one HTTP client with as many connections as it takes."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def call(self, key: str = KEY, wire: str = "chat", seconds: float = 0.0) -> Got:
        """Make one call: whole, or a stream that takes so many seconds; it never raises."""
        began_at = time.monotonic()
        text = f"{SLOWLY}={seconds:g};" if seconds else "Hello"
        body: dict[str, object] = {
            "model": f"{wire}-model",
            "max_tokens": 4,
            "messages": [{"role": "user", "content": text}],
            "stream": bool(seconds),
        }
        try:
            async with self.session.post(
                self.url + PATHS[wire], json=body, headers={"x-api-key": key}
            ) as answer:
                said = await answer.read()
                is_whole = ENDINGS[wire] in said if seconds else b'"usage"' in said
                return Got(
                    status=answer.status,
                    is_whole=answer.status == 200 and is_whole,
                    began_at=began_at,
                    ended_at=time.monotonic(),
                    request_id=answer.headers.get("x-request-id", ""),
                    config=answer.headers.get("x-es-config", ""),
                    said=said.decode(errors="replace"),
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            now = time.monotonic()
            return Got(status=0, is_whole=False, began_at=began_at, ended_at=now, said=repr(error))

    async def keep_on(
        self, count: int, ask: Callable[[], Awaitable[Got]], until: Awaitable[object]
    ) -> list[Got]:
        """Let so many callers ask again and again until something else is done."""
        got: list[Got] = []
        is_over = asyncio.Event()

        async def ask_on() -> None:
            while not is_over.is_set():
                got.append(await ask())

        asking = [asyncio.create_task(ask_on()) for _ in range(count)]
        try:
            await until
        finally:
            is_over.set()
            await asyncio.gather(*asking)
        return got


@asynccontextmanager
async def callers_of(url: str, seconds: float = 60.0) -> AsyncIterator[Callers]:
    """Open callers of an address, whose calls take no longer than so many seconds."""
    timeout = aiohttp.ClientTimeout(total=seconds)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        yield Callers(session, url)


def percentile(values: list[float], share: float) -> float:
    """Give the value that such a share of all is not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
