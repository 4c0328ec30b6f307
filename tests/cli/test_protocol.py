"""The HTTP of the server process, byte by byte."""

import asyncio
import gc
import json
import re
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from litestar.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from endpoints_server.cli.protocol import ShorterProtocol
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

ASKED = json.dumps({"model": "sole/m", "messages": [{"role": "user", "content": "Hi"}]}).encode()
OFFERS = {
    "http2": ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
    "websocket": (
        *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    with Running(BadProvider()) as upstream:
        yaml = config([endpoint("Sole", "chat", upstream.url)])
        with serving(yaml, tmp_path_factory.mktemp("protocol")) as server:
            yield server


def statuses(server: Serving, *pieces: bytes) -> list[bytes]:
    """Send bytes piece by piece and give the status of each answer until the door closes."""
    host, port = server.url.removeprefix("http://").split(":")
    received = bytearray()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        while more := connection.recv(65536):
            received += more
    return re.findall(rb"HTTP/1\.1 (\d+)", bytes(received))


def head(server: Serving, *more: str) -> bytes:
    lines = ("POST /v1/chat/completions HTTP/1.1", "host: x", f"authorization: Bearer {server.key}")
    return "\r\n".join([*lines, f"content-length: {len(ASKED)}", *more, "", ""]).encode()


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("is_split", [True, False])
def test_who_offers_another_protocol_is_served_by_this_one(
    offer: str, is_split: bool, server: Serving
) -> None:
    offering = head(server, *OFFERS[offer]) + ASKED
    sent = 2 * offering + head(server, *OFFERS[offer], "connection: close") + ASKED
    pieces = [sent[at : at + 50] for at in range(0, len(sent), 50)] if is_split else [sent]
    assert statuses(server, *pieces) == 3 * [b"200"]


async def application(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer after the seconds that the path names."""
    await asyncio.sleep(float(scope["path"].strip("/")))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@asynccontextmanager
async def open_door(idle_seconds: float) -> AsyncGenerator[tuple[str, int]]:
    """Serve the application in this loop, and give where."""
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(application, http=ShorterProtocol, log_config=None)
    config.load()
    config.timeout_keep_alive = idle_seconds  # type: ignore[assignment]  # any number will do
    state = ServerState()
    door = await loop.create_server(
        lambda: ShorterProtocol(config, state, {}, loop), "127.0.0.1", 0
    )
    async with door:
        yield door.sockets[0].getsockname()


async def ask(address: tuple[str, int], *paths: str) -> None:
    """Ask one thing after the other, over one connection."""
    reader, writer = await asyncio.open_connection(*address)
    for path in paths:
        writer.write(b"GET /%b HTTP/1.1\r\nhost: x\r\n\r\n" % path.encode())
        assert b"200" in await reader.readuntil(b"0\r\n\r\n")
    writer.close()


async def test_what_was_made_for_a_request_is_gone_with_it() -> None:
    async with open_door(5) as address:
        gc.collect()
        gc.disable()
        try:
            before = cycles()
            await ask(address, *["0"] * 20)
            left = [each for each in cycles() if each not in before]
        finally:
            gc.enable()
    assert len(left) <= 2  # the last, and one whose connection is being closed


def cycles() -> list[RequestResponseCycle]:
    return [each for each in gc.get_objects() if isinstance(each, RequestResponseCycle)]


async def test_a_connection_is_closed_when_it_was_idle_for_long_enough_and_no_sooner() -> None:
    loop = asyncio.get_running_loop()
    async with open_door(0.3) as address:
        reader, writer = await asyncio.open_connection(*address)
        for path, pause in (("0", 0.2), ("0.5", 0.2), ("0", 0.0)):
            writer.write(b"GET /%b HTTP/1.1\r\nhost: x\r\n\r\n" % path.encode())
            assert b"200" in await reader.readuntil(b"0\r\n\r\n")
            await asyncio.sleep(pause)
        answered_at = loop.time()
        assert await reader.read() == b""
        assert 0.25 < loop.time() - answered_at < 1.0
        writer.close()
