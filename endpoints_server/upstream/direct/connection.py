"""One connection: a request out, its answer in, and the next.

Between two answers nothing may arrive. A connection is kept only if the whole request has left and
the whole answer has come; every other end cuts it. The parser lives as long as the connection.
"""

from asyncio import BaseTransport, Protocol, Transport, get_running_loop
from typing import Protocol as Shape
from typing import cast

import httpx2
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from endpoints_server.upstream.bounds import (
    HEADER_BYTES,
    HEADER_LINES,
    LARGE_BYTES,
    WAITING_BYTES,
)
from endpoints_server.upstream.direct.answer import Answer
from endpoints_server.upstream.direct.head import Place

PIECE_BYTES = 256 * 1024
SWITCHING, FINAL = 101, 200
EMPTY = frozenset({204, 304})
UNREADABLE = "the answer could not be read"
CLOSED = "the connection is closed"


class Keeper(Shape):
    """Whoever has connections and is told what becomes of them."""

    def keep(self, connection: "Connection") -> None:
        """Take back one that may be used again."""

    def lose(self, connection: "Connection") -> None:
        """Forget one that is gone."""


class Connection(Protocol):
    """A connected stream; `has_served` once an answer came over it whole."""

    def __init__(self, place: Place, keeper: Keeper) -> None:
        self.place = place
        self.has_served = False
        self.is_lost = False
        self.idle_since = 0.0
        self._keeper = keeper
        self._loop = get_running_loop()
        self._answer: Answer | None = None
        self._rest: memoryview | None = None
        self._is_choked = False
        self._is_paused = False
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def ask(self, head: bytes, body: bytes, *, is_head_only: bool = False) -> Answer:
        """Send a request, in one write unless it is large; its answer begins later."""
        answer = Answer(self, self._loop)
        if self.is_lost:
            answer.fail(httpx2.ReadError(CLOSED))
            return answer
        self._answer = answer
        self._is_head_only = is_head_only
        self._is_complete = self._is_kept = self._is_endless = False
        self._lines = self._line_bytes = self._silent_bytes = 0
        self._headers: dict[str, str] = {}
        if len(body) <= LARGE_BYTES:
            self._transport.write(head + body)
        else:
            self._rest = memoryview(body)
            self._transport.write(head)
            self._push()
        return answer

    def resume(self) -> None:
        """Take more from the network, if that was paused."""
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()

    def abort(self) -> None:
        """Be cut at once; an answer that is not whole never will be."""
        self._end(httpx2.ReadError(CLOSED))

    # what the loop says

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast(Transport, transport)

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:
            self.abort()
            return
        answer.is_touched = True
        self._silent_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._is_kept = False
            if not self._is_complete:
                self._end(httpx2.RemoteProtocolError(UNREADABLE))
                return
        if self._is_complete:
            self._finish(answer)
        elif self._silent_bytes > HEADER_BYTES:
            self._end(httpx2.RemoteProtocolError(UNREADABLE))
        else:
            if answer.waiting_bytes > WAITING_BYTES and not self._is_paused:
                self._is_paused = True
                self._transport.pause_reading()
            answer.wake()

    def eof_received(self) -> None:
        self.connection_lost(None)

    def connection_lost(self, error: Exception | None) -> None:
        answer = self._answer
        if error is None and answer is not None and answer.status and self._is_endless:
            self._is_kept = False
            self._finish(answer)
        else:
            self._end(error or httpx2.ReadError(CLOSED))

    def pause_writing(self) -> None:
        self._is_choked = True

    def resume_writing(self) -> None:
        self._is_choked = False
        self._push()

    # what the parser says

    def on_message_begin(self) -> None:
        if self._is_complete:
            raise httpx2.RemoteProtocolError("more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lines += 1
        self._line_bytes += len(name) + len(value)
        if self._lines > HEADER_LINES or self._line_bytes > HEADER_BYTES:
            raise httpx2.RemoteProtocolError("too many headers")
        if self._answer is None or self._answer.status:
            return  # after the body
        key = name.lower().decode("latin-1")
        text = text_of(value)
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status == SWITCHING:
            raise httpx2.RemoteProtocolError("switched to another protocol unasked")
        headers, self._headers = self._headers, {}
        if status < FINAL or self._answer is None:
            return
        self._silent_bytes = 0
        is_chunked = headers.get("transfer-encoding", "").lower().endswith("chunked")
        has_length = is_chunked or "content-length" in headers or status in EMPTY
        self._is_endless = not has_length
        self._is_complete = self._is_head_only
        self._answer.start(status, headers)

    def on_body(self, chunk: bytes) -> None:
        self._silent_bytes = 0
        if self._answer is not None and not self._is_complete:
            self._answer.add(chunk)

    def on_message_complete(self) -> None:
        if self._answer is not None and self._answer.status and not self._is_head_only:
            self._is_complete = True
            self._is_kept = self._parser.should_keep_alive()

    def _push(self) -> None:
        """Write what the network takes of a large body."""
        while self._rest is not None and not self._is_choked:
            piece, rest = self._rest[:PIECE_BYTES], self._rest[PIECE_BYTES:]
            self._rest = rest or None
            self._transport.write(piece)

    def _finish(self, answer: Answer) -> None:
        """Hand over a whole answer, and be free for the next or gone."""
        self._answer = None
        has_asked = self._rest is None and not self._transport.get_write_buffer_size()
        if self._is_kept and has_asked:
            self.has_served = True
            self.resume()
            self._keeper.keep(self)
        else:
            self.abort()
        answer.finish()

    def _end(self, error: Exception) -> None:
        if self.is_lost:
            return
        self.is_lost = True
        self._rest = None
        self._transport.abort()
        self._keeper.lose(self)
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.fail(error)


def text_of(value: bytes) -> str:
    """Read a header's value: UTF-8 if it is that, else Latin-1."""
    try:
        return value.decode().strip(" \t")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip(" \t")
