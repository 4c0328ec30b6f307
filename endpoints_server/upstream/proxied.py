"""Requests to an endpoint that a proxy stands before, by aiohttp, under httpx2's interface."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import lru_cache
from io import BytesIO

import aiohttp
import httpx2
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from endpoints_server.upstream.bounds import (
    AT_ONCE_SECONDS,
    DECODED,
    HEADER_BYTES,
    HEADER_LINES,
    IDLE_SECONDS,
    LARGE_BYTES,
    RESOLVED_SECONDS,
    SPOKEN,
    UNLESS_SENT,
    WAITING_BYTES,
)


class ProxiedTransport(httpx2.AsyncBaseTransport):
    """Sends requests over kept connections; follows no redirect, keeps no cookie.

    `limit` bounds the open connections, `resolver` looks names up. Of the timeouts only `connect`
    of the request's extension is kept (free connection, name, TCP and TLS together); every other
    deadline is the caller's. Raises aiohttp's and httpx2's errors.
    """

    def __init__(
        self,
        limit: int,
        proxy: URL | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._connector = Connector(
            limit=limit,
            keepalive_timeout=IDLE_SECONDS,
            ttl_dns_cache=RESOLVED_SECONDS,
            resolver=resolver,
        )
        self._proxy = proxy
        self.loop = get_running_loop()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer once the status and headers are in; the stream of the answer is a ProxiedBody."""
        body = await body_of(request)
        patience = patience_of(request.extensions.get("timeout", {}).get("connect"))
        began_at = self.loop.time()
        while True:  # each round uses up a kept connection, until one is made anew
            asked = self._ask(request, body)
            try:
                return response_of(await self._exchange(asked, patience))
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                is_at_once = self.loop.time() - began_at < AT_ONCE_SECONDS
                if asked.is_connected_anew or not is_at_once or is_begun(error):
                    raise

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connect_seconds: float | None,
    ) -> "ProxiedBody":
        """Answer once the status and headers are in."""
        request = httpx2.Request(
            method,
            url_of(url),
            headers=httpx2.Headers(headers, encoding="utf-8"),
            stream=httpx2.ByteStream(body),
            extensions={"timeout": {"connect": connect_seconds}},
        )
        answer = (await self.handle_async_request(request)).stream
        if not isinstance(answer, ProxiedBody):
            raise TypeError("an answer of another transport")
        return answer

    async def aclose(self) -> None:
        await self._connector.close()

    def _ask(self, request: httpx2.Request, body: bytes) -> "Asked":
        url = URL(str(request.url), encoded=True)
        if url.scheme not in SPOKEN or not url.host:
            raise httpx2.UnsupportedProtocol("neither http nor https")
        return Asked(
            request.method,
            url,
            headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
            data=BytesIO(body) if len(body) > LARGE_BYTES else body or None,
            loop=self.loop,
            proxy=self._proxy,
        )

    async def _exchange(
        self, asked: "Asked", patience: aiohttp.ClientTimeout
    ) -> aiohttp.ClientResponse:
        """Send on a connection of the pool; whatever goes wrong, that connection is dropped."""
        try:
            connection = await self._connector.connect(asked, [], patience)
        except TimeoutError:
            if asked.is_connected_anew:
                raise httpx2.ConnectTimeout("no connection") from None
            raise httpx2.PoolTimeout("no free connection") from None
        try:
            read_into(connection, asked)
            response = await asked.send(connection)
            return await response.start(connection)
        except BaseException:
            drop(connection)
            raise


class Asked(aiohttp.ClientRequest):
    """A request that knows whether a connection was made for it or one was used again."""

    is_connected_anew = False

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:  # noqa: ARG002
        for name, value in UNLESS_SENT:
            self.headers.setdefault(name, value)


class Connector(aiohttp.TCPConnector):
    """aiohttp's pool, marking the requests that it makes a connection for."""

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the name is aiohttp's
    ) -> ResponseHandler:
        if isinstance(req, Asked):
            req.is_connected_anew = True
        return await super()._create_connection(req, traces, timeout)


class ProxiedBody(httpx2.AsyncByteStream):
    """The bytes of one answer, decoded, as they arrive."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {}
        self._response = response
        self._content = response.content

    @property
    def is_begun(self) -> bool:
        """Say whether any byte has arrived."""
        return self._content.total_bytes > 0

    @property
    def is_spent(self) -> bool:
        """Say whether everything has arrived and been read."""
        return self._content.at_eof()

    @property
    def is_whole(self) -> bool:
        """Say whether everything has arrived, read or not."""
        return self._content.is_eof()

    async def read(self) -> bytes:
        """Give all that has arrived since the last read, waiting for it; empty at the end.

        May be cancelled and called again. What arrived before a failure is given before the
        failure is raised.
        """
        try:
            return await self._content.readany()
        except Exception as error:
            rest = self._content._read_nowait(-1)  # the public ways refuse once there is an error
            if rest:
                return rest
            if isinstance(error, RuntimeError):
                raise httpx2.ReadError("the connection is closed") from None
            raise

    def close(self) -> None:
        """Let go of the connection: back to the pool if the answer was whole, else dropped."""
        connection = self._response.connection
        if connection is not None:
            drop(connection)
        self._response.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self.read():
            yield chunk

    async def aclose(self) -> None:
        self.close()


@lru_cache(maxsize=1024)
def url_of(url: str) -> httpx2.URL:
    """Parse a URL, once for the many calls that go there."""
    return httpx2.URL(url)


async def body_of(request: httpx2.Request) -> bytes:
    """Read a request's body whole, so that it can be sent twice."""
    if isinstance(request.stream, httpx2.ByteStream):
        return b"".join(request.stream)
    body = await request.aread()
    request.headers.pop("transfer-encoding", None)
    return body


@lru_cache(maxsize=64)
def patience_of(connect_seconds: float | None) -> aiohttp.ClientTimeout:
    """Make aiohttp wait for a connection this long, and for nothing else at all."""
    return aiohttp.ClientTimeout(
        total=None, connect=connect_seconds, sock_connect=None, sock_read=None
    )


def read_into(connection: Connection, asked: Asked) -> None:
    """Make a connection ready to parse one answer."""
    protocol = connection.protocol
    if protocol is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(
        skip_payload=asked.method == "HEAD",
        read_until_eof=True,
        auto_decompress=True,
        read_bufsize=WAITING_BYTES // 2,
        max_line_size=HEADER_BYTES,
        max_field_size=HEADER_BYTES,
        max_headers=HEADER_LINES,
    )


def response_of(response: aiohttp.ClientResponse) -> httpx2.Response:
    """Give aiohttp's answer as httpx2's; the body is decoded, so its headers say nothing else."""
    headers = list(response.raw_headers)
    if response.headers.get("content-encoding", "").lower() in DECODED:
        encoded = (b"content-encoding", b"content-length")
        headers = [header for header in headers if header[0].lower() not in encoded]
    body = ProxiedBody(response)
    answer = httpx2.Response(response.status, headers=headers, stream=body)
    body.headers = answer.headers
    return answer


def drop(connection: Connection) -> None:
    """Cut a connection at once, whatever is still to be written or said goodbye to."""
    if connection.transport is not None:
        connection.transport.abort()
    connection.close()


def is_begun(error: Exception) -> bool:
    """Say whether a part of an answer came before the connection was closed."""
    return isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
