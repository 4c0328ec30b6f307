"""Choose among the routes of a plan, and turn a call to the one that is tried first."""

from msgspec.structs import replace

from endpoints_server.calls.call import Call, Trail
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.routing.affinity import conversation_of
from endpoints_server.calls.routing.binding import bound, held_in
from endpoints_server.calls.routing.reach import reach
from endpoints_server.calls.suit import suit
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.route import Plan, Route
from endpoints_server.domain.routing.arrange import arrange, draw_by, draw_for
from endpoints_server.domain.wire import Operation


def is_simple(plan: Plan, catalog: Catalog) -> bool:
    """Say whether there is nothing to choose, to wait for or to try again."""
    if len(plan.routes) > 1 or not catalog.routing.is_plain:
        return False
    return plan.routes[0].endpoint.cap is None


async def aim(exchange: Exchange, call: Call, plan: Plan) -> Call:
    """Turn a call to the first route of its plan that can be taken, and keep the others.

    Those that are out are left aside, unless all are. Raises Failed where none can be taken.
    """
    routes = plan.routes
    if call.own_secret is not None:
        routes = of_own_key(routes)
    has_issuers = len({route.issuer for route in routes}) > 1
    held = held_in(call) if has_issuers else []
    if len(routes) > 1:
        stays = call.catalog.routing.has_affinity or held
        routes = arrange(
            routes, draw_for(conversation_of(call)) if stays else draw_by(exchange.draw)
        )
    if held:
        routes = await bound(exchange, call, held, routes)
    kept = left_in(exchange, routes)
    if not kept and not call.catalog.routing.breaker.has_panic:
        raise Failed(nothing_left(exchange, routes))
    trail = Trail(
        name=plan.alias or routes[0].id,
        routes=kept or routes,
        deadline=call.inbound.started + routes[0].endpoint.timeouts.total_seconds,
        is_panic=not kept,
        has_issuers=has_issuers,
    )
    return await turn(exchange, call, trail)


def of_own_key(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """Keep the routes on which a key goes that the caller sent along: all at one endpoint.

    Raises Failed where nobody knows whose it is.
    """
    routes = tuple(route for route in routes if route.key == 1)
    slugs = dict.fromkeys(route.endpoint.slug for route in routes)
    if len(slugs) == 1:
        return routes
    message = (
        "The provider key that came along belongs to one endpoint, and this model leads to "
        f"several. Name one of them in 'x-es-endpoint': {', '.join(slugs)}."
    )
    raise Failed(Fault(kind=Kind.BAD_REQUEST, code="model_ambiguous", message=message))


def left_in(exchange: Exchange, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """Keep the routes that may be asked at this moment."""
    breakers, now = exchange.health.breakers, exchange.timer()
    return tuple(route for route in routes if not breakers.is_out(route.place, route.id, now))


def nothing_left(exchange: Exchange, routes: tuple[Route, ...]) -> Fault:
    """Say that nobody is left to ask, and when somebody is again."""
    breakers, now = exchange.health.breakers, exchange.timer()
    wait = min(breakers.wait_seconds(route.place, route.id, now) for route in routes)
    return Fault(
        kind=Kind.NO_ROUTE,
        message="Every endpoint that has this model failed lately. Try again in "
        f"{max(1.0, wait):.0f} seconds.",
        retry_after_seconds=max(1.0, wait),
    )


async def turn(exchange: Exchange, call: Call, trail: Trail) -> Call:
    """Turn a call to the first route of its trail that its caller can take.

    Raises Failed with what kept them from the first, where they can take none.
    """
    fault: Fault | None = None
    for position, route in enumerate(trail.routes, start=1):
        try:
            return await turned(exchange, call, route, trail, position)
        except Failed as failed:
            fault = fault or failed.fault
    raise Failed(fault or nothing_left(exchange, (call.route,)))


async def turned(exchange: Exchange, call: Call, route: Route, trail: Trail, position: int) -> Call:
    """Turn a call to one route; raises Failed where its caller or its operation cannot take it."""
    own, at = call.own_secret, call.inbound.started_at
    reached = await reach(exchange, route, call.caller, own, at)
    found = replace(
        call,
        route=reached,
        wire_out=exchange.wires[reached.wire],
        trail=replace(trail, routes=trail.routes[position:]),
    )
    return found if call.inbound.operation is Operation.CHAT else suit(found)
