"""One Redis, asked with a short patience: whatever it does, a call goes on."""

import asyncio
from asyncio import Task
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hiredis import HiredisError

from endpoints_server.store.redis.line import Argument, Line
from endpoints_server.store.redis.script import Script
from endpoints_server.store.redis.url import Place

CONNECT_SECONDS = 0.5
PAUSE_SECONDS = 0.2
"""How far apart the looks are while it is away."""
FORGOTTEN = "NOSCRIPT"
"""How an answer begins that says that Redis has not seen a script."""
TROUBLES = (HiredisError, OSError, TimeoutError)


class Away(Exception):
    """Redis did not answer, or did not a moment ago and is not asked again yet."""


class RedisServer:
    """Commands and scripts; all who wait get Away once no answer came for a quarter of a second.

    Connecting may take half of one. After a failure nothing is asked until it answers again, which
    is looked for all the while, and by no call.
    """

    def __init__(self, url: str) -> None:
        """Take a url; raises ValueError where it cannot be read. Nothing is connected yet."""
        self.connections = 0
        """How often it was connected."""
        self._place = Place(url)
        self._line = Line()
        self._connecting: Task[None] | None = None
        self._looking: Task[None] | None = None
        self._is_closed = False

    @property
    def is_away(self) -> bool:
        """Whether it did not answer when it was last asked."""
        return self._looking is not None

    async def connect(self) -> None:
        """Open the connection; or none, where it is away."""
        with suppress(Away):
            await self.ask("PING")

    async def ask(self, *command: Argument) -> Any:
        """Run a command; raises Away."""
        if self.is_away or self._is_closed:
            raise Away("not asked: it did not answer a moment ago, or is to be asked no more")
        try:
            if not self._line.is_open:
                await self._reach()
            return await self._line.ask(command)
        except TROUBLES as error:
            if is_forgotten(error):
                raise
            self._look_out()
            raise Away(str(error)) from error

    async def run(self, script: Script, keys: Sequence[str], values: Sequence[Argument]) -> Any:
        """Run a script, at one stroke over all processes; raises Away."""
        rest = (len(keys), *keys, *values)
        try:
            return await self.ask("EVALSHA", script.digest, *rest)
        except HiredisError:
            return await self.ask("EVAL", script.text, *rest)

    async def close(self) -> None:
        """Hang up, once it is known what is connected; whoever waits or asks still gets Away."""
        self._is_closed = True
        if self._looking is not None:
            self._looking.cancel()
        if self._connecting is not None:
            await asyncio.wait((self._connecting,))
        self._line.close()

    async def _reach(self) -> None:
        """Connect; those who want to at once do so together. Raises one of TROUBLES."""
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
        await asyncio.shield(self._connecting)

    async def _connect(self) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            self._line = await self._place.connect()
            self.connections += 1

    def _look_out(self) -> None:
        if self._looking is None and not self._is_closed:
            self._looking = asyncio.create_task(self._await_return())

    async def _await_return(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            with suppress(*TROUBLES):
                if not self._line.is_open:
                    await self._reach()
                await self._line.ask(("PING",))
                self._looking = None
                return


def is_forgotten(error: Exception) -> bool:
    """Say whether Redis has not seen a script."""
    return isinstance(error, HiredisError) and str(error).startswith(FORGOTTEN)
