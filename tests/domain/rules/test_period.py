"""Where the spans of budgets begin and end."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.rules.period import (
    ALWAYS,
    BEGINNING,
    MICROSECOND,
    SLOTS,
    Every,
    Period,
    window_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [UTC, BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Australia/Lord_Howe")]
instants = st.integers(10**15, 4 * 10**15)


def instant(text: str) -> int:
    return (datetime.fromisoformat(text) - BEGINNING) // MICROSECOND


@pytest.mark.parametrize(
    ("every", "at", "begin", "end"),
    [
        ("day", "2026-11-28T00:30+01:00", "2026-11-28T00:00+01:00", "2026-11-29T00:00+01:00"),
        ("day", "2026-11-27T23:30+00:00", "2026-11-28T00:00+01:00", "2026-11-29T00:00+01:00"),
        ("day", "2026-03-29T12:00+02:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("day", "2026-10-25T12:00+01:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
        ("week", "2026-11-29T23:59+01:00", "2026-11-23T00:00+01:00", "2026-11-30T00:00+01:00"),
        ("week", "2027-01-01T00:00+01:00", "2026-12-28T00:00+01:00", "2027-01-04T00:00+01:00"),
        ("month", "2026-12-31T23:59+01:00", "2026-12-01T00:00+01:00", "2027-01-01T00:00+01:00"),
        ("month", "2028-02-29T12:00+01:00", "2028-02-01T00:00+01:00", "2028-03-01T00:00+01:00"),
    ],
)
def test_days_weeks_and_months_are_those_of_the_zone(
    every: str, at: str, begin: str, end: str
) -> None:
    window = window_at(Period(every=Every(every)), instant(at), BERLIN)
    assert (window.since, window.starts_at) == (instant(begin), instant(begin))
    assert window.ends_at == instant(end)


@given(instants, st.sampled_from([Every.DAY, Every.WEEK, Every.MONTH]), st.sampled_from(ZONES))
def test_every_instant_is_in_its_span_and_the_next_begins_where_it_ends(
    now: int, every: Every, zone: ZoneInfo
) -> None:
    window = window_at(Period(every=every), now, zone)
    assert window.ends_at is not None
    assert window.starts_at <= now < window.ends_at
    following = window_at(Period(every=every), window.ends_at, zone)
    assert following.starts_at == window.ends_at


@given(instants, st.integers(1, 10**7))
def test_a_rolling_span_holds_all_of_the_last_seconds_and_little_more(
    now: int, seconds: int
) -> None:
    window = window_at(Period(rolling_seconds=seconds), now, UTC)
    length = seconds * 1_000_000
    assert window.since <= now - length + SLOTS
    assert now - window.since <= length + 2 * (length // SLOTS + 1)
    assert window.starts_at <= now
    assert window.ends_at is not None
    assert now < window.ends_at


def test_what_never_begins_anew_has_one_span_for_all_time() -> None:
    assert window_at(Period(), instant("2026-11-28T00:00+00:00"), BERLIN) == ALWAYS
    assert timedelta(microseconds=ALWAYS.starts_at) == timedelta(0)
