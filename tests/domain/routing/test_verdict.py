"""What follows an attempt, for every fault there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from endpoints_server.domain.fault import RULES, Fault, Kind, Who
from endpoints_server.domain.routing.retries import Retries, RetryBudget, pause_of
from endpoints_server.domain.routing.verdict import Left, Verdict, most_telling, verdict

MUCH = Left(has_begun=False, attempts=5, repeats=0, routes=3, seconds=60.0, pause_seconds=1.0)
faults = st.builds(Fault, kind=st.sampled_from(list(Kind)), message=st.just("m"))
lefts = st.builds(
    Left,
    has_begun=st.booleans(),
    attempts=st.integers(-1, 5),
    repeats=st.integers(-1, 3),
    routes=st.integers(0, 3),
    seconds=st.floats(-1, 60),
    pause_seconds=st.floats(0, 30),
)
rules = st.builds(
    Retries,
    backoff_seconds=st.floats(0.001, 100),
    max_backoff_seconds=st.floats(0.001, 1000),
    budget_percent=st.floats(0, 100),
    min_per_second=st.floats(0, 10),
)


def fault(kind: Kind) -> Fault:
    return Fault(kind=kind, message="m")


@pytest.mark.parametrize("kind", list(Kind))
def test_the_table_says_which_faults_go_to_the_next_route(kind: Kind) -> None:
    expected = Verdict.NEXT if RULES[kind].has_next else Verdict.GIVE_UP
    assert verdict(fault(kind), MUCH) is expected


@given(faults, lefts)
def test_what_is_the_callers_own_fault_is_never_tried_again(given: Fault, left: Left) -> None:
    if given.rule.who is Who.CALLER:
        assert verdict(given, left) is Verdict.GIVE_UP


@given(faults, lefts)
def test_nothing_follows_a_first_byte_a_deadline_or_the_last_attempt(
    given: Fault, left: Left
) -> None:
    over = (
        replace(left, has_begun=True),
        replace(left, attempts=0),
        replace(left, seconds=0.0),
        replace(left, routes=0, repeats=0),
    )
    assert {verdict(given, each) for each in over} == {Verdict.GIVE_UP}


@given(lefts)
def test_an_answer_is_the_end_of_it(left: Left) -> None:
    assert verdict(None, left) is Verdict.DONE


@given(faults, lefts)
def test_a_route_is_asked_again_only_for_what_may_pass_and_within_the_deadline(
    given: Fault, left: Left
) -> None:
    if verdict(given, left) is Verdict.AGAIN:
        assert given.rule.may_retry
        assert left.repeats > 0
        assert left.pause_seconds < left.seconds


def test_the_caller_is_told_what_may_pass_before_what_may_not() -> None:
    passing, lasting = fault(Kind.UPSTREAM_LIMITED), fault(Kind.UPSTREAM_DENIED)
    assert most_telling([passing, lasting]) is passing
    assert most_telling([lasting]) is lasting
    assert most_telling([passing, fault(Kind.UPSTREAM_SLOW)]).kind is Kind.UPSTREAM_SLOW


@given(rules, st.integers(1, 1000), st.floats(0, 1), st.floats(0, 600))
def test_a_pause_honours_what_the_upstream_said_and_is_bounded(
    given: Retries, number: int, chance: float, told: float
) -> None:
    assert told <= pause_of(given, number, chance, told) <= told + given.max_backoff_seconds
    assert 0 <= pause_of(given, number, chance, None) <= given.max_backoff_seconds


@given(rules, st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 3)), max_size=200))
def test_t_39_retries_stay_within_their_part_of_all_calls(
    given: Retries, traffic: list[tuple[float, int]]
) -> None:
    now, retries = 0.0, 0
    budget = RetryBudget(given, now)
    for passed, wanted in traffic:
        now += passed
        budget.put_by(given)
        retries += sum(budget.take(given, now) for _ in range(wanted))
    own = given.min_per_second * (10 + now)
    assert retries <= own + given.budget_percent / 100 * len(traffic) + 1e-6
