"""Requests to one endpoint over kept connections, under httpx2's interface too."""

from asyncio import get_running_loop
from collections.abc import Mapping

import httpx2
from aiohttp.abc import AbstractResolver

from endpoints_server.upstream.bounds import AT_ONCE_SECONDS
from endpoints_server.upstream.direct.answer import Answer
from endpoints_server.upstream.direct.dial import Dialer, SocketOpener
from endpoints_server.upstream.direct.head import head_of, target_of
from endpoints_server.upstream.direct.pool import Pool


class DirectTransport(httpx2.AsyncBaseTransport):
    """Sends requests over kept connections; follows no redirect, keeps no cookie.

    `limit` bounds the connections in use. `resolver` looks names up, `open_socket` makes the socket
    for each address about to be connected, names resolved: there addresses can be refused. The only
    deadline kept here is the one for a connection (a free one, name, TCP and TLS together); every
    other is the caller's. Raises httpx2's errors and OSErrors.
    """

    def __init__(
        self,
        limit: int,
        open_socket: SocketOpener | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._pool = Pool(limit, Dialer(resolver, open_socket))
        self.loop = get_running_loop()

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connect_seconds: float | None,
    ) -> Answer:
        """Answer once the status and headers are in."""
        target = target_of(url)
        head = head_of(method, target, headers, len(body))
        began_at = self.loop.time()
        while True:  # each round uses up a kept connection, until one is made anew
            connection = self._pool.take_kept(target.place)
            if connection is None:
                connection = await self._pool.take(target.place, connect_seconds)
            answer = connection.ask(head, body, is_head_only=method == "HEAD")
            try:
                await answer.begin()
            except (OSError, httpx2.ReadError):
                is_at_once = self.loop.time() - began_at < AT_ONCE_SECONDS
                if not connection.has_served or answer.is_touched or not is_at_once:
                    raise
            except BaseException:
                answer.close()
                raise
            else:
                return answer

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer once the status and headers are in; the stream of the answer is a Body."""
        answer = await self.exchange(
            request.method,
            str(request.url),
            dict(request.headers.items()),
            await request.aread(),
            request.extensions.get("timeout", {}).get("connect"),
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=answer)

    async def aclose(self) -> None:
        self._pool.close()
