"""A raw HTTP/1.1 server for tests: it says exactly the bytes it is told to, and notes what came."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

OPENING = b"\r\n\r\n"


class Gone(Exception):
    """The client left before the request was complete."""


@dataclass
class Seen:
    """One request as it came; instants are of the monotonic clock, `left_at` set if it was cut."""

    method: str
    path: str
    headers: dict[str, str]
    connection: int
    arrived_at: float = field(default_factory=time.monotonic)
    body: bytes = b""
    is_answered: bool = False
    left_at: float | None = None

    @property
    def has_left(self) -> bool:
        return self.left_at is not None


class Exchange:
    """One request, and the means to answer it byte by byte."""

    def __init__(self, connection: "Connection", seen: Seen) -> None:
        self.connection = connection
        self.seen = seen
        self.is_last = False

    async def read_body(self) -> bytes:
        """Read what the request's framing announces."""
        headers = self.seen.headers
        if headers.get("transfer-encoding", "").lower() == "chunked":
            self.seen.body = await self.connection.take_chunks()
        else:
            self.seen.body = await self.connection.take(int(headers.get("content-length", "0")))
        return self.seen.body

    def write(self, text: bytes) -> None:
        """Put bytes on the wire as they are."""
        self.connection.transport.write(text)

    def head(self, status: str, *headers: str, version: str = "1.1") -> None:
        """Write a status line and headers."""
        self.write("\r\n".join((f"HTTP/{version} {status}", *headers, "", "")).encode())

    def whole(self, status: str, content_type: str, body: bytes, *headers: str) -> None:
        """Answer at once with a body of known length."""
        length = f"content-length: {len(body)}"
        self.head(status, f"content-type: {content_type}", length, *headers)
        self.write(body)

    def begin(self, content_type: str = "text/event-stream", *headers: str) -> None:
        """Begin an answer in chunks."""
        self.head("200 OK", f"content-type: {content_type}", "transfer-encoding: chunked", *headers)

    def chunk(self, piece: bytes) -> None:
        """Write one chunk."""
        self.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    def end(self) -> None:
        """Write the last chunk."""
        self.write(b"0\r\n\r\n")

    async def drained(self) -> None:
        """Wait until the network has taken most of what was written."""
        await self.connection.is_writable.wait()

    async def hang(self) -> None:
        """Do nothing until the client leaves."""
        await asyncio.Event().wait()

    def close(self) -> None:
        """Close the connection in good order."""
        self.is_last = True
        self.connection.transport.close()

    def reset(self) -> None:
        """Cut the connection."""
        self.is_last = True
        self.connection.transport.abort()


Answer = Callable[[Exchange], Awaitable[None]]


class Connection(asyncio.Protocol):
    """One connection: reads requests one after the other and has each answered."""

    def __init__(self, server: "Server", number: int) -> None:
        self.server = server
        self.number = number
        self.transport: asyncio.Transport
        self.buffer = bytearray()
        self.arrived = asyncio.Event()
        self.is_writable = asyncio.Event()
        self.is_writable.set()
        self.is_gone = False
        self.current: Seen | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.server.connections.add(self)
        self.task = asyncio.get_running_loop().create_task(self.serve())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.arrived.set()

    def pause_writing(self) -> None:
        self.is_writable.clear()

    def resume_writing(self) -> None:
        self.is_writable.set()

    def eof_received(self) -> bool:
        self.leave()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.leave()
        self.server.connections.discard(self)

    def leave(self) -> None:
        """Note that the client is gone, and stop answering it."""
        if self.is_gone:
            return
        self.is_gone = True
        self.arrived.set()
        if self.current is not None and not self.current.is_answered:
            self.current.left_at = time.monotonic()
        self.task.cancel()

    async def serve(self) -> None:
        while True:
            try:
                seen = await self.take_head()
            except Gone:
                return
            self.current = seen
            self.server.seen.append(seen)
            exchange = Exchange(self, seen)
            await self.server.answer(exchange)
            seen.is_answered = True
            if exchange.is_last:
                return

    async def take_head(self) -> Seen:
        head = (await self.take_until(OPENING)).decode("latin-1")
        line, *rest = head.split("\r\n")
        method, path, _ = line.split(" ", 2)
        headers: dict[str, str] = {}
        for each in rest:
            name, _, value = each.partition(":")
            headers[name.lower()] = value.strip()
        return Seen(method, path, headers, self.number)

    async def take_chunks(self) -> bytes:
        body = bytearray()
        while length := int(await self.take_until(b"\r\n"), 16):
            body += await self.take(length)
            await self.take_until(b"\r\n")
        await self.take_until(b"\r\n")
        return bytes(body)

    async def take_until(self, mark: bytes) -> bytes:
        while (position := self.buffer.find(mark)) < 0:
            await self.more()
        taken = bytes(self.buffer[:position])
        del self.buffer[: position + len(mark)]
        return taken

    async def take(self, length: int) -> bytes:
        while len(self.buffer) < length:
            await self.more()
        taken = bytes(self.buffer[:length])
        del self.buffer[:length]
        return taken

    async def more(self) -> None:
        if self.is_gone:
            raise Gone
        self.arrived.clear()
        await self.arrived.wait()


class Server:
    """Listens on a loopback port for as long as its context lasts."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.seen: list[Seen] = []
        self.connections: set[Connection] = set()
        self.connection_count = 0
        self.url = ""

    @property
    def last(self) -> Seen:
        """The latest request."""
        return self.seen[-1]

    @property
    def last_connection(self) -> Connection:
        """The connection opened last, of those still open."""
        return max(self.connections, key=lambda connection: connection.number)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._connect, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        tasks = [connection.task for connection in self.connections]
        for connection in list(self.connections):
            connection.task.cancel()
            connection.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._listener.wait_closed()

    def _connect(self) -> Connection:
        self.connection_count += 1
        return Connection(self, self.connection_count)


Served = TypeVar("Served", bound=Server)


class Running(Generic[Served]):
    """Runs a server in a thread of its own, for tests that block."""

    def __init__(self, server: Served) -> None:
        self.server = server
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        self._is_ready.wait()
        return self.server

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with self.server:
            self._is_ready.set()
            await self._stop.wait()
