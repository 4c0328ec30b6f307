"""An upstream that says so much and no more, and callers that go away."""

import asyncio
import json
import time
from collections.abc import Mapping

from tests.calls.asking import PATHS, request
from tests.serving import Serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Server

STAGES = ("nothing", "headers", "opening", "words", "closing")


class Pausing(Server):
    """Answers up to the stage that the first part of the path names, then waits for ever."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        stage = STAGES.index(exchange.seen.path.split("/")[1])
        if stage:
            exchange.begin()
        for piece in pieces(Request(exchange, 0), stage):
            exchange.chunk(piece)
        await exchange.hang()


def pieces(request: Request, stage: int) -> list[bytes]:
    """Give what is said up to a stage."""
    speech = request.speech
    said = [speech.opening(), speech.texts(), speech.closing()]
    if not request.is_stream:
        return [speech.whole()[:20]] if stage > 1 else []
    return [piece for part in said[: max(0, stage - 1)] for piece in part]


class Leaver:
    """A caller on a socket of its own."""

    def __init__(self, server: Serving, under: str = "") -> None:
        self.server = server
        self.under = under
        self.received = b""
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def ask(
        self, wire: str, model: str, conversation: str = "", *, is_stream: bool = True
    ) -> None:
        """Send a request and read nothing yet."""
        body = json.dumps(request(wire, model, is_stream=is_stream)).encode()
        told = {"x-conversation-id": conversation, "content-length": str(len(body))}
        await self.begin(wire, told)
        self.writer.write(body)

    async def begin(self, wire: str, headers: Mapping[str, str]) -> None:
        """Send the head of a request."""
        host, port = self.server.url.removeprefix("http://").split(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))
        said = {"host": host, "content-type": "application/json", **self.server.headers, **headers}
        lines = [
            f"POST {self.under}{PATHS[wire]} HTTP/1.1",
            *(f"{key}: {said[key]}" for key in said),
            "",
            "",
        ]
        self.writer.write("\r\n".join(lines).encode())

    async def read_until(self, mark: bytes) -> None:
        """Read on until something has come."""
        async with asyncio.timeout(5):
            while mark not in self.received:
                piece = await self.reader.read(65536)
                assert piece, f"the answer ended before {mark!r}: {self.received!r}"
                self.received += piece

    def leave(self, *, is_abrupt: bool = True) -> float:
        """Go away, and say when; abruptly as a process dies, or closing the connection first."""
        if is_abrupt:
            self.writer.transport.abort()
        else:
            self.writer.close()
        return time.monotonic()


async def until(condition: object, within_seconds: float = 2.0) -> None:
    """Wait until something is so."""
    assert callable(condition)
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.01)
