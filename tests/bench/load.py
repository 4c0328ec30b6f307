"""Three ways to put load on a server: a closed loop for a time, a fixed rate, many streams once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from msgspec import Struct, field

from tests.bench.client import Client
from tests.bench.wires.script import Expected
from tests.bench.witness import Stop

PACED_CONNECTIONS = 200
TICK_SECONDS = 0.001
RUN_UP_SECONDS = 0.8
"""For whoever stood still has to find much in memory again that was in caches before."""


class Spent(Struct, frozen=True, kw_only=True):
    """What has been used so far, in seconds: time, and CPU of the server, the database behind it,
    and the generator."""

    wall: float
    server: float
    generator: float
    database: float = 0

    def since(self, start: "Spent") -> "Spent":
        """Give what was used from another moment to this one."""
        return Spent(
            wall=self.wall - start.wall,
            server=self.server - start.server,
            generator=self.generator - start.generator,
            database=self.database - start.database,
        )


class Ask(Struct, frozen=True, kw_only=True):
    """What to ask where, what to expect and how long to wait; `read_spent` reads the clocks."""

    port: int
    request: bytes
    expected: Expected
    patience_seconds: float
    read_spent: Callable[[], Spent]


class Load(Struct, kw_only=True):
    """What came of it; times in seconds, failures by what was said, and when the machine stood
    still."""

    answers: int = 0
    chunks: int = 0
    asked_at: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    first_token_took: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    spent: Spent = Spent(wall=0, server=0, generator=0)
    stops: list[Stop] = field(default_factory=list)

    def note(self, client: Client) -> None:
        """Take down one answer."""
        if client.failure:
            self.failures[client.failure] += 1
            return
        self.answers += 1
        self.chunks += client.expected.chunks
        self.asked_at.append(client.asked_at)
        self.took.append(client.answered_at - client.asked_at)
        self.first_token_took.append(client.first_token_at - client.asked_at)


async def keep_asking(ask: Ask, connections: int, seconds: float) -> Load:
    """Keep so many calls in flight for so long, each connection asking again when answered.

    They have been at it for a moment before the clock starts; what is in flight when time is up is
    waited for and counted.
    """
    round_ = Round(ask.patience_seconds)
    clients = await connect(ask, connections, round_)
    round_.ends_at = asyncio.get_running_loop().time() + RUN_UP_SECONDS
    await round_.run(clients)
    if not round_.load.answers:
        return leave(clients, round_.load)
    round_.load = Load(failures=round_.load.failures)
    round_.ends_at = asyncio.get_running_loop().time() + seconds
    start = ask.read_spent()
    await round_.run([client for client in clients if not client.transport.is_closing()])
    round_.load.spent = ask.read_spent().since(start)
    return leave(clients, round_.load)


async def keep_pace(ask: Ask, rate: float, seconds: float) -> Load:
    """Ask so often a second for so long, whatever comes back and when.

    Here too every connection has had one answer before the clock starts.
    """
    round_ = Paced(ask.patience_seconds)
    clients = await connect(ask, PACED_CONNECTIONS, round_)
    await round_.run(clients, PACED_CONNECTIONS / rate)
    round_.load = Load(failures=round_.load.failures)
    start = ask.read_spent()
    await round_.run_at(rate, seconds)
    round_.load.spent = ask.read_spent().since(start)
    return leave(clients, round_.load)


async def ask_once(ask: Ask, connections: int, ramp_seconds: float) -> Load:
    """Ask once on each of so many connections, one after the other over the ramp."""
    round_ = Round(ask.patience_seconds)
    clients = await connect(ask, connections, round_)
    start = ask.read_spent()
    await round_.run(clients, ramp_seconds)
    round_.load.spent = ask.read_spent().since(start)
    return leave(clients, round_.load)


class Round:
    """Counts the answers in; a connection asks again until `ends_at` (the loop's seconds)."""

    def __init__(self, patience_seconds: float) -> None:
        self.patience_seconds = patience_seconds
        self.load = Load()
        self.ends_at = 0.0
        self.waiting = 0
        self.over = asyncio.Event()

    async def run(self, clients: list[Client], ramp_seconds: float = 0) -> None:
        """Start all and wait for all; who has not answered when patience ends has failed."""
        loop = asyncio.get_running_loop()
        self.waiting = len(clients)
        self.over.clear()
        for number, client in enumerate(clients):
            loop.call_later(ramp_seconds * number / len(clients), client.ask)
        left = max(0, self.ends_at - loop.time())
        await self.finish(left + ramp_seconds + self.patience_seconds)

    async def finish(self, seconds: float) -> None:
        """Wait for who has not answered yet."""
        if self.waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), seconds)
        self.load.failures["no answer in time"] += self.waiting
        self.load.failures = +self.load.failures

    def done(self, client: Client) -> None:
        """Take an answer, and ask again while there is time.

        First those that came with it are taken: they are here, and waiting is not to look longer.
        """
        self.load.note(client)
        loop, is_lost = asyncio.get_running_loop(), client.transport.is_closing()
        if not is_lost and loop.time() < self.ends_at:
            loop.call_soon(client.ask)
            return
        self.waiting -= 1
        if not self.waiting:
            self.over.set()


class Paced(Round):
    """Asks at a rate, over whichever connection is free."""

    is_asked = True

    def __init__(self, patience_seconds: float) -> None:
        super().__init__(patience_seconds)
        self.idle: list[Client] = []

    async def run_at(self, rate: float, seconds: float) -> None:
        """Ask what is due, millisecond by millisecond, then wait for the answers."""
        loop = asyncio.get_running_loop()
        self.is_asked = False
        self.over.clear()
        began_at = loop.time()
        asked = 0
        while (passed := loop.time() - began_at) < seconds:
            for _ in range(int(passed * rate) - asked):
                asked += 1
                self.ask()
            await asyncio.sleep(TICK_SECONDS)
        self.waiting = PACED_CONNECTIONS - len(self.idle)
        self.is_asked = True
        await self.finish(self.patience_seconds)

    def ask(self) -> None:
        """Ask once."""
        if self.idle:
            self.idle.pop().ask()
        else:
            self.load.failures["no connection is free"] += 1

    def done(self, client: Client) -> None:
        """Take an answer."""
        self.load.note(client)
        self.idle.append(client)
        if self.is_asked:
            self.waiting -= 1
            if not self.waiting:
                self.over.set()


async def connect(ask: Ask, connections: int, round_: Round) -> list[Client]:
    """Open the connections."""
    loop = asyncio.get_running_loop()
    make = partial(Client, ask.request, ask.expected, round_.done)
    return [
        (await loop.create_connection(make, "127.0.0.1", ask.port))[1] for _ in range(connections)
    ]


def leave(clients: list[Client], load: Load) -> Load:
    """Close the connections."""
    for client in clients:
        client.is_asking = False
        client.transport.abort()
    return load
