"""The caller's connection, as ASGI gives it."""

from asyncio import Task

from litestar.types import Receive, Send

from endpoints_server.calls.delivery import Headers
from endpoints_server.domain.fault import Failed, Fault, Kind


class Connection:
    """A Delivery on ASGI's send; `has_left` once the caller was seen to go."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.is_started = False
        self.is_over = False
        self.has_left = False

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self.is_started = True
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""
        self.is_over = True
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def watch(self, receive: Receive, task: Task[None]) -> None:
        """Cancel the call's task as soon as the caller leaves."""
        while (await receive())["type"] != "http.disconnect":
            continue
        if not self.is_over:
            self.has_left = True
            task.cancel()


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
