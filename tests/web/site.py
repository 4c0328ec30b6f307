"""A server's pages and routes over a store in memory, with a clock that stands still."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import shake_256
from itertools import count
from typing import Any

from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar
from msgspec.structs import replace

from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.gate import Gate
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Problem
from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.desk.models.own import OwnCompiler
from endpoints_server.domain.catalog import Catalog, catalog_of
from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.domain.people.access_key import RANDOM_BYTES, AccessKey
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.limits import MemoryLimits
from endpoints_server.store.memory import open_memory
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.web.admin.admin import admin_handlers
from endpoints_server.web.console.console import Console
from endpoints_server.web.console.my_keys import MY_KEYS
from endpoints_server.web.console.pages import console_handlers
from endpoints_server.web.console.sign_in_link import make_sign_in_link
from endpoints_server.web.faults import fault_answers
from endpoints_server.web.guards import key_guard, require_declared_access
from endpoints_server.web.librechat.balance import librechat_balance_handlers
from endpoints_server.web.librechat.keys import librechat_key_handlers
from endpoints_server.web.me.me import me_handlers
from endpoints_server.web.openapi import openapi_handler
from endpoints_server.wires.listed import WIRES

NOON = 1_795_262_400_000_000
"""2026-11-21, 12:00 UTC, in microseconds."""
MINUTE = 60_000_000
PUBLIC_URL = "http://testserver.local"
HOUSE_SECRET = "sk-house-0123456789abcdefghijklmnop"
ADA = Person(id="ada", name="Ada")
GRACE = Person(id="grace", name="Grace")
PRICE = Price(rates=Rates(input=Decimal("0.15"), output=Decimal("0.60")), source="tokenConfig")

MISTRAL = Endpoint(
    name="Mistral",
    slug="mistral",
    wire="openai_chat",
    address="https://someone:hidden-password@api.mistral.example:8443/v1",
    credential=Credential(secret=Secret(HOUSE_SECRET)),
    models=(Model(name="mistral-small", price=PRICE, context_tokens=128_000), Model(name="both")),
)
BORROWED = Endpoint(
    name="Borrowed",
    slug="borrowed",
    wire="anthropic_messages",
    address="https://api.borrowed.example",
    credential=Credential(owner="user"),
    models=(Model(name="both"),),
)


class Site:
    """An application, what stands behind it, and hands to set it up with."""

    def __init__(
        self,
        endpoints: tuple[Endpoint, ...] = (MISTRAL, BORROWED),
        problems: Sequence[Problem] = (),
        public_url: str = PUBLIC_URL,
    ) -> None:
        self.now = NOON
        self.public_url = public_url
        self.trouble: list[BaseException] = []
        self.store = open_memory()
        self.ring = Ring(newest="test", keys={"test": bytes(range(32))})
        self._drawn = count(1)
        self.catalog = catalog_of(endpoints, "c0ffee", compiled_at=NOON // 1_000_000)
        ids = count(1)
        self.exchange = Exchange(
            catalog=lambda: self.catalog,
            wires=WIRES,
            keys=self.store.keys,
            ring=self.ring,
            vault=Vault(self.store.credentials, self.ring),
            ledger=self.store.ledger,
            gate=Gate(self.store.accounts, self.store.balances, MemoryLimits(), self.store.rules),
            upstreams=Upstreams(),
            now=lambda: self.now,
            timer=lambda: 0.0,
            identify=lambda: f"id-{next(ids)}",
            report=lambda _: None,
            trouble=self.trouble.append,
            keys_url=public_url + MY_KEYS,
        )
        self.console = Console(
            exchange=self.exchange,
            store=self.store,
            public_url=public_url,
            problems=lambda: problems,
            draw=self.draw,
        )
        self.app = Litestar(
            route_handlers=[
                *console_handlers(self.console),
                *me_handlers(self.exchange, self.store, OwnCompiler(no_prices)),
                *admin_handlers(self.exchange, self.store, lambda: problems),
                *librechat_key_handlers(self.exchange),
                *librechat_balance_handlers(self.exchange),
                openapi_handler(),
            ],
            guards=[key_guard(self.exchange)],
            exception_handlers=fault_answers(self.exchange),
            openapi_config=None,
            logging_config=None,
        )
        require_declared_access(self.app)

    def serve(self, **fields: object) -> Catalog:
        """Serve the catalog with some of its fields changed."""
        self.catalog = replace(self.catalog, **fields)
        return self.catalog

    def draw(self, length: int) -> bytes:
        """Give bytes that never come twice."""
        return shake_256(str(next(self._drawn)).encode()).digest(length)

    def client(self) -> AsyncClient:
        """Give a browser or a program of its own, which follows no redirect."""
        app: Any = self.app  # the two libraries type the same protocol apart
        return AsyncClient(transport=ASGITransport(app), base_url=self.public_url)

    async def key_of(self, person: Person = ADMIN, name: str = "") -> tuple[AccessKey, str]:
        """Make a client key for somebody, whom it makes known first."""
        await self.store.people.add_person(person)
        drawn = self.draw(RANDOM_BYTES)
        draft = KeyDraft(person=person, name=name)
        key, secret = await create_key(self.store, self.ring, draft, drawn, self.now)
        return key, secret.reveal()

    async def record(self, entry: Entry) -> None:
        """Put an entry into the ledger."""
        await self.store.ledger.record(entry)

    async def link(self) -> str:
        """Make a sign-in link for the admin; gives its token."""
        link = await make_sign_in_link(
            self.store.sessions, self.public_url, ADMIN.id, self.now, self.draw
        )
        return link.reveal().rpartition("token=")[2]
