"""Sliding windows: no minute ever holds more than its limit, whatever comes when."""

from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.rules.window import MINUTE, SLOT, Claim, Counters, Measure

SECOND = 1_000_000
START = 1_795_262_400_000_000


def claim(name: str = "a", amount: int = 1, limit: int = 10, **more: object) -> Claim:
    fields: dict[str, object] = {"measure": Measure.REQUESTS} | more
    return Claim(name=name, amount=amount, limit=limit, **fields)  # type: ignore[arg-type]


arrivals = st.lists(st.tuples(st.integers(0, 20 * SECOND), st.integers(1, 8)), max_size=60)


@given(arrivals, st.integers(1, 20))
def test_t_42_no_minute_holds_more_than_the_limit(steps: list[tuple[int, int]], limit: int) -> None:
    counters, now = Counters(), START
    admitted: list[tuple[int, int]] = []
    for pause, amount in steps:
        now += pause
        if counters.take([claim(amount=amount, limit=limit)], now).is_admitted:
            admitted.append((now, amount))
    for begin, _ in admitted:
        within = [amount for at, amount in admitted if begin <= at < begin + MINUTE]
        assert sum(within) <= limit


@given(arrivals, st.integers(1, 20))
def test_what_is_refused_would_not_have_fitted_within_a_minute_and_a_second(
    steps: list[tuple[int, int]], limit: int
) -> None:
    counters, now = Counters(), START
    admitted: list[tuple[int, int]] = []
    for pause, amount in steps:
        now += pause
        if counters.take([claim(amount=amount, limit=limit)], now).is_admitted:
            admitted.append((now, amount))
        else:
            recent = [each for at, each in admitted if at > now - MINUTE - SLOT]
            assert sum(recent) + amount > limit


@given(arrivals)
def test_after_the_time_that_a_refusal_names_there_is_room(steps: list[tuple[int, int]]) -> None:
    counters, now = Counters(), START
    for pause, amount in steps:
        now += pause
        verdict = counters.take([claim(amount=amount)], now)
        if not verdict.is_admitted:
            now += verdict.rooms[0].free_after
            assert counters.take([claim(amount=amount)], now).is_admitted


def test_a_call_is_counted_everywhere_or_nowhere() -> None:
    counters = Counters()
    both = [claim("wide", limit=10), claim("narrow", limit=2)]
    for _ in range(2):
        assert counters.take(both, START).is_admitted
    refused = counters.take(both, START)
    assert not refused.is_admitted
    assert [room.claim.name for room in refused.rooms] == ["narrow"]
    assert counters.room(both[0], START).left == 8


def test_what_does_not_bind_is_counted_and_refuses_nothing() -> None:
    counters = Counters()
    shadow = claim(limit=1, is_binding=False)
    rooms = [counters.take([shadow], START).rooms[0].left for _ in range(3)]
    assert rooms == [0, -1, -2]


def test_tokens_are_put_right_when_a_call_is_over() -> None:
    counters = Counters()
    words = claim(amount=9, measure=Measure.TOKENS)
    assert counters.take([words], START).is_admitted
    counters.take([claim("b", measure=Measure.TOKENS)], START + 5 * SECOND)
    counters.close([words], START, 2)
    assert counters.room(words, START + 6 * SECOND).left == 8
    counters.close([words], START, 2)
    assert counters.room(words, START + 6 * SECOND).left == 10
    counters.close([words], START, 30)
    assert counters.room(words, START + 3 * MINUTE).left == 10


def test_so_many_run_at_once_and_each_that_ends_makes_room() -> None:
    counters = Counters()
    running = claim(limit=2, measure=Measure.CONCURRENT)
    assert [counters.take([running], START).is_admitted for _ in range(3)] == [True, True, False]
    counters.close([running], START, 0)
    assert counters.take([running], START + MINUTE).is_admitted
    for _ in range(5):
        counters.close([running], START, 0)
    assert counters.running == {}


def test_nothing_is_kept_of_what_nothing_comes_to_any_more() -> None:
    counters = Counters()
    for number in range(100):
        counters.take([claim(f"{number}")], START)
    counters.take([claim("late")], START + 3 * MINUTE)
    assert len(counters.windows) == 1
