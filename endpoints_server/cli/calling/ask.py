"""All that a command needs to make real calls, with their entries in the ledger."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from secrets import token_bytes

from msgspec import Struct
from msgspec.structs import replace
from uuid_utils import uuid7

from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.gate import Gate
from endpoints_server.calls.serve import serve
from endpoints_server.cli.calling.question import Question, inbound_of, read_body
from endpoints_server.cli.ground import UNSERVED, Ground, now, opened_store, read_catalog
from endpoints_server.cli.listener import Listener
from endpoints_server.demo.upstream import DemoUpstream
from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Abandonment, Endpoint
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.report import Report
from endpoints_server.domain.secret import Secret
from endpoints_server.log.output import hide, logger
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.memory import open_memory
from endpoints_server.store.ports import Store
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.health import Health
from endpoints_server.upstream.observed.commands import ObservedCommands
from endpoints_server.web.console.my_keys import MY_KEYS
from endpoints_server.wires.listed import WIRES

LOG = logger("endpoints_server.command")


class Asker(Struct, frozen=True, kw_only=True):
    """Makes calls with a key that only this process knows; `reports` has how each ended.

    `commands` know the secrets that they gave for them.
    """

    catalog: Catalog
    exchange: Exchange
    key: Secret
    reports: list[Report]
    commands: ObservedCommands

    def alone(self, endpoint: Endpoint) -> "Asker":
        """Give one that knows this endpoint alone, and nothing of earlier calls.

        An answer that is left is let go of, for nobody stays to read it on.
        """
        endpoint = replace(endpoint, abandonment=Abandonment())
        catalog = replace(
            self.catalog,
            endpoints=(endpoint,),
            by_name={endpoint.slug: endpoint},
            by_model={},
            aliases={},
        )
        exchange = replace(self.exchange, catalog=lambda: catalog, health=Health())
        return replace(self, catalog=catalog, exchange=exchange)

    async def ask(self, question: Question, listener: Listener) -> Report:
        """Make a call; gives how it ended."""
        inbound = inbound_of(question, self.key, self.exchange)
        await serve(self.exchange, inbound, partial(read_body, question), listener)
        return self.reports[-1]


@asynccontextmanager
async def opened_asker(ground: Ground, upstreams: Upstreams) -> AsyncIterator[Asker]:
    """Open the store and the configuration, and close them again with the ways to endpoints."""
    opened = opened_store(ground.environment)
    async with opened as (store, ring), opened_catalog(ground) as catalog:
        hide(secret for endpoint in catalog.endpoints for secret in endpoint.secrets)
        reports: list[Report] = []
        commands = ObservedCommands()
        upstreams.adopt(catalog)
        try:
            exchange, key = await make_exchange(catalog, ring, store, upstreams, reports)
            exchange = replace(exchange, commands=commands)
            yield Asker(
                catalog=catalog, exchange=exchange, key=key, reports=reports, commands=commands
            )
        finally:
            await upstreams.close()


@asynccontextmanager
async def opened_catalog(ground: Ground) -> AsyncIterator[Catalog]:
    """Compile the configuration; where there is none, start the demo and lead to it."""
    if not ground.is_demo:
        yield read_catalog(ground, UNSERVED)
        return
    demo = DemoUpstream()
    await demo.start()
    try:
        yield read_catalog(ground, demo.address)
    finally:
        await demo.close()


async def make_exchange(
    catalog: Catalog, ring: Ring, store: Store, upstreams: Upstreams, reports: list[Report]
) -> tuple[Exchange, Secret]:
    """Put together what a call needs, with a key that only this process knows."""
    passing = open_memory()
    draft = KeyDraft(person=ADMIN, name="command")
    _, key = await create_key(passing, ring, draft, token_bytes(RANDOM_BYTES), now())
    exchange = Exchange(
        catalog=lambda: catalog,
        wires=WIRES,
        keys=passing.keys,
        ring=ring,
        vault=Vault(store.credentials, ring),
        ledger=store.ledger,
        gate=Gate(store.accounts, store.balances, store.limits, store.rules),
        upstreams=upstreams,
        now=now,
        timer=time.perf_counter,
        identify=lambda: uuid7().hex,
        report=reports.append,
        trouble=lambda error: LOG.error("unexpected", exc_info=error),
        keys_url=MY_KEYS,
    )
    return exchange, key
