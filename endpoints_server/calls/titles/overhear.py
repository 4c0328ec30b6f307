"""Listen to an answer on its way to the caller, for the title that is made when it is over."""

from endpoints_server.calls.answer.translate import read_stream
from endpoints_server.calls.call import Call
from endpoints_server.calls.delivery import Delivery, Headers
from endpoints_server.calls.titles.words import text_of

MOST_BYTES = 1024 * 1024
"""How much of an answer is kept; the rest of a longer one changes no title."""


class Overheard:
    """A Delivery that passes everything on as it is, and keeps the beginning of it."""

    def __init__(self, delivery: Delivery) -> None:
        self.is_started = False
        self._delivery = delivery
        self._kept: list[bytes] = []
        self._room = MOST_BYTES

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self.is_started = True
        await self._delivery.start(status, headers)

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""
        self._keep(body)
        await self._delivery.write(body)

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""
        self._keep(body)
        await self._delivery.end(body)

    def body(self) -> bytes:
        """Give what was kept."""
        return b"".join(self._kept)

    def _keep(self, body: bytes) -> None:
        if self._room > 0:
            self._kept.append(body)
            self._room -= len(body)


def answered_in(call: Call, body: bytes) -> str:
    """Read the words of an answer; one that was not kept whole may have none."""
    wire = call.inbound.wire
    if not call.is_stream:
        return text_of(wire.read_reply(body).parts)
    return text_of(read_stream(wire.reader(call.catalog.bounds.event_bytes), body).parts)
