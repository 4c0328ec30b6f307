"""The server process: it says when it is ready, and ends so that no call fails by it.

After a signal readiness says no, and every answer asks its caller to come back over another
connection. New calls are still taken for a moment, for whoever sends them learns of the end late.
Then the door is closed, and what is under way goes on until the limit; what is not over then is
ended with an error that its caller can read.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from msgspec import Struct

from endpoints_server.calls.delivery import ENDING
from endpoints_server.calls.exchange import Exchange
from endpoints_server.cli.door import answer_no_more, let_in
from endpoints_server.log.output import logger

LOG = logger("endpoints_server")
LOOK_SECONDS = 0.02
LAST_SECONDS = 2
"""How long calls have that were told to end."""
LINGER_SECONDS = 1
"""How long new calls are taken after a signal where nothing else is said, and anybody is there."""


class Ending(Struct, frozen=True, kw_only=True):
    """How a server ends: `limit_seconds` after a signal nothing is under way any more.

    `linger_seconds` is for how long new calls are still taken, whether anybody is there or not; a
    connection that was idle for as long is closed. `is_alone` says whether the door is this
    process's own, and may be closed for good.
    """

    limit_seconds: float
    linger_seconds: float | None
    is_alone: Callable[[], bool]


class Server(uvicorn.Server):
    """Announces that it serves; `should_exit` and signals end it."""

    def __init__(
        self,
        config: uvicorn.Config,
        exchange: Exchange,
        ending: Ending,
        announce: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(config)
        self.exchange = exchange
        self.ending = ending
        self.announce = announce
        self._ends_at = float("inf")
        self._idle: dict[Any, float] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, then announce."""
        await super().startup(sockets)
        if self.started:
            await self.announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear a signal; readiness says no before anything else is done about it."""
        super().handle_exit(sig, frame)
        self.end()

    def end(self) -> None:
        """Begin to end."""
        self.should_exit = self.exchange.under_way.is_ending = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is under way, then the server."""
        self._ends_at = time.monotonic() + self.ending.limit_seconds
        LOG.info("ending", calls=self.exchange.under_way.calls)
        self._say_goodbye()
        await self._linger()
        await self._close(sockets or [])
        while self._is_busy() and not self._is_over():
            await self._look()
        if self._has_calls() and not self.force_exit:
            await self._cut()
        await super().shutdown(sockets)

    def _say_goodbye(self) -> None:
        """Have every answer that has not begun yet be the last on its connection."""
        self.server_state.default_headers.append((b"connection", b"close"))
        for connection in self.server_state.connections:
            cycle = connection.cycle  # type: ignore[union-attr]  # of either kind
            if cycle is not None and not cycle.response_started:
                cycle.keep_alive = False

    async def _linger(self) -> None:
        """Take new calls for a moment more."""
        chosen = self.ending.linger_seconds
        until = time.monotonic() + (LINGER_SECONDS if chosen is None else chosen)
        while time.monotonic() < until and not self._is_over():
            if chosen is None and not self._is_busy():
                return
            await self._look()

    async def _close(self, sockets: list[socket.socket]) -> None:
        """Let in who is at the door, and nobody after."""
        if self.ending.is_alone():
            for each in sockets:
                answer_no_more(each)
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await let_in(sockets)
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()

    async def _cut(self) -> None:
        """End what is not over in time, with a word to each caller."""
        LOG.warning("calls ended before they were over", calls=self.exchange.under_way.cut(ENDING))
        self._ends_at = time.monotonic() + LAST_SECONDS
        while self._has_calls() and not self._is_over():
            await self._look()

    async def _look(self) -> None:
        """Wait a moment, and close the connections that nobody has used for a while."""
        await asyncio.sleep(LOOK_SECONDS)
        now = time.monotonic()
        idle = [each for each in self.server_state.connections if is_idle(each)]
        self._idle = {each: self._idle.get(each, now) for each in idle}
        for connection, since in self._idle.items():
            if now - since >= self._patience_with(connection):
                connection.shutdown()

    def _patience_with(self, connection: Any) -> float:
        """Say for how long it may be idle: who has only just come in is about to ask something."""
        chosen = self.ending.linger_seconds
        if chosen is None:
            return LINGER_SECONDS
        return max(chosen, LINGER_SECONDS) if connection.cycle is None else chosen

    def _is_busy(self) -> bool:
        """Say whether anybody is there, or an answer is still read for the ledger."""
        return self._has_calls() or bool(self.server_state.connections)

    def _has_calls(self) -> bool:
        """Say whether anything is asked of us, or by us: titles are calls of our own."""
        exchange = self.exchange
        return bool(self.server_state.tasks or exchange.under_way.calls or exchange.drains)

    def _is_over(self) -> bool:
        return self.force_exit or time.monotonic() >= self._ends_at


def is_idle(connection: Any) -> bool:
    """Say whether a connection waits for a request."""
    return connection.cycle is None or connection.cycle.response_complete
