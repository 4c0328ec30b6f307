"""One answer: filled by its connection, emptied by its reader."""

from asyncio import AbstractEventLoop, Future
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import httpx2

from endpoints_server.upstream.bounds import DECODED
from endpoints_server.upstream.direct.decoder import Decoder


class Source(Protocol):
    """What an answer asks of its connection."""

    def resume(self) -> None:
        """Take more from the network."""

    def abort(self) -> None:
        """Be cut at once."""


class Answer(httpx2.AsyncByteStream):
    """A Body, once it has begun; `waiting_bytes` have arrived and were not read yet."""

    __slots__ = (
        "_chunks",
        "_decoder",
        "_error",
        "_loop",
        "_source",
        "_waiter",
        "headers",
        "is_begun",
        "is_touched",
        "is_whole",
        "status",
        "waiting_bytes",
    )

    def __init__(self, source: Source, loop: AbstractEventLoop) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.waiting_bytes = 0
        self.is_touched = False
        self.is_begun = False
        self.is_whole = False
        self._chunks: list[bytes] = []
        self._decoder: Decoder | None = None
        self._error: Exception | None = None
        self._source: Source | None = source
        self._waiter: Future[None] | None = None
        self._loop = loop

    @property
    def is_spent(self) -> bool:
        """Say whether everything has arrived and been read."""
        if self._chunks or not self.is_whole:
            return False
        return self._decoder is None or not self._decoder.has_more

    async def begin(self) -> None:
        """Wait for the status and the headers; raises what came instead."""
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._wait()

    async def read(self) -> bytes:
        """Give all that has arrived since the last read, waiting for it; empty at the end.

        May be cancelled and called again. What arrived before a failure is given before the
        failure is raised.
        """
        while True:
            if self._chunks or (self._decoder is not None and self._decoder.has_more):
                if chunk := self._take():
                    return chunk
            elif self._error is not None:
                raise self._error
            elif self.is_whole:
                if self._decoder is not None:
                    self._decoder.finish()
                return b""
            else:
                await self._wait()

    def close(self) -> None:
        """Let go of the connection; one whose answer is not whole is cut at once."""
        if self._source is not None:
            self._source.abort()

    def start(self, status: int, headers: dict[str, str]) -> None:
        """Take in the head; what the body is decoded from, its headers no longer say."""
        coding = headers.get("content-encoding", "").lower()
        if coding in DECODED:
            self._decoder = Decoder(coding)
            del headers["content-encoding"]
            headers.pop("content-length", None)
        self.status = status
        self.headers = headers

    def add(self, chunk: bytes) -> None:
        """Take in a part of the body."""
        self.is_begun = True
        self._chunks.append(chunk)
        self.waiting_bytes += len(chunk)

    def finish(self) -> None:
        """Note that it is whole, and its connection no longer its own."""
        self.is_whole = True
        self._source = None
        self.wake()

    def fail(self, error: Exception) -> None:
        """Note why it will never be whole."""
        self._error = error
        self._source = None
        self.wake()

    def wake(self) -> None:
        """Let the reader look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self.read():
            yield chunk

    async def aclose(self) -> None:
        self.close()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _take(self) -> bytes:
        chunks = self._chunks
        chunk = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        self.waiting_bytes = 0
        if self._decoder is not None:
            chunk = self._decoder.decode(chunk)
            if self._decoder.has_more:
                return chunk
        if self._source is not None:
            self._source.resume()
        return chunk
