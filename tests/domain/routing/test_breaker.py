"""When a breaker opens, and how it closes again."""

from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.routing.breaker import Breaker, BreakerRules, State

RULES = BreakerRules(
    consecutive_failures=3, failure_percent=50, min_calls=8, window_seconds=10, cooldown_seconds=4
)


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(at)
    for _ in range(3):
        breaker.fail(at, RULES)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(0.0)
    for _ in range(2):
        breaker.fail(0.0, RULES)
    breaker.succeed(0.0, RULES)
    for _ in range(2):
        breaker.fail(0.0, RULES)
        assert breaker.state(0.0) is State.CLOSED
    breaker.fail(0.0, RULES)
    assert breaker.state(0.0) is State.OPEN
    assert breaker.is_out(3.9)


def test_it_opens_when_half_of_the_calls_fail_but_not_of_a_few() -> None:
    breaker = Breaker(0.0)
    for _ in range(3):
        breaker.fail(1.0, RULES)
        breaker.succeed(1.0, RULES)
    assert breaker.state(1.0) is State.CLOSED
    breaker.succeed(1.0, RULES)
    breaker.fail(1.0, RULES)
    assert breaker.state(1.0) is State.OPEN


def test_failures_of_long_ago_do_not_count() -> None:
    breaker = Breaker(0.0)
    for at in (0.0, 0.0, 20.0, 20.0):
        breaker.fail(at, RULES)
    assert breaker.state(20.0) is State.CLOSED
    breaker.succeed(40.0, RULES)
    assert breaker.is_calm


def test_after_a_while_one_call_is_the_probe() -> None:
    breaker = opened()
    assert breaker.state(4.0) is State.HALF_OPEN
    assert not breaker.is_out(4.0)
    breaker.begin(4.0, patience_seconds=5.0)
    assert breaker.is_out(8.9)
    assert not breaker.is_out(9.0), "a probe that never ended is not waited for"


def test_an_answered_probe_closes_it_and_a_failed_one_opens_it_for_twice_as_long() -> None:
    breaker = opened()
    breaker.begin(4.0, 5.0)
    breaker.fail(5.0, RULES)
    assert breaker.is_out(12.9)
    assert not breaker.is_out(13.0)
    breaker.begin(13.0, 5.0)
    breaker.succeed(14.0, RULES)
    assert breaker.state(14.0) is State.CLOSED
    assert not breaker.is_out(14.0)


def test_a_probe_that_told_nothing_makes_room_for_the_next() -> None:
    breaker = opened()
    breaker.begin(4.0, 5.0)
    breaker.give_back()
    assert not breaker.is_out(4.1)


@given(st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=100))
def test_it_is_never_out_for_longer_than_its_longest_cooldown(
    calls: list[tuple[float, bool]],
) -> None:
    breaker, now = Breaker(0.0), 0.0
    for passed, is_fine in calls:
        now += passed
        if is_fine:
            breaker.succeed(now, RULES)
            assert not breaker.is_out(now)
        else:
            breaker.fail(now, RULES)
        assert not breaker.is_out(now + RULES.max_cooldown_seconds)
