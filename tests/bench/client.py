"""One connection of the load: asks, takes the answer apart, tells how it went."""

import asyncio
from asyncio import Transport
from collections.abc import Callable
from time import perf_counter
from typing import cast

from tests.bench.wires.script import MARK, Expected

CHUNKED = -1
LONGEST_COMPLAINT = 160


class Client(asyncio.Protocol):
    """A kept-alive connection that asks one and the same question, time and again.

    `done` is called after each answer, `failure` says what was wrong with it, empty for nothing.
    Times are perf_counter's seconds; `first_token_at` is when the first mark came, 0 before.
    """

    transport: Transport

    def __init__(
        self, request: bytes, expected: Expected, done: Callable[["Client"], None]
    ) -> None:
        self.request = request
        self.expected = expected
        self.done = done
        self.is_asking = False
        self.rest()

    def rest(self) -> None:
        """Forget the last answer."""
        self.status = 0
        self.length = 0
        self.pending = b""
        self.body = bytearray()
        self.failure = ""
        self.asked_at = self.first_token_at = self.answered_at = 0.0

    def ask(self) -> None:
        """Send the question."""
        self.rest()
        self.is_asking = True
        self.asked_at = perf_counter()
        self.transport.write(self.request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """An answer that is cut off is a failure."""
        if self.is_asking:
            self.finish(f"connection lost: {error}")

    def data_received(self, data: bytes) -> None:
        """Take the next bytes of the answer."""
        if not self.is_asking:
            return
        if not self.first_token_at and MARK in data:
            self.first_token_at = perf_counter()
        if not self.status:
            data = self.take_head(self.pending + data)
        if self.status and self.take_body(data):
            self.finish(self.complaint())

    def take_head(self, data: bytes) -> bytes:
        """Read status and framing; gives what comes after the head, or keeps an open head."""
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            self.pending = data
            return b""
        self.pending = b""
        self.status = int(head[9:12])
        _, found, length = head.lower().partition(b"\r\ncontent-length:")
        self.length = int(length.split(b"\r\n", 1)[0]) if found else CHUNKED
        return rest

    def take_body(self, data: bytes) -> bool:
        """Add to the body; says whether it is whole."""
        if self.length != CHUNKED:
            self.body += data
            return len(self.body) >= self.length
        buffer = self.pending + data if self.pending else data
        start = 0
        while (line := buffer.find(b"\r\n", start)) > 0:
            size = int(buffer[start:line], 16)
            end = line + 2 + size
            if end + 2 > len(buffer):
                break
            if not size:
                return True
            self.body += buffer[line + 2 : end]
            start = end + 2
        self.pending = buffer[start:]
        return False

    def complaint(self) -> str:
        """Say what is wrong with the answer, or nothing."""
        if self.status != 200:
            return f"{self.status}: {self.body[:LONGEST_COMPLAINT].decode(errors='replace')}"
        if (marks := self.body.count(MARK)) != self.expected.marks:
            return f"{marks} chunks instead of {self.expected.marks}"
        if self.expected.tokens not in self.body:
            return "the count of tokens is missing or wrong"
        if not self.body.endswith(self.expected.end):
            return "the end marker is missing"
        return ""

    def finish(self, failure: str) -> None:
        """Tell that the answer is here, or will never be."""
        self.is_asking = False
        self.failure = failure
        self.answered_at = perf_counter()
        self.done(self)
