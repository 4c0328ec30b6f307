"""What a person may still spend: what was granted less what was charged, refilled when due."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from endpoints_server.domain.money.account import Account

NANO_PER_CREDIT = 1000
"""A credit is a millionth of a USD."""
MONTHS_OF_YEAR = 12
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NEVER = datetime.max.replace(tzinfo=UTC)


class Unit(StrEnum):
    """What an interval between refills is counted in."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


SECONDS_OF = {
    Unit.SECONDS: 1,
    Unit.MINUTES: 60,
    Unit.HOURS: 3_600,
    Unit.DAYS: 86_400,
    Unit.WEEKS: 604_800,
}


class Refill(Struct, frozen=True, kw_only=True):
    """How much is granted again, and how many units after the last time."""

    nano_usd: int
    value: Decimal
    unit: Unit


class Allowance(Struct, frozen=True, kw_only=True):
    """What each person is granted at the start, and from time to time after that."""

    start_nano_usd: int
    refill: Refill | None = None


class Grant(Struct, frozen=True, kw_only=True):
    """Everything a person was ever granted; instants are microseconds since 1970."""

    person_id: str
    granted_nano_usd: int
    opened_at: int
    refilled_at: int


class Standing(Struct, frozen=True, kw_only=True):
    """A grant, what was spent of it, and what is held for calls under way."""

    grant: Grant
    spent_nano_usd: int
    reserved_nano_usd: int = 0

    @property
    def left_nano_usd(self) -> int:
        """What may still be spent; below zero where the last call cost more than was left."""
        return self.grant.granted_nano_usd - self.spent_nano_usd - self.reserved_nano_usd

    def is_due(self, refill: Refill, nano_usd: int, now: int) -> bool:
        """Say whether a refill comes before a call: it would leave nothing, and it is time."""
        is_low = self.left_nano_usd - nano_usd <= 0
        return is_low and now >= next_refill_at(self.grant.refilled_at, refill)


def account_of(person_id: str) -> Account:
    """Give the account that a person's grant pays for."""
    return Account(name=f"balance:{person_id}", person_id=person_id)


def next_refill_at(last: int, refill: Refill) -> int:
    """Give the instant from which a refill may come; both in microseconds since 1970.

    A month after the 31st is the last day of a shorter month. What is past every calendar never
    comes.
    """
    begun = BEGINNING + timedelta(microseconds=last)
    try:
        due = later(begun, refill)
    except (OverflowError, ValueError):
        due = NEVER
    return (due - BEGINNING) // MICROSECOND


def later(begun: datetime, refill: Refill) -> datetime:
    """Add an interval to a time; raises OverflowError or ValueError past the year 9999."""
    if refill.unit is Unit.MONTHS:
        return months_later(begun, int(refill.value))
    return begun + timedelta(microseconds=int(refill.value * SECONDS_OF[refill.unit] * 1_000_000))


def months_later(begun: datetime, months: int) -> datetime:
    """Give the same day and time of a later month, or its last day where it has no such day."""
    years, month = divmod(begun.month - 1 + months, MONTHS_OF_YEAR)
    year, month = begun.year + years, month + 1
    if year > NEVER.year:
        raise OverflowError
    return begun.replace(year=year, month=month, day=min(begun.day, monthrange(year, month)[1]))
