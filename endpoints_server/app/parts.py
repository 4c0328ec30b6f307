"""What a server is put together from: opened in order, closed in the opposite order."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace
from uuid_utils import uuid7

from endpoints_server.app.load import Load
from endpoints_server.app.reports import Reports, reporting
from endpoints_server.calls.admission.keeper import Keeper
from endpoints_server.calls.attempt import close_drains
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.gate import Gate
from endpoints_server.calls.titles.titling import Titling
from endpoints_server.config.environment import Environment
from endpoints_server.config.live import Attempt, Live
from endpoints_server.config.prices import PriceBook, open_price_book
from endpoints_server.config.problem import Level, render
from endpoints_server.demo.catalog import demo_yaml
from endpoints_server.demo.upstream import DemoUpstream
from endpoints_server.desk.history.historian import Historian
from endpoints_server.desk.keys import ensure_admin
from endpoints_server.desk.models.ask import World
from endpoints_server.desk.models.kept import Kept
from endpoints_server.desk.models.lists import ModelLists, Surroundings
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.routing.breaker import State
from endpoints_server.log.output import hide, logger
from endpoints_server.metrics import Metrics
from endpoints_server.store.keyring.ring import Ring, open_ring
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.opening import Opening
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.breaker import Breakers
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.commands import Commands
from endpoints_server.upstream.health import Health
from endpoints_server.web.console.my_keys import MY_KEYS
from endpoints_server.wires.listed import WIRES

LOG = logger("endpoints_server")
DEMO_FILE = "librechat.yaml"


class Parts(Struct, frozen=True, kw_only=True):
    """What a server is put together from, already open."""

    live: Live
    store: Store
    ring: Ring
    upstreams: Upstreams
    metrics: Metrics
    lists: ModelLists
    exchange: Exchange
    titling: Titling
    keeper: Keeper


@asynccontextmanager
async def open_parts(
    environment: Environment, environ: Mapping[str, str], *, is_demo: bool = False
) -> AsyncIterator[Parts]:
    """Open everything a server needs, in order, and close it again in the opposite order.

    The configuration is read but may hold problems: look at `live.problems` before serving. Raises
    Failed where the data dir, the database or a secret cannot be used.
    """
    async with AsyncExitStack() as stack:
        ring = await asyncio.to_thread(open_ring, environment.data_dir, environment.secret_keys)
        store = await open_configured(environment, stack)
        await ensure_admin(store, ring, environment.admin_key, now())
        upstreams = Upstreams()
        stack.push_async_callback(upstreams.close)
        path = await open_demo(environment, stack) if is_demo else environment.config_path
        metrics = Metrics()
        prices = await asyncio.to_thread(open_price_book)
        lists = build_lists(store, ring, upstreams, prices, metrics)
        stack.push_async_callback(lists.close)
        note = partial(take_note, metrics=metrics, upstreams=upstreams, lists=lists)
        live = Live(path, environ, prices, version_key=ring.newest_key(), on_attempt=note)
        await live.reload()
        reports = stack.enter_context(reporting(metrics))
        exchange = build_exchange(lists, store, ring, upstreams, reports, environment.public_url)
        exchange = replace(exchange, commands=Commands(environ))
        watch(metrics, exchange)
        stack.push_async_callback(close_drains, exchange)
        titling = Titling(exchange, store.titles)
        stack.push_async_callback(titling.close)
        yield Parts(
            live=live,
            store=store,
            ring=ring,
            upstreams=upstreams,
            metrics=metrics,
            lists=lists,
            exchange=replace(exchange, listener=titling),
            titling=titling,
            keeper=build_keeper(exchange, store),
        )


async def open_configured(environment: Environment, stack: AsyncExitStack) -> Store:
    """Open the store that the environment names, which says so when it can no longer be written."""
    url = environment.database_url
    if url and url.reveal().startswith("postgres") and environment.secret_keys is None:
        LOG.warning("ES_SECRET_KEYS is not set: other machines on this database need the same keys")
    store = await open_store(
        environment.data_dir,
        url.reveal() if url else "",
        Opening(
            on_trouble=lambda error: LOG.error("the ledger cannot be written", error=str(error)),
            on_return=lambda count: LOG.info("entries that waited are written", count=count),
            redis_url=environment.redis_url,
        ),
    )
    stack.push_async_callback(store.close)
    return store


def watch(metrics: Metrics, exchange: Exchange) -> None:
    """Let the metrics ask what goes on whenever they are read."""
    under_way, ledger = exchange.under_way, exchange.ledger
    metrics.inflight.set_function(lambda: under_way.calls)
    metrics.streams_open.set_function(lambda: under_way.streams)
    metrics.ledger_waiting.set_function(ledger.waiting)
    metrics.watch_breakers(partial(breaker_states, exchange))


def breaker_states(exchange: Exchange) -> Iterator[tuple[str, int, State]]:
    """Tell how breakers stand, by the name of the endpoint and the number of its key."""
    catalog = exchange.catalog()
    for place, state in exchange.health.breakers.states(exchange.timer()):
        slug, _, key = place.rpartition("#")
        endpoint = catalog.by_name.get(slug)
        if endpoint is not None:
            yield endpoint.name, int(key), state


async def open_demo(environment: Environment, stack: AsyncExitStack) -> Path:
    """Start the demo upstream, and write the configuration that leads to it.

    The file is this process's own: another demo on the same data dir has an address of its own.
    """
    upstream = DemoUpstream()
    await upstream.start()
    stack.push_async_callback(upstream.close)
    folder = stack.enter_context(TemporaryDirectory(prefix="demo-", dir=environment.data_dir))
    path = Path(folder, DEMO_FILE)
    await asyncio.to_thread(path.write_text, demo_yaml(upstream.address))
    return path


def take_note(attempt: Attempt, metrics: Metrics, upstreams: Upstreams, lists: ModelLists) -> None:
    """Let everybody know what came of reading the configuration."""
    catalog = attempt.catalog
    if catalog is None:
        metrics.config_failures.inc()
        LOG.error(
            "configuration refused", problems=[render(problem) for problem in attempt.problems]
        )
        return
    metrics.set_config_version(catalog.version)
    upstreams.adopt(catalog)
    hide(secret for endpoint in catalog.endpoints for secret in endpoint.secrets)
    lists.adopt(catalog)
    warnings = [render(each) for each in attempt.problems if each.level is Level.WARNING]
    if warnings:
        LOG.warning("configuration taken, but not all of it as it may seem", problems=warnings)
    LOG.info("configuration taken", version=catalog.version, endpoints=len(catalog.endpoints))


def build_keeper(exchange: Exchange, store: Store) -> Keeper:
    """Put together what keeps the gate, and reads again what changed elsewhere."""
    looks = [store.own_endpoints.catch_up]
    return Keeper(exchange.gate, now, tell_of_the_dead, exchange.trouble, looks)


def build_lists(
    store: Store, ring: Ring, upstreams: Upstreams, prices: PriceBook, metrics: Metrics
) -> ModelLists:
    """Put together what keeps the model lists of endpoints."""
    around = Surroundings(
        now=now,
        timer=time.monotonic,
        draw=SystemRandom().random,
        on_change=tell_of_list,
        trouble=lambda error: LOG.error("unexpected", exc_info=error),
    )
    world = World(WIRES, upstreams, Vault(store.credentials, ring))
    lists = ModelLists(world, prices, around, store.own_endpoints.of)
    metrics.watch_model_lists(
        lambda: [(state.endpoint, state.age_seconds) for state in lists.states()]
    )
    return lists


def tell_of_list(kept: Kept, person: Person) -> None:
    """Log that a model list begins to fail, or is had again."""
    told = {"endpoint": kept.endpoint.slug, "person": person.id}
    if kept.fault is None:
        LOG.info("model list is had again", **told)
        return
    LOG.warning("model list cannot be had", reason=kept.fault.message, **told)


def tell_of_breaker(place: str, state: State) -> None:
    """Log that an endpoint is passed over, or is asked again, and by which of its keys."""
    endpoint, _, key = place.rpartition("#")
    if state is State.OPEN:
        LOG.warning("endpoint fails and is passed over", endpoint=endpoint, key=int(key))
    else:
        LOG.info("endpoint answers again", endpoint=endpoint, key=int(key))


def tell_of_the_dead(count: int) -> None:
    """Log that calls of a process that died were settled by their estimates."""
    LOG.warning("settled what a dead process held", calls=count)


def build_historian(parts: Parts) -> Historian:
    """Put together what keeps history."""
    historian = Historian(
        parts.store.history,
        lambda: parts.exchange.catalog().kept_days,
        now,
        identify,
        lambda count: LOG.info("old entries are purged, their sums are kept", count=count),
        lambda error: LOG.error("history cannot be kept at the moment", exc_info=error),
    )
    historian.is_busy = Load().is_high
    return historian


def build_exchange(
    lists: ModelLists,
    store: Store,
    ring: Ring,
    upstreams: Upstreams,
    reports: Reports,
    public_url: str,
) -> Exchange:
    """Put together what calls need."""

    return Exchange(
        catalog=lambda: lists.catalog,
        lists=lists,
        wires=WIRES,
        keys=store.keys,
        ring=ring,
        vault=lists.world.vault,
        ledger=store.ledger,
        issuers=store.issuers,
        health=Health(Breakers(tell_of_breaker)),
        gate=Gate(store.accounts, store.balances, store.limits, store.rules),
        upstreams=upstreams,
        now=now,
        timer=time.perf_counter,
        identify=identify,
        report=reports.add,
        trouble=lambda error: LOG.error("unexpected", exc_info=error),
        keys_url=public_url + MY_KEYS,
    )


def now() -> int:
    """Give the time in microseconds since 1970."""
    return time.time_ns() // 1000


def identify() -> str:
    """Draw an id that sorts by time."""
    return uuid7().hex
