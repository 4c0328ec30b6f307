"""The connections to an endpoint: a bounded number in use, and the idle ones."""

from asyncio import Future, TimerHandle, get_running_loop, timeout
from collections import deque

import httpx2

from endpoints_server.upstream.bounds import IDLE_SECONDS
from endpoints_server.upstream.direct.connection import Connection
from endpoints_server.upstream.direct.dial import Dialer
from endpoints_server.upstream.direct.head import Place


class Pool:
    """Gives the connection used last again; who finds none free waits in turn.

    A connection in use has one of `limit` permits, which goes with it to the next in turn. While
    anybody waits, no permit is free.
    """

    def __init__(self, limit: int, dialer: Dialer) -> None:
        self._free = limit
        self._dialer = dialer
        self._waiters: deque[Future[None]] = deque()
        self._used: set[Connection] = set()
        self._idle: dict[Place, list[Connection]] = {}
        self._sweeping: TimerHandle | None = None
        self._is_closed = False
        self._loop = get_running_loop()

    def take_kept(self, place: Place) -> Connection | None:
        """Take an idle connection, if there is one and nobody waits."""
        if not self._free:
            return None
        connection = self._pop(place)
        if connection is not None:
            self._free -= 1
            self._used.add(connection)
        return connection

    async def take(self, place: Place, connect_seconds: float | None) -> Connection:
        """Take a connection, waiting for a free one or making it, within the time given.

        Raises httpx2's PoolTimeout and ConnectTimeout, and what dialling raises.
        """
        has_permit = False
        try:
            async with timeout(connect_seconds):
                await self._permit()
                has_permit = True
                connection = self._pop(place) or await self._make(place)
        except BaseException as error:
            if has_permit:
                self._pass_on()
            if not isinstance(error, TimeoutError):
                raise
            if has_permit:
                raise httpx2.ConnectTimeout("no connection") from None
            raise httpx2.PoolTimeout("no free connection") from None
        self._used.add(connection)
        return connection

    def keep(self, connection: Connection) -> None:
        """Take back a connection that may be used again."""
        self._used.discard(connection)
        connection.idle_since = self._loop.time()
        self._idle.setdefault(connection.place, []).append(connection)
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(IDLE_SECONDS, self._sweep)
        self._pass_on()

    def lose(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        if connection in self._used:
            self._used.discard(connection)
            self._pass_on()
            return
        idle = self._idle.get(connection.place, [])
        if connection in idle:
            idle.remove(connection)

    def close(self) -> None:
        """Cut every connection, and turn away whoever waits."""
        self._is_closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(httpx2.ConnectError("closed"))
        self._waiters.clear()
        for connection in [*self._used, *(one for idle in self._idle.values() for one in idle)]:
            connection.abort()
        self._dialer.close()

    def _pop(self, place: Place) -> Connection | None:
        idle = self._idle.get(place)
        if not idle:
            return None
        connection = idle.pop()
        if self._loop.time() - connection.idle_since < IDLE_SECONDS:
            return connection
        connection.abort()
        return None

    async def _make(self, place: Place) -> Connection:
        connection = await self._dialer.dial(place, lambda: Connection(place, self))
        if self._is_closed or connection.is_lost:
            connection.abort()
            raise httpx2.ReadError("closed as it was made")
        return connection

    async def _permit(self) -> None:
        if self._is_closed:
            raise httpx2.ConnectError("closed")
        if self._free:
            self._free -= 1
            return
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._pass_on()
            elif waiter in self._waiters:
                self._waiters.remove(waiter)
            raise

    def _pass_on(self) -> None:
        """Give a permit to the first who waits for one, else to whoever comes."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    def _sweep(self) -> None:
        """Cut what was idle too long, and come again for the next."""
        self._sweeping = None
        oldest_at = self._loop.time() - IDLE_SECONDS
        for place, idle in list(self._idle.items()):
            for connection in [one for one in idle if one.idle_since <= oldest_at]:
                connection.abort()
            if not idle:
                del self._idle[place]
        if self._idle:
            next_at = min(idle[0].idle_since for idle in self._idle.values()) + IDLE_SECONDS
            self._sweeping = self._loop.call_at(next_at, self._sweep)
