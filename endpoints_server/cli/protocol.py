"""The server's HTTP protocol: uvicorn's, with a shorter way past ASGI for the calls.

What ASGI asks of a call costs as much as all else uvicorn does for it: a task that waits for the
caller to leave, and two messages, two writes, for an answer that is whole.
"""

import sys
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from endpoints_server.calls.delivery import Headers
from endpoints_server.web.api.delivery import LINE

OFFER = b"upgrade"
TICK_SECONDS = 0.001
"""How much too early a timer may be."""


class Offered(Exception):
    """Another protocol was offered; its argument is where the head ends, in the bytes that came."""


class ShorterProtocol(HttpToolsProtocol):
    """Gives each request its Line, as an extension of ASGI; speaks no other protocol.

    Who offers one with a request, as some clients do with HTTP/2, is answered as if they had not.
    """

    line: "CycleLine | None" = None
    idle_since: float | None = None
    idle_timer: TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take bytes; those after the head of a request with an offer are its body all the same."""
        while True:
            try:
                return super().data_received(data)
            except Offered as offered:
                self.parser = type(self.parser)(self)
                data = self._without_offer() + data[offered.args[0] :]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers."""
        super().connection_lost(exc)
        if self.idle_timer is not None:
            self.idle_timer.cancel()
        if self.line is not None:
            self.line.lose()

    def on_response_complete(self) -> None:
        """Wait for the next request, by one timer that is set again only when it has come.

        uvicorn sets one after each answer and takes it back with the next request.
        """
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.cycle.scope.pop("extensions", None)  # whose line leads back to the cycle
        self.flow.resume_reading()
        self.idle_since = self.loop.time()
        if self.idle_timer is None:
            self._wait_idle(self.timeout_keep_alive)

    def handle_websocket_upgrade(self) -> None:
        """Leave the parser, which takes what follows for the other protocol."""
        told = sys.exc_info()[1]
        raise Offered(*(told.args if told else ()))

    def _unset_keepalive_if_required(self) -> None:
        self.idle_since = None

    def _wait_idle(self, seconds: float) -> None:
        self.idle_timer = self.loop.call_later(seconds, self._look_idle)

    def _look_idle(self) -> None:
        self.idle_timer = None
        if self.idle_since is None:
            return  # until the answer that is under way is complete
        left = self.idle_since + self.timeout_keep_alive - self.loop.time()
        if left > TICK_SECONDS:
            self._wait_idle(left)
        else:
            self.timeout_keep_alive_handler()

    def _should_upgrade(self) -> bool:
        return any(name == OFFER for name, _ in self.headers)

    def _without_offer(self) -> bytes:
        """Write the head of a request again."""
        method, version = self.scope["method"], self.scope["http_version"]
        first = b"%b %b HTTP/%b" % (method.encode(), self.url, version.encode())
        lines = [b"%b: %b" % header for header in self.headers if header[0] != OFFER]
        return b"\r\n".join([first, *lines, b"", b""])

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.line = CycleLine(cycle)
        cycle.scope["extensions"] = {LINE: {LINE: self.line}}
        super()._start_asgi_task(cycle, app)


class CycleLine:
    """A Line to the caller of one request."""

    __slots__ = ("_cycle", "_on_loss")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._on_loss: Callable[[], None] | None = None

    def watch(self, on_loss: Callable[[], None] | None) -> None:
        self._on_loss = on_loss

    def lose(self) -> None:
        """Tell that the caller has gone."""
        if self._on_loss is not None:
            self._on_loss()

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        cycle = self._cycle
        if cycle.disconnected:
            return
        lines = [b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        head = b"".join(lines)
        if head.count(b"\n") != len(lines) or b"\0" in head:
            raise RuntimeError("a header would end its line")
        cycle.transport.write(b"".join((STATUS_LINE[status], head, b"\r\n", body)))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
