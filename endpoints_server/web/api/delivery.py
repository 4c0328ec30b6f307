"""The caller's connection, as ASGI gives it."""

from asyncio import Task
from collections.abc import Callable, Mapping
from typing import Protocol, cast

from litestar.types import Receive, Scope, Send

from endpoints_server.calls.delivery import Headers
from endpoints_server.domain.fault import Failed, Fault, Kind

LINE = "endpoints_server.line"
"""The extension of ASGI under which our server process gives the Line of a request."""


class Line(Protocol):
    """A shorter way to the caller than ASGI has."""

    def watch(self, on_loss: Callable[[], None] | None) -> None:
        """Have something called as soon as the caller leaves, or nothing any more."""

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole answer, whose length the headers say."""


class Connection:
    """A Delivery on ASGI's send; `has_left` once the caller was seen to go.

    The head goes out with the first bytes of the body. Without a Line, as another server process
    has none, everything goes ASGI's way.
    """

    def __init__(self, send: Send, line: Line | None = None) -> None:
        self.send = send
        self.line = line
        self.is_started = False
        self.is_over = False
        self.has_left = False
        self._head: tuple[int, Headers] | None = None
        self._task: Task[None] | None = None
        self._watcher: Task[None] | None = None

    async def start(self, status: int, headers: Headers) -> None:
        """Take the status and the headers."""
        self.is_started = True
        self._head = status, headers

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""
        if self._head is not None:
            await self._send_head(*self._head)
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""
        self.is_over = True
        if self._head is not None:
            if self.line is not None and is_measured(self._head[1]):
                self.line.answer(*self._head, body)
                return
            await self._send_head(*self._head)
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    def watch(self, receive: Receive, task: Task[None]) -> None:
        """Cancel the call's task as soon as the caller leaves, until `rest`."""
        self._task = task
        if self.line is not None:
            self.line.watch(self._leave)
        else:
            self._watcher = task.get_loop().create_task(self._listen(receive))

    def rest(self) -> None:
        """Watch no longer."""
        if self.line is not None:
            self.line.watch(None)
        if self._watcher is not None:
            self._watcher.cancel()

    async def _send_head(self, status: int, headers: Headers) -> None:
        self._head = None
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def _listen(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        self._leave()

    def _leave(self) -> None:
        if self._task is not None and not self.is_over:
            self.has_left = True
            self._task.cancel()


def is_measured(headers: Headers) -> bool:
    """Say whether headers tell how long the body is."""
    return any(name == b"content-length" for name, _ in headers)


def line_of(scope: Scope) -> Line | None:
    """Find the Line of a request, where there is one."""
    extensions = cast(Mapping[str, Mapping[str, Line]], scope.get("extensions") or {})
    return extensions.get(LINE, {}).get(LINE)


async def read_whole_body(receive: Receive, limit_bytes: int, declared: str) -> bytes:
    """Read a request's body; raises Failed(too_large) before or as soon as it is too long."""
    if declared.isascii() and declared.isdigit() and int(declared) > limit_bytes:
        raise Failed(too_large(limit_bytes))
    pieces: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Failed(
                Fault(kind=Kind.CANCELLED, message="The caller left while it was sending.")
            )
        piece = message["body"]
        length += len(piece)
        if length > limit_bytes:
            raise Failed(too_large(limit_bytes))
        if not message["more_body"]:
            return b"".join([*pieces, piece]) if pieces else piece
        pieces.append(piece)


def too_large(limit_bytes: int) -> Fault:
    """Say how long a body may be."""
    return Fault(
        kind=Kind.TOO_LARGE, message=f"The request body is longer than {limit_bytes} bytes."
    )
