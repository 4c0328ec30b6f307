"""What an attempt tells of its upstream."""

from endpoints_server.calls.call import Attempt
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Fault, Kind

OWN_BUSINESS = frozenset({Kind.UPSTREAM_DENIED, Kind.UPSTREAM_LIMITED})
"""What concerns whoever's key it is, where that is not the house's."""


def note(exchange: Exchange, attempt: Attempt, fault: Fault | None) -> None:
    """Note whether an upstream works; what was not sent, or left by its caller, tells nothing."""
    breakers, call = exchange.health.breakers, attempt.call
    route = call.route
    if route.endpoint.is_personal or (fault is None and breakers.is_calm):
        return
    if tells_nothing(attempt, fault):
        breakers.give_back(route.place)
        return
    breakers.note(route.place, route.id, fault, exchange.timer(), call.catalog.routing.breaker)


def tells_nothing(attempt: Attempt, fault: Fault | None) -> bool:
    """Say whether how an attempt ended is no news of its upstream."""
    if attempt.sent is None or (fault is not None and fault.kind is Kind.CANCELLED):
        return True
    call = attempt.call
    is_own = call.own_secret is not None or call.route.endpoint.credential.owner == "user"
    return is_own and fault is not None and fault.kind in OWN_BUSINESS
