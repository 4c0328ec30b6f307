"""The application: every route, and what runs beside them."""

import asyncio
import gc
from asyncio import Event
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from litestar import Litestar, Router
from litestar.types import ASGIApp

from endpoints_server.app.parts import Parts, build_historian
from endpoints_server.app.siblings import Siblings
from endpoints_server.web.admin.admin import admin_handlers
from endpoints_server.web.api.models import model_handlers
from endpoints_server.web.api.probes import probe_handlers
from endpoints_server.web.api.titles import title_handlers
from endpoints_server.web.api.wires import verbs_of, wire_applications, wire_handlers
from endpoints_server.web.console.console import Console
from endpoints_server.web.console.pages import console_handlers
from endpoints_server.web.faults import fault_answers
from endpoints_server.web.guards import key_guard, require_declared_access
from endpoints_server.web.librechat.balance import librechat_balance_handlers
from endpoints_server.web.librechat.endpoints import librechat_endpoint_handlers
from endpoints_server.web.librechat.keys import librechat_key_handlers
from endpoints_server.web.librechat.models import librechat_model_handlers
from endpoints_server.web.librechat.titles import librechat_title_handlers
from endpoints_server.web.me.me import me_handlers
from endpoints_server.web.openapi import openapi_handler
from endpoints_server.web.shortcut import Shortcut


def build(parts: Parts, public_url: str, siblings: Siblings | None = None) -> ASGIApp:
    """Build the application; what it needs is open already, and stays open after it.

    `public_url` is where browsers find it; `siblings` are the other workers, where there are any.
    While it runs, the configuration file is watched.
    """
    exchange, live, store = parts.exchange, parts.live, parts.store
    applications = wire_applications(exchange)
    handlers = [
        *wire_handlers(applications),
        *model_handlers(exchange),
        *probe_handlers(
            exchange.catalog, partial(checks, parts), partial(exposition, parts, siblings)
        ),
        *me_handlers(exchange, store, parts.lists.compiler),
        *admin_handlers(exchange, store, lambda: live.problems),
        *librechat_key_handlers(exchange),
        *librechat_endpoint_handlers(exchange),
        *librechat_model_handlers(exchange),
        *librechat_balance_handlers(exchange),
        *title_handlers(exchange, parts.titling),
        *librechat_title_handlers(parts.titling),
        *console_handlers(console_of(parts, public_url)),
        openapi_handler(),
    ]
    app = Litestar(
        route_handlers=[Router("/", route_handlers=handlers, guards=[key_guard(exchange)])],
        exception_handlers=fault_answers(exchange),
        lifespan=[partial(watching, parts, siblings is None or siblings.is_first)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    require_declared_access(app)
    return Shortcut(app, applications, verbs_of(exchange.wires.values()))


def console_of(parts: Parts, public_url: str) -> Console:
    """Give what the console's pages need."""
    return Console(
        exchange=parts.exchange,
        store=parts.store,
        public_url=public_url,
        problems=lambda: parts.live.problems,
    )


async def exposition(parts: Parts, siblings: Siblings | None) -> bytes:
    """Give the counters of this process, or of all that serve together."""
    return await siblings.exposition() if siblings else parts.metrics.exposition()


def checks(parts: Parts) -> dict[str, bool]:
    """Tell what works at this moment."""
    return {
        "configuration": bool(parts.live.current.version),
        "ledger": parts.store.ledger.has_room(),
        "serving": not parts.exchange.under_way.is_ending,
    }


@asynccontextmanager
async def watching(parts: Parts, is_first: bool, _: Litestar) -> AsyncIterator[None]:  # noqa: FBT001
    """Follow the configuration file, keep model lists fresh, the gate and history, while it runs.

    History is kept by the first of several workers: the others would add up what it does.
    What is alive by then stays alive: freezing it keeps the collector from walking it again and
    again, which is where the slowest answers came from.
    """
    stop = Event()
    watch = asyncio.create_task(parts.live.watch(stop))
    chores = [parts.lists.run(), parts.keeper.run()]
    if is_first:
        chores.append(build_historian(parts).run())
    beside = [asyncio.create_task(chore) for chore in chores]
    gc.collect()
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        stop.set()
        await asyncio.gather(*beside, return_exceptions=True)
        await watch
