"""The bundled genai-prices list, translated into our Price; slow to import."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices, TimeOfDateConstraint
from msgspec.structs import replace

from endpoints_server.config.prices import Listing
from endpoints_server.domain.money.price import SECONDS_A_DAY, Hours, Price, Rates, Tier

SOURCE = "genai-prices"
RATE_KEYS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_hour": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
}
FEE_PER_REQUEST = "requests_kcount"


class BundledPrices:
    """Looks prices up in the list that came with the package, as of an instant."""

    def __init__(self, as_of: datetime | None = None) -> None:
        self._snapshot: DataSnapshot = get_snapshot()
        self._as_of = as_of or datetime.now(UTC)
        self._ids = {provider.id for provider in self._snapshot.providers}

    def find(self, address: str, slug: str, model: str) -> Listing:
        """Look a model up by its address; by its endpoint only if that is a provider's id."""
        found = self.look_up(model, None, address) if address else None
        if found is None and slug in self._ids and not self.is_known(address):
            found = self.look_up(model, slug, None)
        if found is None:
            return Listing()
        price = price_of(standard_price(found, self._as_of))
        hours = tuple(hours_of(found))
        if price is None or None in hours:
            return Listing(context_tokens=found.context_window)
        price = replace(price, hours=tuple(filter(None, hours)))
        return Listing(price=price, context_tokens=found.context_window)

    def is_known(self, address: str) -> bool:
        """Say whether an address is that of a provider in the list."""
        try:
            self._snapshot.find_provider(None, None, address)
        except LookupError:
            return False
        return True

    def look_up(self, model: str, provider: str | None, address: str | None) -> ModelInfo | None:
        """Find a model, or None."""
        try:
            _, found = self._snapshot.find_provider_model(model, None, provider, address)
        except LookupError:
            return None
        return found


def standard_price(model: ModelInfo, as_of: datetime) -> ModelPrice:
    """Pick the price in force outside the hours that have one of their own."""
    if isinstance(model.prices, ModelPrice):
        return model.prices
    lasting = [
        each for each in model.prices if not isinstance(each.constraint, TimeOfDateConstraint)
    ]
    for conditional in reversed(lasting):
        if conditional.constraint is None or conditional.constraint.active(as_of):
            return conditional.prices
    return model.prices[0].prices


def hours_of(model: ModelInfo) -> Iterator[Hours | None]:
    """Give the hours with a price of their own, the winning ones first; None for one untold."""
    if isinstance(model.prices, ModelPrice):
        return
    for conditional in reversed(model.prices):
        hours = conditional.constraint
        if isinstance(hours, TimeOfDateConstraint):
            yield hours_with(conditional.prices, hours)


def hours_with(listed: ModelPrice, hours: TimeOfDateConstraint) -> Hours | None:
    """Translate the price of some hours; None where tokens alone do not make it up."""
    price = price_of(listed)
    if price is None:
        return None
    return Hours(
        from_second=second_of(hours.start_time),
        until_second=second_of(hours.end_time),
        rates=price.rates,
        tiers=price.tiers,
    )


def second_of(time_of_day: time) -> int:
    """Count the seconds from midnight in UTC, which a time without a zone is taken to be in."""
    offset = time_of_day.utcoffset() or timedelta()
    local = timedelta(
        hours=time_of_day.hour, minutes=time_of_day.minute, seconds=time_of_day.second
    )
    return int((local - offset).total_seconds()) % SECONDS_A_DAY


def price_of(listed: ModelPrice) -> Price | None:
    """Translate a price; None where tokens alone do not make it up.

    A fee for each request cannot be told in rates, so such a model is unpriced and not too cheap.
    """
    if getattr(listed, FEE_PER_REQUEST) is not None or listed.input_mtok is None:
        return None
    values = {name: getattr(listed, key) for name, key in RATE_KEYS.items()}
    tiered = [value for value in values.values() if isinstance(value, TieredPrices)]
    starts = sorted({tier.start for value in tiered for tier in value.tiers})
    tiers = tuple(Tier(start, rates_above(values, start)) for start in starts)
    return Price(rates=rates_above(values, None), source=SOURCE, tiers=tiers)


def rates_above(values: dict[str, Decimal | TieredPrices | None], start: int | None) -> Rates:
    """Give the rates above a number of input tokens, or those at the bottom."""
    rates = {name: rate_above(value, start) for name, value in values.items()}
    return Rates(
        input=rates["input"] or Decimal(0),
        output=rates["output"] or Decimal(0),
        cache_read=rates["cache_read"],
        cache_write=rates["cache_write"],
        cache_write_hour=rates["cache_write_hour"],
        reasoning=rates["reasoning"],
    )


def rate_above(value: Decimal | TieredPrices | None, start: int | None) -> Decimal | None:
    """Give one rate above a number of input tokens."""
    if not isinstance(value, TieredPrices):
        return value
    reached = [tier.price for tier in value.tiers if start is not None and tier.start <= start]
    return reached[-1] if reached else value.base
