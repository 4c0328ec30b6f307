"""A caller that stops reading holds up its own upstream, and the server keeps no more for it."""

import asyncio
import resource
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from tests.calls.pausing import Leaver, until
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

MEGABYTE = 1024 * 1024
WHOLE_BYTES = 50 * MEGABYTE
PIECE = "x" * 8000
BUFFERED_BYTES = 20 * MEGABYTE
"""What may be held of an answer, beside what the kernel holds, which may be a lot."""
QUEUES = Path("/proc/self/net/tcp")


class Pouring(Server):
    """Says fifty megabytes as fast as they are taken, and counts them."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.poured_bytes = 0
        self.poured_pieces = 0

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        self.poured_bytes = self.poured_pieces = 0
        request = Request(exchange, 0)
        transport = exchange.connection.transport
        exchange.begin()
        for opening in request.speech.opening():
            exchange.chunk(opening)
        (event,) = request.speech.texts([PIECE])
        while self.poured_bytes < WHOLE_BYTES:
            exchange.chunk(event)
            self.poured_bytes += len(event)
            self.poured_pieces += 1
            await until(lambda: transport.get_write_buffer_size() < MEGABYTE, 60)
        for ending in (*request.speech.closing(), *request.speech.end()):
            exchange.chunk(ending)
        exchange.end()


@pytest.fixture(scope="module")
def upstream() -> Generator[Pouring]:
    with Running(Pouring()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Pouring, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [endpoint(wire, wire, upstream.url) for wire in ("chat", "messages")]
    with serving(config(endpoints), tmp_path_factory.mktemp("stalled")) as server:
        yield server


@pytest.fixture
async def leaver(server: Serving) -> AsyncGenerator[Leaver]:
    leaver = Leaver(server)
    yield leaver
    leaver.leave()


def resident_bytes() -> int:
    """Give what this process, which holds the server too, has in memory now."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def kernel_bytes(*urls: str) -> int:
    """Give what waits in the kernel on all connections to some servers."""
    if not QUEUES.exists():
        return 0
    ends = {f":{int(url.rpartition(':')[2]):04X}" for url in urls}
    total = 0
    for line in QUEUES.read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if {local[-5:], remote[-5:]} & ends:
            total += sum(int(queue, 16) for queue in queues.split(":"))
    return total


@pytest.mark.parametrize("wire_out", ["chat", "messages"])
async def test_t_36_a_stalled_caller_holds_up_the_upstream_not_the_memory(
    wire_out: str, leaver: Leaver, upstream: Pouring, server: Serving
) -> None:
    before = resident_bytes()
    await leaver.ask("chat", f"{wire_out}/m")
    await leaver.read_until(b"x")
    poured = await settled(upstream)
    assert poured < BUFFERED_BYTES + kernel_bytes(upstream.url, server.url)
    assert resident_bytes() - before < BUFFERED_BYTES

    letters = leaver.received.count(b"x")
    last = b""
    async with asyncio.timeout(60):
        while b"[DONE]" not in last:
            piece = await leaver.reader.read(MEGABYTE)
            assert piece
            letters += piece.count(b"x")
            last = (last + piece)[-100:]
    assert letters >= upstream.poured_pieces * len(PIECE)


async def settled(upstream: Pouring) -> int:
    """Wait until the upstream is held up, and say after how many bytes."""
    poured = [-1, 0]

    def is_still() -> bool:
        poured.append(upstream.poured_bytes)
        return len(poured) > 30 and len(set(poured[-30:])) == 1

    await until(is_still, 20)
    return poured[-1]
