"""The least a gateway can do: a bare ASGI application that carries bytes over one aiohttp session.

Run as `python -m tests.bench.passthrough PORT UPSTREAM`. It checks nothing and keeps nothing, so
what another server costs beside it is the price of being a gateway.
"""

import gc
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from aiohttp import ClientResponse, ClientSession, ClientTimeout, TCPConnector

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-upstream"}


class Passthrough:
    """The application; `session` is opened when the server starts."""

    session: ClientSession

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer readiness, and carry everything else to the upstream and back."""
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["path"] == "/readyz":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            body = await read_body(receive)
            url = self.upstream + scope["path"]
            async with self.session.post(url, data=body, headers=HEADERS) as response:
                await carry(response, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """Hold the session open for as long as the server runs."""
        await receive()
        async with ClientSession(
            connector=TCPConnector(limit=0), timeout=ClientTimeout(None), auto_decompress=False
        ) as self.session:
            gc.collect()
            gc.freeze()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def read_body(receive: Receive) -> bytes:
    """Read a request's body."""
    pieces = []
    while True:
        message = await receive()
        pieces.append(message["body"])
        if not message["more_body"]:
            return b"".join(pieces)


async def carry(response: ClientResponse, send: Send) -> None:
    """Send an answer on: whole where its length is known, else piece by piece."""
    headers = [(b"content-type", response.headers["content-type"].encode())]
    length = response.headers.get("content-length")
    if length is not None:
        headers.append((b"content-length", length.encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if length is None:
        async for piece in response.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    last = await response.read() if length is not None else b""
    await send({"type": "http.response.body", "body": last, "more_body": False})


if __name__ == "__main__":
    uvicorn.run(
        Passthrough(sys.argv[2]),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
