"""What a call needs of its caller's connection."""

from typing import Protocol

from endpoints_server.domain.fault import Fault, Kind

Headers = list[tuple[bytes, bytes]]
LEFT = Fault(kind=Kind.CANCELLED, message="The caller left before the answer was complete.")


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


class ReadBody(Protocol):
    """Reads the caller's request body, bounded."""

    async def __call__(self, limit_bytes: int) -> bytes:
        """Give the whole body; raises Failed(too_large) past the limit."""
