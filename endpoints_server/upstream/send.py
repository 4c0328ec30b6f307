"""One request out, one answer in; whatever the network does becomes a Fault."""

from asyncio import get_running_loop, timeout_at
from collections.abc import Mapping
from functools import lru_cache

import httpx2
from msgspec import Struct

from endpoints_server.domain.endpoint import Timeouts
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.upstream.clients import Upstream
from endpoints_server.upstream.deadline import LATE_END, LATE_FIRST, Deadline
from endpoints_server.upstream.transport import Body
from endpoints_server.upstream.trouble import TROUBLES, fault_of


class Outgoing(Struct, frozen=True, kw_only=True):
    """A POST as it leaves; no header is added but what HTTP itself needs."""

    url: str
    headers: Mapping[str, str]
    body: bytes


async def send(upstream: Upstream, outgoing: Outgoing) -> "Incoming":
    """Send a request and give the answer as soon as its headers are in, whatever its status.

    Raises Failed: `unreachable` where no connection came about, `upstream_slow` where a deadline
    passed, `upstream_broken` where the connection or the answer broke. Cancelling drops the
    connection.
    """
    loop = get_running_loop()
    began_at = loop.time()
    timeouts = upstream.endpoint.timeouts
    patience = timeout_at(began_at + min(timeouts.first_token_seconds, timeouts.total_seconds))
    try:
        request = request_of(outgoing, timeouts.connect_seconds)
        async with patience:
            response = await upstream.transport.handle_async_request(request)
    except TROUBLES as error:
        if patience.expired():
            raise Failed(slow(upstream.endpoint.name, lateness(timeouts))) from None
        raise Failed(fault_of(error, upstream.endpoint.name)) from None
    return Incoming(response, upstream, began_at)


class Incoming:
    """An answer whose body is still arriving; `headers` has lower-case names.

    Close it when done with it, whole or not.
    """

    __slots__ = ("_body", "_deadline", "_fault", "_has_begun", "_name", "headers", "status")

    def __init__(self, response: httpx2.Response, upstream: Upstream, began_at: float) -> None:
        if not isinstance(response.stream, Body):
            raise TypeError("an answer of another transport")
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._body = response.stream
        self._name = upstream.endpoint.name
        self._has_begun = False
        self._fault: Fault | None = None
        self._deadline = Deadline(
            upstream.endpoint.timeouts, began_at, get_running_loop(), self._expire
        )

    async def read(self) -> bytes:
        """Give everything that has arrived since the last read; empty at the end of the answer.

        A cancelled read loses nothing and may be followed by another. Raises Failed
        (`upstream_slow`, `upstream_broken`) after all that came before has been given.
        """
        if not self._body.is_whole:
            self._deadline.wait()
        try:
            chunk = await self._body.read()
        except TROUBLES as error:
            self.close()
            raise Failed(self._fault or fault_of(error, self._name)) from None
        finally:
            self._deadline.arrive()
        if not chunk:
            self._deadline.stop()
        elif not self._has_begun:
            self._has_begun = True
            self._deadline.begin()
        return chunk

    async def read_all(self, limit_bytes: int) -> bytes:
        """Give the whole body; raises Failed (`upstream_broken`) past the limit."""
        chunks: list[bytes] = []
        length = 0
        while chunk := await self.read():
            chunks.append(chunk)
            length += len(chunk)
            if length > limit_bytes:
                self.close()
                raise Failed(self._too_long(limit_bytes))
        return b"".join(chunks)

    def close(self) -> None:
        """Be done with the answer; one that is not whole drops its connection at once."""
        self._deadline.stop()
        self._body.close()

    def _expire(self, words: str) -> None:
        self._fault = slow(self._name, words)
        self._body.close()

    def _too_long(self, limit_bytes: int) -> Fault:
        return Fault(
            kind=Kind.UPSTREAM_BROKEN,
            message=f"The endpoint '{self._name}' sent more than {limit_bytes} bytes.",
        )


def request_of(outgoing: Outgoing, connect_seconds: float) -> httpx2.Request:
    """Build the request from prepared parts, so that nothing is looked at twice."""
    return httpx2.Request(
        "POST",
        url_of(outgoing.url),
        headers=httpx2.Headers(outgoing.headers, encoding="utf-8"),
        stream=httpx2.ByteStream(outgoing.body),
        extensions={"timeout": {"connect": connect_seconds}},
    )


@lru_cache(maxsize=1024)
def url_of(url: str) -> httpx2.URL:
    """Parse a URL, once for the many calls that go there."""
    return httpx2.URL(url)


def lateness(timeouts: Timeouts) -> str:
    """Say which deadline it was that passed before the headers came."""
    if timeouts.total_seconds <= timeouts.first_token_seconds:
        return LATE_END.format(timeouts.total_seconds)
    return LATE_FIRST.format(timeouts.first_token_seconds)


def slow(endpoint_name: str, words: str) -> Fault:
    """Make the fault of a deadline that passed."""
    return Fault(kind=Kind.UPSTREAM_SLOW, message=f"The endpoint '{endpoint_name}' {words}.")
