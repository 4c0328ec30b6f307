"""Who may call a route: every route says so, or the server does not start."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import ASGIRoute, BaseRoute, HTTPRoute, WebSocketRoute
from msgspec import Struct

from endpoints_server.calls.authenticate import authenticate, require_keyless
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.person import ADMIN

AnyRequest = Request[Any, Any, Any]
AnyConnection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]

ACCESS = "access"
PUBLIC: dict[str, Any] = {ACCESS: "public"}
"""Answered to anybody."""
KEYED: dict[str, Any] = {ACCESS: "key"}
"""Answered to whoever presents a client key."""
ADMINISTRATIVE: dict[str, Any] = {ACCESS: "admin"}
"""Answered to whoever presents a client key of somebody with the role of an administrator."""
SIGNED_IN: dict[str, Any] = {ACCESS: "session"}
"""Answered to a browser that is signed in to the console."""
ITSELF: dict[str, Any] = {ACCESS: "itself"}
"""Checks the key on its own, because its refusals have a shape of their own."""

BODY, QUERY = "body", "query"


def taking(
    access: dict[str, Any], *, body: type[Struct] | None = None, query: type[Struct] | None = None
) -> dict[str, Any]:
    """Say, beside who may call a route, what it reads; its OpenAPI document tells it."""
    return {**access, BODY: body, QUERY: query}


def key_guard(exchange: Exchange) -> Guard:
    """Make the guard that turns the key of a request into its Caller, for routes that want one."""

    async def require_key(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        access = handler.opt.get(ACCESS)
        if access not in ("key", "admin"):
            return
        require_keyless(connection.scope["query_string"].decode("latin-1"))
        headers = {name.lower(): value for name, value in connection.headers.items()}
        caller, _ = await authenticate(headers, exchange.keys, exchange.ring, exchange.now())
        if access == "admin" and caller.person.role != ADMIN.role:
            message = "This is for administrators."
            raise Failed(Fault(kind=Kind.FORBIDDEN, code="admin_required", message=message))
        connection.scope["state"]["caller"] = caller

    return require_key


def require_declared_access(app: Litestar) -> None:
    """Refuse to start with a route that does not say who may call it."""
    for route in app.routes:
        for handler in handlers_of(route):
            if ACCESS not in handler.opt:
                raise RuntimeError(f"the route {route.path} does not say who may call it")


def handlers_of(route: BaseRoute) -> list[BaseRouteHandler]:
    """Give the handlers of a route, whatever kind of route it is."""
    match route:
        case HTTPRoute():
            # the framework's own answer to OPTIONS tells the methods of a path and nothing else
            return [found for found in route.route_handlers if found.http_methods != {"OPTIONS"}]
        case ASGIRoute() | WebSocketRoute():
            return [route.route_handler]
        case _:  # the framework has no other kind
            return []
