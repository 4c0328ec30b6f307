"""A provider that misbehaves on request, on every wire.

The behaviour is the first part of the path (`{url}/reset_mid_body/v1/messages`) or the model asked
for; without either it behaves. `BEHAVIOURS` lists them.
"""

import asyncio
from typing import Self

from tests.upstreams import broken_content, broken_transport
from tests.upstreams.request import BEHAVIOURS, Request
from tests.upstreams.server import Exchange, Server

__all__ = ["BEHAVIOURS", "BadProvider", "broken_content", "broken_transport"]

DEAF = frozenset({"early_answer", "deaf"})
"""Those that do not wait for the body."""


class BadProvider(Server):
    """The server; `pause_seconds` is the time between the bytes of `dribble`."""

    def __init__(self, pause_seconds: float = 1.0) -> None:
        super().__init__(self._answer)
        self.pause_seconds = pause_seconds
        self.slow_tls_url = ""

    async def __aenter__(self) -> Self:
        self._mute = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        self.slow_tls_url = f"https://127.0.0.1:{self._mute.sockets[0].getsockname()[1]}"
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        self._mute.close()
        await super().__aexit__(*error)

    async def _answer(self, exchange: Exchange) -> None:
        name = exchange.seen.path.strip("/").split("/")[0].split("?")[0]
        if name not in DEAF:
            await exchange.read_body()
        request = Request(exchange, self.pause_seconds)
        if name not in BEHAVIOURS:
            name = str(request.asked.get("model", ""))
        await BEHAVIOURS.get(name, BEHAVIOURS["good"])(request)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept a connection and shake no hands."""
    await reader.read()
    writer.close()
