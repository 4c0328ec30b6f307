"""All model lists: answered from memory, refreshed behind whoever reads them.

Lists that are the same for everybody are laid into the catalog that everybody gets. Lists that
belong to a person are laid over that catalog when the person asks.
"""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator, Callable, Iterable
from functools import lru_cache, partial
from weakref import WeakValueDictionary

from msgspec import Struct

from endpoints_server.config.prices import PriceBook
from endpoints_server.desk.models.ask import EVERYBODY, World, ask, is_shared, reach
from endpoints_server.desk.models.kept import (
    FAILING_SECONDS,
    Kept,
    ListState,
    Question,
    question,
    state_of,
)
from endpoints_server.desk.models.lay import lay
from endpoints_server.desk.models.own import OwnCompiler
from endpoints_server.desk.models.shelves import Shelf, Shelves, find_list, keep_same, require_room
from endpoints_server.domain.catalog import Catalog, catalog_of, with_endpoints
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.people.person import Person
from endpoints_server.store.own_endpoints import OwnEndpoint

AT_ONCE = 8
"""How many lists are asked for at the same time: of those that all share, and of each person's."""
TICK_SECONDS = 1.0
LEARNING_SECONDS = 6.0
REMEMBERED_PRICES = 50_000


class Surroundings(Struct, frozen=True, kw_only=True):
    """Time, lots and who is told.

    `now` gives microseconds since 1970, `timer` seconds that never go back, `draw` a number between
    0 and 1. `on_change` hears of a list, and whose it is, when it begins to fail and when it is had
    again; `trouble` of what nobody expected.
    """

    now: Callable[[], int]
    timer: Callable[[], float]
    draw: Callable[[], float]
    on_change: Callable[[Kept, Person], None]
    trouble: Callable[[BaseException], None]


Owned = Callable[[str], tuple[OwnEndpoint, ...]]
"""Gives what a person brought, the same object until it changes."""


def nothing_owned(_person_id: str) -> tuple[OwnEndpoint, ...]:
    """Say that nobody brought anything."""
    return ()


class ModelLists:
    """The lists of the adopted catalog's endpoints; `catalog` has those in it that all share.

    Endpoints of a person's own (`owned`) are in that person's catalog, behind those of the file.

    Needs a running loop as soon as a catalog is adopted. Nothing here but `learn` waits for an
    upstream.
    """

    def __init__(
        self,
        world: World,
        prices: PriceBook,
        around: Surroundings,
        owned: Owned = nothing_owned,
    ) -> None:
        self.catalog: Catalog = catalog_of((), "none")
        self._adopted = self.catalog
        self.world = world
        self._prices = lru_cache(REMEMBERED_PRICES)(prices)
        self._around = around
        self._owned = owned
        self.compiler = OwnCompiler(self._prices)
        self._shared: dict[Question, Kept] = {}
        self._shelves = Shelves()
        self._own: tuple[Endpoint, ...] = ()
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def adopt(self, catalog: Catalog) -> None:
        """Take on a catalog: lists that it asks for as before are kept, others asked for at once.

        Until a list has come its endpoint has the models of the file.
        """
        self._adopted = catalog
        listing = [endpoint for endpoint in catalog.endpoints if endpoint.discovery]
        self._own = tuple(endpoint for endpoint in listing if not is_shared(endpoint))
        known, self._shared = self._shared, {}
        for endpoint in listing:
            if is_shared(endpoint):
                key = question(endpoint)
                kept = self._shared.get(key) or known.get(key) or self._begin(endpoint)
                self._shared[key] = kept
                kept.endpoint = endpoint
        for shelf in self._shelves:
            owned = (kept.endpoint for kept in shelf.values() if kept.endpoint.owner)
            keep_same(shelf, [*self._own, *owned])
        self._swap()
        self.refresh()

    async def prepared_for(self, person: Person) -> Catalog:
        """Give the catalog as a person sees it at this moment."""
        return self._catalog_with(person, await self._prepared(person))

    async def review(self, person: Person) -> Catalog:
        """Give the catalog as a person sees it, and have those of their own lists that are stale
        asked for again; a list that came by a key which was changed since is forgotten.
        """
        owned = await self._prepared(person)
        listing = self._listing_of(owned)
        keep_same(self._shelves.find(person.id) or {}, listing)
        if listing:
            revisions = await self._revisions(person, listing)
            for endpoint in listing:
                self._look_after(person, endpoint, revisions.get(endpoint.place))
        return self._catalog_with(person, owned)

    async def learn(self, person: Person) -> AsyncIterator[Catalog]:
        """Give the catalog as a person sees it at once, and again whenever a list comes that was
        never had; ends when each was tried, and after a few seconds in any case.
        """
        catalog = await self.review(person)
        shelf = self._shelves.find(person.id) or {}
        lists = (*self._shared.values(), *shelf.values())
        waiting = {kept.task for kept in lists if kept.task and not kept.is_settled}
        end_at = self._around.timer() + LEARNING_SECONDS
        yield catalog
        while waiting and (left := end_at - self._around.timer()) > 0:
            _, waiting = await asyncio.wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            yield await self.prepared_for(person)

    def states(self) -> list[ListState]:
        """Tell how the lists stand that all share, one for each endpoint that has one."""
        now = self._around.timer()
        shared = [each for each in self._adopted.endpoints if each.discovery and is_shared(each)]
        return [state_of(self._shared[question(each)], each, now) for each in shared]

    def refresh(self) -> None:
        """Ask for those lists that all share and that are due."""
        now = self._around.timer()
        for kept in self._shared.values():
            if kept.is_due(now):
                self._start(kept, EVERYBODY)

    async def run(self) -> None:
        """Keep the shared lists fresh until cancelled."""
        while True:
            self.refresh()
            await asyncio.sleep(TICK_SECONDS)

    async def close(self) -> None:
        """Stop asking."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _prepared(self, person: Person) -> tuple[OwnEndpoint, ...]:
        """Give what a person brought; it is compiled beside the loop, unless that is done."""
        owned = self._owned(person.id)
        if owned and not self._shelves.has_catalog(person.id, (self.catalog, owned)):
            await self.compiler.prepare(owned, self.catalog)
        return owned

    def _listing_of(self, owned: tuple[OwnEndpoint, ...]) -> list[Endpoint]:
        """Give the endpoints whose lists are a person's, who brought these."""
        served = self.compiler.served(owned, self.catalog)
        return [*self._own, *(endpoint for endpoint in served if endpoint.discovery)]

    async def _revisions(self, person: Person, listing: Iterable[Endpoint]) -> dict[str, int]:
        """Tell by place which key a person has; one who needs none has zero everywhere."""
        house = [each.place for each in listing if each.credential.owner == "house"]
        if all(endpoint.credential.owner == "house" for endpoint in listing):
            return dict.fromkeys(house, 0)
        keys = {
            held.kept.owner.endpoint: held.kept.revision
            for held in await self.world.vault.list(person.id)
        }
        return keys | dict.fromkeys(house, 0)

    def _look_after(self, person: Person, endpoint: Endpoint, revision: int | None) -> None:
        """See to one list of a person; without a key there is none."""
        shelf = self._shelves.get(person.id)
        kept = shelf.get(endpoint.place)
        if kept is not None and kept.revision != revision:
            del shelf[endpoint.place]
            self._shelves.forget_catalog(person.id)
            kept = None
        if revision is None:
            return
        if kept is None:
            kept = shelf[endpoint.place] = self._begin(endpoint, revision)
        if kept.is_due(self._around.timer()):
            self._start(kept, person)

    def _begin(self, endpoint: Endpoint, revision: int = 0) -> Kept:
        return Kept(endpoint=endpoint, began_at=self._around.timer(), revision=revision)

    def _start(self, kept: Kept, person: Person) -> None:
        kept.due_at = self._around.timer() + FAILING_SECONDS
        kept.task = asyncio.create_task(self._ask(kept, person))
        self._tasks.add(kept.task)
        kept.task.add_done_callback(partial(self._settle, kept))

    def _settle(self, kept: Kept, task: asyncio.Task[None]) -> None:
        kept.task, kept.is_settled = None, True
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._around.trouble(error)

    async def _ask(self, kept: Kept, person: Person) -> None:
        """Ask for a list once; what it said before stays until it says something else."""
        around, failed_before = self._around, kept.fault is not None
        try:
            async with self._turns.setdefault(person.id, asyncio.Semaphore(AT_ONCE)):
                reached = await reach(self.world, kept.endpoint, person, around.now())
                if reached is None:
                    return
                models = await ask(self.world, reached, person)
                require_room(self._shelves.find(person.id) or {}, kept, len(models))
                kept.models = models
                kept.listed_at = around.now() // 1_000_000
                kept.laid = await asyncio.to_thread(self._lay_all, kept)
        except Failed as failed:
            kept.fail(around.timer(), failed.fault, around.draw())
        else:
            kept.take(around.timer(), around.draw())
            self._publish(person)
        if failed_before != (kept.fault is not None):
            around.on_change(kept, person)

    def _publish(self, person: Person) -> None:
        if person is EVERYBODY:
            self._swap()
            return
        self._shelves.forget_catalog(person.id)
        self._shelves.trim()

    def _swap(self) -> None:
        """Make the catalog that all share anew; calls under way keep theirs."""
        endpoints = tuple(map(self._with_shared, self._adopted.endpoints))
        self.catalog = with_endpoints(self._adopted, endpoints)

    def _with_shared(self, endpoint: Endpoint) -> Endpoint:
        kept = self._shared.get(question(endpoint)) if endpoint.discovery else None
        return self._with_list(endpoint, kept)

    def _catalog_with(self, person: Person, owned: tuple[OwnEndpoint, ...]) -> Catalog:
        shelf = self._shelves.find(person.id)
        if not shelf and not owned:
            return self.catalog
        made_of = (self.catalog, owned)
        return self._shelves.catalog(person.id, made_of, partial(self._overlay, shelf or {}, owned))

    def _overlay(self, shelf: Shelf, owned: tuple[OwnEndpoint, ...]) -> Catalog:
        served = [*self.catalog.endpoints, *self.compiler.served(owned, self.catalog)]
        laid = (self._with_list(each, find_list(shelf, each)) for each in served)
        return with_endpoints(self.catalog, tuple(laid))

    def _with_list(self, endpoint: Endpoint, kept: Kept | None) -> Endpoint:
        """Give an endpoint with a list, if there is one; it is laid once."""
        if kept is None or kept.models is None:
            return endpoint
        laid = kept.laid.get(endpoint.place)
        if laid is None or laid[0] is not endpoint:
            laid = kept.laid[endpoint.place] = (endpoint, self._lay(endpoint, kept))
        return laid[1]

    def _lay_all(self, kept: Kept) -> dict[str, tuple[Endpoint, Endpoint]]:
        """Lay a list over every endpoint that it is the list of."""
        same = [kept.endpoint]
        if is_shared(kept.endpoint):
            key = question(kept.endpoint)
            same = [each for each in self._adopted.endpoints if question(each) == key]
        return {each.place: (each, self._lay(each, kept)) for each in same}

    def _lay(self, endpoint: Endpoint, kept: Kept) -> Endpoint:
        find = partial(self._prices, endpoint.address, endpoint.slug)
        return lay(endpoint, kept.models or (), kept.listed_at, find)
