"""The spans of time that budgets count by: days, weeks and months of a calendar, or rolling."""

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
"""Microseconds in a second."""
QUARTER = 15 * 60 * SECOND
SLOTS = 60
"""In how many parts a rolling span is counted."""


class Every(StrEnum):
    """After what a budget begins anew."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    NEVER = "never"


class Period(Struct, frozen=True, kw_only=True):
    """A day, a week or a month of a calendar, all time, or the last so many seconds."""

    every: Every = Every.NEVER
    rolling_seconds: int = 0


class Window(Struct, frozen=True, kw_only=True):
    """The span at an instant, in microseconds: where it and its newest part begin, and its end.

    `ends_at` is when something is free again: for a rolling span, when its oldest part leaves it.
    From `expires_at` on the newest part counts for nothing.
    """

    since: int = 0
    starts_at: int = 0
    ends_at: int | None = None
    expires_at: int | None = None


ALWAYS = Window()


def window_at(period: Period, now: int, zone: tzinfo) -> Window:
    """Find the span that an instant is in; days, weeks (from Monday) and months are the zone's."""
    if period.rolling_seconds:
        return rolling_window(period.rolling_seconds, now)
    if period.every is Every.NEVER:
        return ALWAYS
    return calendar_window(period.every, now // QUARTER, zone)


@lru_cache(maxsize=1024)
def calendar_window(every: Every, quarter: int, zone: tzinfo) -> Window:
    """Find the day, week or month that a quarter of an hour since 1970 is in.

    Midnights of all zones fall between two such quarters, so that each is looked for once.
    """
    moment = (BEGINNING + quarter * QUARTER * MICROSECOND).astimezone(zone)
    begin, end = calendar_days(every, moment.replace(tzinfo=None))
    starts_at = instant_of(begin, zone)
    ends_at = instant_of(end, zone)
    return Window(since=starts_at, starts_at=starts_at, ends_at=ends_at, expires_at=ends_at)


def rolling_window(seconds: int, now: int) -> Window:
    """Count a span in parts; one that has only partly left it still counts whole."""
    part = max(1, seconds * SECOND // SLOTS)
    starts_at = now - now % part
    since = starts_at - SLOTS * part
    expires_at = starts_at + (SLOTS + 1) * part
    return Window(since=since, starts_at=starts_at, ends_at=starts_at + part, expires_at=expires_at)


def calendar_days(every: Every, moment: datetime) -> tuple[datetime, datetime]:
    """Give the first midnight of the day, week or month, and that of the next; without a zone."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match every:
        case Every.DAY | Every.NEVER:
            return midnight, midnight + timedelta(days=1)
        case Every.WEEK:
            monday = midnight - timedelta(days=midnight.weekday())
            return monday, monday + timedelta(days=7)
        case Every.MONTH:
            first = midnight.replace(day=1)
            return first, (first + timedelta(days=32)).replace(day=1)


def instant_of(local: datetime, zone: tzinfo) -> int:
    """Give a time of a zone in microseconds since 1970.

    A midnight that a clock change skips is the moment of the change.
    """
    return (local.replace(tzinfo=zone) - BEGINNING) // MICROSECOND
