"""The upstream of a benchmark: canned answers at the pace a model's name asks for."""

import asyncio
from asyncio import Handle, Transport
from functools import lru_cache
from typing import cast

import msgspec
from msgspec import Struct

from tests.bench.wires.every import script_at
from tests.bench.wires.script import Pace, Script, closing, pace

HOST = "127.0.0.1"
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
READY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Asked(Struct):
    """What the mock reads of a request."""

    model: str = ""
    stream: bool = False


ask_decoder = msgspec.json.Decoder(Asked)


class Connection(asyncio.Protocol):
    """One kept-alive connection; a request is answered once its whole body is here.

    A stream is a chain of timers, one write each; without delay the chain goes by the loop's turns
    and rests while the other side does not read.
    """

    transport: Transport

    def __init__(self) -> None:
        self.pending = b""
        self.next: Handle | None = None
        self.is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Stop a stream that nobody reads any more."""
        if self.next is not None:
            self.next.cancel()

    def pause_writing(self) -> None:
        """Rest: the other side does not read."""
        self.is_paused = True

    def resume_writing(self) -> None:
        """Go on where the stream rested."""
        self.is_paused = False

    def data_received(self, data: bytes) -> None:
        """Answer once the request is whole."""
        self.pending += data
        head_end = self.pending.find(b"\r\n\r\n") + 4
        if head_end < 4:
            return
        head = self.pending[:head_end]
        end = head_end + content_length(head.lower())
        if len(self.pending) < end:
            return
        body, self.pending = self.pending[head_end:end], self.pending[end:]
        self.answer(head.split(b" ", 2)[1].decode(), body)

    def answer(self, path: str, body: bytes) -> None:
        """Answer one request, whole or as a stream."""
        script, model, is_stream = script_at(path)
        if script is None:
            self.transport.write(READY if path == "/readyz" else NOT_FOUND)
            return
        asked = ask_decoder.decode(body)
        if not asked.stream and not is_stream:
            self.transport.write(whole(script))
            return
        paced = pace(model or asked.model)
        self.transport.write(STREAM_HEAD + framed(script.opening + script.chunk))
        self.plan(script, paced, paced.chunks - 1, asyncio.get_running_loop().time())

    def plan(self, script: Script, paced: Pace, left: int, last: float) -> None:
        """Set the time of the next chunk."""
        loop = asyncio.get_running_loop()
        due = last + paced.delay_seconds
        if paced.delay_seconds:
            self.next = loop.call_at(due, self.tell, script, paced, left, due)
        elif self.is_paused:
            self.next = loop.call_later(0.001, self.plan, script, paced, left, last)
        else:
            self.next = loop.call_soon(self.tell, script, paced, left, due)

    def tell(self, script: Script, paced: Pace, left: int, now: float) -> None:
        """Write one chunk, or the end."""
        if left:
            self.transport.write(framed(script.chunk))
            self.plan(script, paced, left - 1, now)
            return
        self.next = None
        self.transport.write(framed(closing(script, paced.chunks)) + b"0\r\n\r\n")


def content_length(head: bytes) -> int:
    """Read the length of a body out of a request's head in lower case; 0 where none is told."""
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


@lru_cache
def whole(script: Script) -> bytes:
    """Write a whole answer, head and body."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(script.whole) + script.whole


@lru_cache
def framed(body: bytes) -> bytes:
    """Frame a piece of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(body), body)


async def listen(port: int) -> None:
    """Answer for as long as the loop runs."""
    await asyncio.get_running_loop().create_server(Connection, HOST, port, backlog=2048)
