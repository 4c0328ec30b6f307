"""The workers of one server ask each other for their counters, so that a look at one shows all."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from endpoints_server.metrics import Metrics, merge

PATIENCE_SECONDS = 0.5


class Siblings:
    """One worker among others; each answers on a socket in a folder that is theirs alone."""

    def __init__(self, folder: Path, number: int, metrics: Metrics) -> None:
        self.is_first = number == 0
        self._folder = folder
        self._name = str(number)
        self._metrics = metrics

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer the others for as long as the block lasts."""
        path = self._folder / self._name
        path.unlink(missing_ok=True)  # of a worker that was killed in this place
        server = await asyncio.start_unix_server(self._answer, path)
        try:
            yield
        finally:
            server.close()
            path.unlink(missing_ok=True)

    async def exposition(self) -> bytes:
        """Give the counters of all workers that answer, each with its number as a label."""
        names = [path.name for path in self._folder.iterdir() if path.name != self._name]
        answers = await asyncio.gather(*map(self._ask, names))
        snapshots = {name: told for name, told in zip(names, answers, strict=True) if told}
        return merge({self._name: self._metrics.snapshot(), **snapshots})

    async def _answer(self, _: StreamReader, writer: StreamWriter) -> None:
        writer.write(self._metrics.snapshot())
        await writer.drain()
        writer.close()

    async def _ask(self, name: str) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._folder / name)
                try:
                    return await reader.read()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return b""  # it ended a moment ago, or is too busy: the next look will tell
