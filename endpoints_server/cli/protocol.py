"""The server's HTTP protocol: uvicorn's, with a shorter way past ASGI for the calls.

What ASGI asks of a call costs as much as all else uvicorn does for it: a task that waits for the
caller to leave, and two messages, two writes, for an answer that is whole.
"""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from endpoints_server.calls.delivery import Headers
from endpoints_server.web.api.delivery import LINE


class ShorterProtocol(HttpToolsProtocol):
    """Gives each request its Line, as an extension of ASGI."""

    line: "CycleLine | None" = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers."""
        super().connection_lost(exc)
        if self.line is not None:
            self.line.lose()

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
