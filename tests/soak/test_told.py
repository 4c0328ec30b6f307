"""What a soak takes for growth, and for a fault of ours."""

from collections import Counter
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.soak.told import Told, complaints, table
from tests.soak.watch import Sample, trend

MINUTE = 60.0
TICKS = range(120)


def held(megabytes: Callable[[float], float], descriptors: Callable[[float], float]) -> Told:
    """Make what is found in two hours; what is held is told for each minute."""
    samples = [
        Sample(
            seconds=minute * MINUTE,
            resident_megabytes=megabytes(minute),
            descriptors=int(descriptors(minute)),
        )
        for minute in TICKS
    ]
    return Told(
        samples=samples,
        done=Counter(answered=10, troubled=4, left=3),
        wrong=Counter(),
        checked=15,
        findings=[],
        exit_code=0,
    )


def warming(minute: float) -> float:
    """Hold more and more for half an hour, then go up and down."""
    return 100.0 + min(minute, 30.0) + minute % 10 / 10


def steady(_: float) -> float:
    return 60.0


def test_a_line_has_a_slope_by_the_hour_and_an_error() -> None:
    line = trend([0.0, 1800.0, 3600.0], [1.0, 2.0, 3.0])
    assert line.per_hour == pytest.approx(2.0)
    assert line.error == pytest.approx(0.0)
    assert trend([0.0, 1800.0, 3600.0], [1.0, 3.0, 3.0]).error > 0.5


def test_what_warms_up_and_then_goes_up_and_down_does_not_grow() -> None:
    told = held(warming, steady)
    assert complaints(told) == []
    assert "17 done" in table(told)


def test_a_leak_after_the_warm_up_is_seen() -> None:
    assert complaints(held(lambda minute: warming(minute) + minute / 20, steady)) == [
        "resident memory grows"
    ]
    assert complaints(held(warming, lambda minute: 60 + minute)) == ["descriptors grow"]


def test_many_calls_at_once_are_no_leak() -> None:
    assert complaints(held(warming, lambda minute: 60 + minute * (minute % 3))) == []


def test_whatever_went_wrong_is_told() -> None:
    told = replace(
        held(warming, steady),
        wrong=Counter({"good: 500": 2}),
        checked=13,
        findings=["x"],
        exit_code=1,
    )
    assert complaints(told) == [
        "2 × good: 500",
        "1 calls are not in the ledger",
        "ledger verify: ['x']",
        "the server ended with 1",
    ]
