"""What a call needs of its caller's connection."""

from asyncio import Task
from typing import Protocol

from endpoints_server.domain.fault import Fault, Kind

Headers = list[tuple[bytes, bytes]]
LEFT = Fault(kind=Kind.CANCELLED, message="The caller left before the answer was complete.")
ENDING = Fault(
    kind=Kind.UNAVAILABLE,
    code="server_ending",
    message="This server had to end before the answer was complete. Ask again.",
    retry_after_seconds=1.0,
)


class Delivery(Protocol):
    """The way back to the caller; `start` once, `write` any number of times, `end` once.

    Nothing reaches the caller before `start`, so that a fault can still become a status until then.
    """

    is_started: bool

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""


class Detachable:
    """A Delivery that a caller may leave; from then on bytes are counted, and go nowhere."""

    def __init__(self, delivery: Delivery) -> None:
        self.is_started = False
        self.task: Task[None] | None = None
        self._delivery: Delivery | None = delivery
        self._room_bytes = 0

    def detach(self, task: Task[None], room_bytes: int) -> None:
        """Send nothing any more; a task that brings more than so many bytes is cancelled."""
        self._delivery = None
        self._room_bytes = room_bytes
        self.task = task

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self.is_started = True
        if self._delivery is not None:
            await self._delivery.start(status, headers)

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""
        if self._delivery is not None:
            await self._delivery.write(body)
            return
        self._room_bytes -= len(body)
        if self._room_bytes < 0 and self.task is not None:
            self.task.cancel()

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""
        if self._delivery is not None:
            await self._delivery.end(body)


class ReadBody(Protocol):
    """Reads the caller's request body, bounded."""

    async def __call__(self, limit_bytes: int) -> bytes:
        """Give the whole body; raises Failed(too_large) past the limit."""
