"""Model lists before a provider of the test's own, with a clock that is moved by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import Listing, no_prices
from endpoints_server.desk.models.ask import World
from endpoints_server.desk.models.kept import Kept
from endpoints_server.desk.models.lists import ModelLists, Surroundings
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.memory import open_memory
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.wires.listed import WIRES
from tests.upstreams.server import Exchange, Server

ADA = Person(id="ada", name="Ada", email="ada@x.test")
GRACE = Person(id="grace", name="Grace")
RATES = {"prompt": 1, "completion": 2, "context": 1000}
Answer = Callable[[Exchange], Awaitable[None]]
Json = dict[str, Any]


def entry(name: str, url: str, **more: object) -> Json:
    """Configure an endpoint that is asked for its models."""
    models = {"default": ["d1", {"name": "d2", "description": "the second"}], "fetch": True}
    return {"name": name, "apiKey": "sk-house-1", "baseURL": url, "models": models, **more}


def compiled(
    entries: object,
    environ: Mapping[str, str] | None = None,
    allowed: Iterable[str] | None = None,
) -> Catalog | None:
    """Compile a file of these endpoints; None where it is refused."""
    endpoints = {"custom": entries, "allowedAddresses": list(allowed or ())}
    content = json.dumps({"version": "1.3.17", "endpoints": endpoints}).encode()
    loaded = load_bytes(content, environ or {}, "f.yaml")
    if loaded.settings is None:
        return None
    return compile_catalog(loaded.settings, loaded.version, no_prices)


def catalog_of_entries(*entries: Json) -> Catalog:
    """Compile a sound file."""
    catalog = compiled(entries)
    assert catalog is not None
    return catalog


class Provider:
    """What the provider has at the moment, and who is told of what."""

    def __init__(self) -> None:
        self.names: list[str] = ["f1", "f2"]
        self.items: list[Json] | None = None
        self.status = "200 OK"
        self.pause = asyncio.Event()
        self.pause.set()
        self.changes: list[tuple[str, str, str]] = []
        self.trouble: list[BaseException] = []
        self.seconds = 1000.0
        self.server: Server
        self.lists: ModelLists
        self.vault: Vault
        self.upstreams: Upstreams

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [seen.path for seen in self.server.seen]

    async def answer(self, exchange: Exchange) -> None:
        await self.pause.wait()
        items = self.items if self.items is not None else [{"id": name} for name in self.names]
        body = json.dumps({"data": items}).encode()
        exchange.whole(self.status, "application/json", body)

    def note(self, kept: Kept, person: Person) -> None:
        message = kept.fault.message if kept.fault else ""
        self.changes.append((kept.endpoint.slug, person.id, message))

    async def settle(self) -> None:
        """Let everything that is being asked come to its end."""
        while self.lists._tasks:
            await asyncio.wait(self.lists._tasks)

    async def store_key(self, slug: str, key: str, address: str = "", person: Person = ADA) -> None:
        own_key = OwnKey(api_key=Secret(key), address=Secret(address))
        await self.vault.put(Owner(person.id, slug), own_key, None, 1)

    async def names_for(self, person: Person, slug: str = "acme") -> list[str]:
        """Tell the models a person is shown, once all that they cause has settled."""
        await self.lists.review(person)
        await self.settle()
        return names_of((await self.lists.prepared_for(person)).by_name[slug])


def names_of(endpoint: Endpoint) -> list[str]:
    return [model.name for model in endpoint.models]


def a_book(_address: str, _slug: str, model: str) -> Listing:
    """Know the window of every model, and no price."""
    return Listing(context_tokens=len(model))


@asynccontextmanager
async def keeping() -> AsyncIterator[Provider]:
    """Keep lists before a provider."""
    provider = Provider()
    async with Server(provider.answer) as provider.server:
        provider.upstreams = upstreams = Upstreams()
        ring = Ring(newest="a", keys={"a": bytes(range(32))})
        store = open_memory()
        for person in (ADA, GRACE):
            await store.people.add_person(person)
        provider.vault = Vault(store.credentials, ring)
        around = Surroundings(
            now=lambda: int(provider.seconds * 1_000_000),
            timer=lambda: provider.seconds,
            draw=lambda: 0.5,
            on_change=provider.note,
            trouble=provider.trouble.append,
        )
        provider.lists = ModelLists(World(WIRES, upstreams, provider.vault), a_book, around)
        try:
            yield provider
            assert not provider.trouble
        finally:
            await provider.lists.close()
            await upstreams.close()
