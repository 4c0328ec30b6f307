"""What calls need of the world, in one record."""

from asyncio import Task
from collections.abc import AsyncIterator, Callable, Mapping
from random import SystemRandom
from typing import Protocol

from msgspec import Struct, field

from endpoints_server.calls.call import Call
from endpoints_server.calls.delivery import Delivery
from endpoints_server.calls.gate import Gate
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.fault import Fault
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.report import Report
from endpoints_server.domain.wire import Wire
from endpoints_server.store.issuers import Issuers, MemoryIssuers
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.ports import Keys, Ledger
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.commands import Commands
from endpoints_server.upstream.health import Health


class UnderWay(Struct, kw_only=True):
    """How many calls are being served at this moment, and how many of them stream.

    `is_ending` once the server only finishes what it began. `cut_by` is why a call is cancelled
    whose caller did not leave.
    """

    calls: int = 0
    streams: int = 0
    is_ending: bool = False
    tasks: set[Task[None]] = field(default_factory=set)
    cut_by: Fault | None = None

    def cut(self, fault: Fault) -> int:
        """End every call with a fault that its caller is told of; counts them."""
        self.cut_by = fault
        for task in self.tasks:
            task.cancel()
        return len(self.tasks)


class Listener(Protocol):
    """Is told of the calls of conversations; waits for nothing and raises nothing."""

    def begin(self, call: Call, delivery: Delivery) -> Delivery:
        """Take note of a call before it is attempted; gives the way its answer is to take."""

    def end(self, call: Call, fault: Fault | None) -> None:
        """Take note of how a call ended."""


class Lists(Protocol):
    """What one person sees: the lists that endpoints give them, and the endpoints they brought.

    All but `learn` answer from memory.
    """

    async def prepared_for(self, person: Person) -> Catalog:
        """Give the catalog with all that in it; what they brought is compiled beside the loop."""

    async def review(self, person: Person) -> Catalog:
        """Give the same, and see to it that the person's own lists are asked for again in time."""

    def learn(self, person: Person) -> AsyncIterator[Catalog]:
        """Give the same anew for each list that comes, until every one was tried at least once."""


class Exchange(Struct, frozen=True, kw_only=True):
    """The catalog of the moment, the stores, the network, and time and lots as functions.

    `now` gives microseconds since 1970, `timer` seconds that never go back, `identify` an id that
    was never given before, `trouble` tells the log of an exception that nobody expected, `draw`
    gives a number from zero up to one. `keys_url` is where people store provider keys of their own.
    `drains` are the answers that are read on though their callers have left. `lists` is None where
    nothing is asked for its models.
    """

    catalog: Callable[[], Catalog]
    wires: Mapping[str, Wire]
    keys: Keys
    ring: Ring
    vault: Vault
    ledger: Ledger
    gate: Gate
    upstreams: Upstreams
    now: Callable[[], int]
    timer: Callable[[], float]
    identify: Callable[[], str]
    report: Callable[[Report], None]
    trouble: Callable[[BaseException], None]
    keys_url: str
    commands: Commands = field(default_factory=Commands)
    under_way: UnderWay = field(default_factory=UnderWay)
    drains: set[Task[None]] = field(default_factory=set)
    health: Health = field(default_factory=Health)
    issuers: Issuers = field(default_factory=MemoryIssuers)
    draw: Callable[[], float] = SystemRandom().random
    listener: Listener | None = None
    lists: Lists | None = None

    async def catalog_for(self, person: Person) -> Catalog:
        """Give the catalog of this moment as a person sees it."""
        return await self.lists.prepared_for(person) if self.lists else self.catalog()

    async def review(self, person: Person) -> Catalog:
        """Give it to somebody who looks at lists of models."""
        return await self.lists.review(person) if self.lists else self.catalog()

    async def learn(self, person: Person) -> AsyncIterator[Catalog]:
        """Give it again for each list that was never had yet, as it comes."""
        if self.lists is not None:
            async for catalog in self.lists.learn(person):
                yield catalog
