"""A provider that misbehaves, and the way to it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from endpoints_server.domain.endpoint import Credential, Endpoint, Timeouts
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.send import Incoming, Outgoing, send
from tests.upstreams.bad import BadProvider

if sys.platform != "win32":
    import uvloop

PROMPT = b'{"model":"bad-1","messages":[{"role":"user","content":"hi"}]}'
STREAMED = PROMPT[:-1] + b',"stream":true}'
QUICK = Timeouts(
    connect_seconds=1.0,
    first_token_seconds=0.2,
    between_tokens_seconds=0.2,
    total_seconds=2.0,
)


class Way:
    """Sends to one behaviour of the bad provider after the other, with small deadlines."""

    def __init__(self, provider: BadProvider, upstreams: Upstreams) -> None:
        self.provider = provider
        self.upstreams = upstreams
        self.endpoint = endpoint_at(provider.url)

    async def send(
        self, behaviour: str, body: bytes = STREAMED, timeouts: Timeouts = QUICK
    ) -> Incoming:
        """Send and give the answer; its upstream is given back at once."""
        self.endpoint = replace(self.endpoint, timeouts=timeouts)
        url = f"{self.provider.url}/{behaviour}/v1/chat/completions"
        return await self.send_to(url, body)

    async def send_to(self, url: str, body: bytes = STREAMED) -> Incoming:
        """Send anywhere."""
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        with self.upstreams.acquire(self.endpoint) as upstream:
            return await send(upstream, Outgoing(url=url, headers=headers, body=body))


def endpoint_at(url: str, slug: str = "bad", max_connections: int = 100) -> Endpoint:
    return Endpoint(
        name="Bad",
        slug=slug,
        wire="openai_chat",
        address=url,
        credential=Credential(),
        models=(),
        timeouts=QUICK,
        max_connections=max_connections,
    )


@contextmanager
def held(upstreams: Upstreams, endpoint: Endpoint) -> Iterator[None]:
    """Keep an endpoint's transport open."""
    with upstreams.acquire(endpoint):
        yield


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run everything on both loops: what is told of a broken connection differs between them."""
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    if sys.platform != "win32":
        loops["uvloop"] = uvloop.new_event_loop
    return loops


@pytest.fixture
async def provider() -> AsyncIterator[BadProvider]:
    async with BadProvider(pause_seconds=0.05) as provider:
        yield provider


@pytest.fixture
async def way(provider: BadProvider) -> AsyncIterator[Way]:
    upstreams = Upstreams()
    way = Way(provider, upstreams)
    with held(upstreams, way.endpoint):
        yield way
    await upstreams.close()
