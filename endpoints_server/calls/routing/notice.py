"""What an attempt tells of its upstream."""

from endpoints_server.calls.call import Attempt
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Fault, Kind

OWN_BUSINESS = frozenset({Kind.UPSTREAM_DENIED, Kind.UPSTREAM_LIMITED})
"""What concerns whoever's key it is, where that is not the house's."""


def note(exchange: Exchange, attempt: Attempt, fault: Fault | None) -> None:
    """Note whether an upstream works; what was not sent, or left by its caller, tells nothing."""
    breakers, call = exchange.health.breakers, attempt.call
    if attempt.sent is None or (fault is None and breakers.is_calm):
        return
    route = call.route
    is_own = call.own_secret is not None or route.endpoint.credential.owner == "user"
    if route.endpoint.is_personal or (is_own and fault and fault.kind in OWN_BUSINESS):
        return
    if fault is not None and fault.kind is Kind.CANCELLED:
        breakers.give_back(route.place)
        return
    breakers.note(route.place, route.id, fault, exchange.timer(), call.catalog.routing.breaker)
