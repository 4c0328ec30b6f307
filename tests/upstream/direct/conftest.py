"""A transport of our own, and a server that says what it is told to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from endpoints_server.upstream.direct.answer import Answer
from endpoints_server.upstream.direct.transport import DirectTransport
from tests.upstreams.server import Exchange, Server


class Line:
    """A transport and the one server it is used with."""

    def __init__(self, transport: DirectTransport, server: Server) -> None:
        self.transport = transport
        self.server = server

    async def ask(
        self,
        path: str = "/",
        body: bytes = b"{}",
        method: str = "POST",
        headers: dict[str, str] | None = None,
        connect_seconds: float = 2.0,
    ) -> Answer:
        return await self.transport.exchange(
            method, self.server.url + path, headers or {}, body, connect_seconds
        )


Script = Callable[[Exchange], Awaitable[None]]


@asynccontextmanager
async def line_to(script: Script, limit: int = 10) -> AsyncIterator[Line]:
    """Open a line to a server that answers by a script."""
    async with Server(script) as server:
        transport = DirectTransport(limit)
        yield Line(transport, server)
        await transport.aclose()


def saying(text: bytes, *, closes: bool = False) -> Script:
    """Answer every request with the same bytes."""

    async def say(exchange: Exchange) -> None:
        await exchange.read_body()
        exchange.write(text)
        if closes:
            exchange.close()

    return say


async def read_all(answer: Answer) -> bytes:
    received = b""
    while chunk := await answer.read():
        received += chunk
    return received


@pytest.fixture
def whole() -> Script:
    """Answer briefly and well."""
    return saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
