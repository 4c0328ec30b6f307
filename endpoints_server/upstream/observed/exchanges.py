"""Upstreams that note what is sent to endpoints and what comes back, while calls go on as ever."""

from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.upstream.body import Asking, Body
from endpoints_server.upstream.clients import Upstream, Upstreams

HEAD_BYTES = 64 * 1024
"""So much of an answer is kept."""


class Exchanged(Struct, kw_only=True):
    """One request and how its answer began; of its headers the names alone, in lower case.

    `status` is 0 while no answer has come.
    """

    url: str
    header_names: frozenset[str] = frozenset()
    request: bytes = b""
    status: int = 0
    headers: Mapping[str, str] = {}
    head: bytes = b""


class ObservedUpstreams(Upstreams):
    """The upstreams of calls, with all exchanges in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[Exchanged] = []

    def _open(self, endpoint: Endpoint) -> Upstream:
        upstream = super()._open(endpoint)
        upstream.transport = Observed(upstream.transport, self.exchanges)
        return upstream


class Observed:
    """A transport that notes what goes over it."""

    def __init__(self, transport: Asking, exchanges: list[Exchanged]) -> None:
        self.loop = transport.loop
        self._transport = transport
        self._exchanges = exchanges

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connect_seconds: float | None,
    ) -> "ObservedBody":
        """Answer once the status and headers are in."""
        seen = Exchanged(url=url, header_names=frozenset(map(str.lower, headers)), request=body)
        self._exchanges.append(seen)
        answer = await self._transport.exchange(method, url, headers, body, connect_seconds)
        seen.status, seen.headers = answer.status, answer.headers
        return ObservedBody(answer, seen)


class ObservedBody:
    """An answer of which the beginning is kept."""

    def __init__(self, body: Body, seen: Exchanged) -> None:
        self.status = body.status
        self.headers = body.headers
        self._body = body
        self._seen = seen

    @property
    def is_begun(self) -> bool:
        """Say whether any byte has arrived."""
        return self._body.is_begun

    @property
    def is_spent(self) -> bool:
        """Say whether everything has arrived and been read."""
        return self._body.is_spent

    @property
    def is_whole(self) -> bool:
        """Say whether everything has arrived, read or not."""
        return self._body.is_whole

    async def read(self) -> bytes:
        """Give all that has arrived since the last read, waiting for it; empty at the end."""
        chunk = await self._body.read()
        room = HEAD_BYTES - len(self._seen.head)
        self._seen.head += chunk[:room]
        return chunk

    def close(self) -> None:
        """Let go of the connection."""
        self._body.close()
