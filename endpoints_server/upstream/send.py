"""One request out, one answer in; whatever the network does becomes a Fault."""

from asyncio import AbstractEventLoop, CancelledError
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from endpoints_server.domain.endpoint import Endpoint, Timeouts
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.upstream.body import Body
from endpoints_server.upstream.clients import Upstream
from endpoints_server.upstream.deadline import LATE_END, LATE_FIRST, Deadline
from endpoints_server.upstream.trouble import TROUBLES, fault_of


class Outgoing(Struct, frozen=True, kw_only=True):
    """A request as it leaves; no header is added but what HTTP itself needs."""

    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    method: Literal["GET", "POST"] = "POST"


async def send(upstream: Upstream, outgoing: Outgoing) -> "Incoming":
    """Send a request and give the answer as soon as its headers are in, whatever its status.

    Raises Failed: `unreachable` where no connection came about, `upstream_slow` where a deadline
    passed, `upstream_broken` where the connection or the answer broke, `forbidden` where a person's
    address leads to a refused one. Cancelling drops the connection.
    """
    url = upstream.guard.pin(outgoing.url) if upstream.guard else outgoing.url
    loop = upstream.transport.loop
    began_at = loop.time()
    timeouts = upstream.endpoint.timeouts
    latest = min(timeouts.first_token_seconds, timeouts.total_seconds)
    alarm = upstream.link.alarms.set(began_at + latest)
    try:
        body = await upstream.transport.exchange(
            outgoing.method, url, outgoing.headers, outgoing.body, timeouts.connect_seconds
        )
    except TROUBLES as error:
        raise Failed(fault_of(error, upstream.endpoint.name)) from None
    except CancelledError:
        if alarm.is_mine():
            raise Failed(slow(upstream.endpoint.name, lateness(timeouts))) from None
        raise
    finally:
        alarm.stop()
    return Incoming(body, upstream.endpoint, began_at, loop)


class Incoming:
    """An answer whose body is still arriving; `headers` has lower-case names.

    Close it when done with it, whole or not.
    """

    __slots__ = ("_began_at", "_body", "_deadline", "_endpoint", "_loop", "headers", "status")

    def __init__(
        self, body: Body, endpoint: Endpoint, began_at: float, loop: AbstractEventLoop
    ) -> None:
        self.status = body.status
        self.headers = body.headers
        self._body = body
        self._endpoint = endpoint
        self._began_at = began_at
        self._loop = loop
        self._deadline: Deadline | None = None

    async def read(self) -> bytes:
        """Give everything that has arrived since the last read; empty at the end of the answer.

        A cancelled read loses nothing and may be followed by another. Raises Failed
        (`upstream_slow`, `upstream_broken`) after all that came before has been given.
        """
        if self._body.is_whole:
            return await self._receive()
        deadline = self._watch()
        deadline.wait()
        try:
            return await self._receive()
        finally:
            deadline.rest()

    async def read_all(self, limit_bytes: int) -> bytes:
        """Give the whole body; raises Failed (`upstream_broken`) past the limit."""
        chunks: list[bytes] = []
        length = 0
        while not self._body.is_spent and (chunk := await self.read()):
            chunks.append(chunk)
            length += len(chunk)
            if length > limit_bytes:
                self.close()
                raise Failed(self._too_long(limit_bytes))
        return b"".join(chunks)

    def close(self) -> None:
        """Be done with the answer; one that is not whole drops its connection at once."""
        if self._deadline is not None:
            self._deadline.stop()
        self._body.close()

    async def _receive(self) -> bytes:
        try:
            chunk = await self._body.read()
        except TROUBLES as error:
            self.close()
            raise Failed(self._fault_of(error)) from None
        if not chunk and self._deadline is not None:
            self._deadline.stop()
        return chunk

    def _watch(self) -> Deadline:
        """Give the deadline, made by the first read that has to wait."""
        if self._deadline is None:
            self._deadline = Deadline(
                self._loop, self._body, self._endpoint.timeouts, self._began_at
            )
        return self._deadline

    def _fault_of(self, error: BaseException) -> Fault:
        if self._deadline is not None and self._deadline.lateness:
            return slow(self._endpoint.name, self._deadline.lateness)
        return fault_of(error, self._endpoint.name)

    def _too_long(self, limit_bytes: int) -> Fault:
        return Fault(
            kind=Kind.UPSTREAM_BROKEN,
            message=f"The endpoint '{self._endpoint.name}' sent more than {limit_bytes} bytes.",
        )


def lateness(timeouts: Timeouts) -> str:
    """Say which deadline it was that passed before the headers came."""
    if timeouts.total_seconds <= timeouts.first_token_seconds:
        return LATE_END.format(timeouts.total_seconds)
    return LATE_FIRST.format(timeouts.first_token_seconds)


def slow(endpoint_name: str, words: str) -> Fault:
    """Make the fault of a deadline that passed."""
    return Fault(kind=Kind.UPSTREAM_SLOW, message=f"The endpoint '{endpoint_name}' {words}.")
