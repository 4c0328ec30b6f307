"""When a balance is refilled, and what it affords."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.money.balance import (
    BEGINNING,
    MICROSECOND,
    NEVER,
    Grant,
    Refill,
    Standing,
    Unit,
    next_refill_at,
)

instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


def refill(value: str, unit: Unit) -> Refill:
    return Refill(nano_usd=500, value=Decimal(value), unit=unit)


def next_after(last: datetime, value: str, unit: Unit) -> datetime:
    due = next_refill_at((last - BEGINNING) // MICROSECOND, refill(value, unit))
    return BEGINNING + timedelta(microseconds=due)


def standing(left: int, refilled_at: int = 0) -> Standing:
    grant = Grant(person_id="ada", granted_nano_usd=1000, opened_at=0, refilled_at=refilled_at)
    return Standing(grant=grant, spent_nano_usd=1000 - left)


@pytest.mark.parametrize(
    ("last", "value", "expected"),
    [
        ("2026-01-31", "1", "2026-02-28"),
        ("2028-01-31", "1", "2028-02-29"),
        ("2026-01-31", "2", "2026-03-31"),
        ("2026-12-15", "1", "2027-01-15"),
        ("2026-08-31", "6", "2027-02-28"),
        ("2024-02-29", "12", "2025-02-28"),
        ("2024-02-29", "48", "2028-02-29"),
        ("2026-12-31", "12", "2027-12-31"),
    ],
)
def test_months_are_those_of_the_calendar(last: str, value: str, expected: str) -> None:
    begun = datetime.fromisoformat(f"{last}T12:30:00+00:00")
    due = next_after(begun, value, Unit.MONTHS)
    assert due == datetime.fromisoformat(f"{expected}T12:30:00+00:00")


@given(instants, st.integers(1, 1200))
def test_a_refill_by_months_comes_in_the_right_month(last: datetime, months: int) -> None:
    due = next_after(last, str(months), Unit.MONTHS)
    assert (due.year * 12 + due.month) - (last.year * 12 + last.month) == months
    assert due.day <= last.day
    assert due.time() == last.time()


@given(instants, st.integers(1, 10**6), st.sampled_from(list(Unit)))
def test_a_refill_always_lies_ahead(last: datetime, value: int, unit: Unit) -> None:
    assert next_after(last, str(value), unit) > last


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("value", ["1e300", "1e12", "120000"])
def test_what_is_past_every_calendar_never_comes(unit: Unit, value: str) -> None:
    due = next_after(datetime(2026, 11, 21, tzinfo=UTC), value, unit)
    assert due == NEVER or due.year < NEVER.year


def test_weeks_and_parts_of_an_hour_are_exact() -> None:
    last = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert next_after(last, "2", Unit.WEEKS) - last == timedelta(days=14)
    assert next_after(last, "1.5", Unit.HOURS) - last == timedelta(minutes=90)


def test_a_refill_is_due_when_little_is_left_and_the_time_has_come() -> None:
    daily = refill("1", Unit.DAYS)
    day = 86_400_000_000
    assert standing(10).is_due(daily, 10, day)
    assert not standing(10).is_due(daily, 9, day)
    assert not standing(10).is_due(daily, 10, day - 1)
    assert not standing(10, refilled_at=1).is_due(daily, 10, day)
