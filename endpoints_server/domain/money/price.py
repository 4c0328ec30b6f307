"""What a call costs: exact decimals, rounded once."""

from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.money.usage import Usage

MICROSECONDS = 1_000_000
SECONDS_A_DAY = 86_400
NANO_PER_RATE_UNIT = 1000
"""One token at one USD per million costs a thousand nano-USD."""


class Rates(Struct, frozen=True, kw_only=True):
    """USD per million tokens; a rate that is None follows from the others.

    Cache reads and writes without a rate of their own cost what input costs, reasoning what output
    costs, an hour's cache write what a five-minute one costs.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_hour: Decimal | None = None
    reasoning: Decimal | None = None


class Tier(Struct, frozen=True):
    """Rates for the whole call once its total input is above `above_tokens`."""

    above_tokens: int
    rates: Rates


class Hours(Struct, frozen=True, kw_only=True):
    """Rates of calls that begin at some hours of each day.

    Seconds are counted from midnight in UTC; where the end comes before the beginning, they last
    past midnight.
    """

    from_second: int
    until_second: int
    rates: Rates
    tiers: tuple[Tier, ...] = ()

    def holds(self, second: int) -> bool:
        """Say whether a second of the day is among them."""
        if self.until_second < self.from_second:
            return not self.until_second <= second < self.from_second
        return self.from_second <= second < self.until_second


class Price(Struct, frozen=True, kw_only=True):
    """The rates of one model, and where they come from (`tokenConfig`, `genai-prices`).

    Of `hours`, the first that hold win over the rates of the rest of the day.
    """

    rates: Rates
    source: str
    tiers: tuple[Tier, ...] = ()
    hours: tuple[Hours, ...] = ()

    def at(self, instant: int) -> "Price":
        """Give the price of a call that begins at an instant, in microseconds since 1970."""
        second = instant // MICROSECONDS % SECONDS_A_DAY
        for each in self.hours:
            if each.holds(second):
                return replace(self, rates=each.rates, tiers=each.tiers, hours=())
        return self

    def rates_for(self, usage: Usage) -> Rates:
        """Pick the tier that a call of this size falls in; tiers are sorted upwards."""
        chosen = self.rates
        for tier in self.tiers:
            if usage.total_input > tier.above_tokens:
                chosen = tier.rates
        return chosen


def cost(usage: Usage, rates: Rates) -> int:
    """Give the exact cost in nano-USD, rounded half to even once at the end."""
    cache_read = rates.input if rates.cache_read is None else rates.cache_read
    cache_write = rates.input if rates.cache_write is None else rates.cache_write
    cache_write_hour = cache_write if rates.cache_write_hour is None else rates.cache_write_hour
    reasoning = rates.output if rates.reasoning is None else rates.reasoning
    total = usage.input * rates.input + usage.output * rates.output
    if usage.reasoning:
        total += usage.reasoning * reasoning
    if usage.cache_read:
        total += usage.cache_read * cache_read
    if usage.cache_write:
        total += usage.cache_write * cache_write
    if usage.cache_write_hour:
        total += usage.cache_write_hour * cache_write_hour
    return int((total * NANO_PER_RATE_UNIT).to_integral_value(ROUND_HALF_EVEN))
