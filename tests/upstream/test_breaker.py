"""What is noted of an endpoint and its keys, and who hears of it."""

import pytest

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.routing.breaker import BreakerRules, State
from endpoints_server.upstream.breaker import Breakers

RULES = BreakerRules(consecutive_failures=2, cooldown_seconds=10, max_cooldown_seconds=60)
PLACE, ROUTE = "acme#1", "acme#1/m"


def fault(kind: Kind, retry_after_seconds: float | None = None) -> Fault:
    return Fault(kind=kind, message="m", retry_after_seconds=retry_after_seconds)


def note(breakers: Breakers, *faults: Fault | None, now: float = 0.0) -> None:
    for each in faults:
        breakers.note(PLACE, ROUTE, each, now, RULES)


@pytest.mark.parametrize(
    "kind",
    [Kind.UPSTREAM_BROKEN, Kind.UNREACHABLE, Kind.UPSTREAM_SLOW, Kind.UPSTREAM_DENIED,
     Kind.UPSTREAM_LIMITED],
)  # fmt: skip
def test_what_is_an_upstreams_own_failure_counts(kind: Kind) -> None:
    breakers = Breakers()
    note(breakers, fault(kind), fault(kind))
    assert breakers.is_out(PLACE, ROUTE, 0.0)
    assert breakers.is_out(PLACE, "acme#1/other", 0.0), "of whatever model"
    assert not breakers.is_out("acme#2", "acme#2/m", 0.0), "but not of another key"
    assert breakers.wait_seconds(PLACE, ROUTE, 4.0) == 6.0


def test_an_upstream_that_refuses_a_call_has_answered() -> None:
    breakers = Breakers()
    broken, refused = fault(Kind.UPSTREAM_BROKEN), fault(Kind.UPSTREAM_REFUSED)
    note(breakers, broken, refused, broken, None, broken)
    assert not breakers.is_out(PLACE, ROUTE, 0.0)


def test_a_route_that_told_when_to_come_back_is_left_alone_until_then() -> None:
    breakers = Breakers()
    note(breakers, fault(Kind.UPSTREAM_LIMITED, 7.0))
    assert breakers.is_calm
    assert breakers.is_out(PLACE, ROUTE, 6.9)
    assert not breakers.is_out(PLACE, "acme#1/other", 0.0), "limits are of one model"
    assert not breakers.is_out(PLACE, ROUTE, 7.0)
    note(breakers, fault(Kind.UPSTREAM_LIMITED, 86_400.0), now=10.0)
    assert not breakers.is_out(PLACE, ROUTE, 70.0), "nobody is left alone for ever"


def test_an_operator_hears_once_that_it_opens_and_once_that_it_closes() -> None:
    told: list[tuple[str, State]] = []
    breakers = Breakers(lambda place, state: told.append((place, state)))
    broken = fault(Kind.UPSTREAM_BROKEN)
    note(breakers, broken, broken, broken)
    note(breakers, broken, now=10.0)
    assert told == [(PLACE, State.OPEN)]
    assert dict(breakers.states(11.0)) == {PLACE: State.OPEN}
    note(breakers, None, None, now=31.0)
    assert told == [(PLACE, State.OPEN), (PLACE, State.CLOSED)]
    assert breakers.is_calm
