"""Tells when an answer begins to reach its caller."""

from collections.abc import Callable

from endpoints_server.calls.delivery import Delivery, Headers

OK = 200


class Opening:
    """A Delivery that passes everything on, and tells once that a good answer has begun."""

    def __init__(self, delivery: Delivery, tell: Callable[[], None]) -> None:
        self.is_started = False
        self._delivery = delivery
        self._tell = tell

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self.is_started = True
        if status == OK:
            self._tell()
        await self._delivery.start(status, headers)

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""
        await self._delivery.write(body)

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""
        await self._delivery.end(body)
