"""What each model costs, and where its price comes from."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.money.price import Hours, Price, Rates, Tier

UNPRICED = "unpriced"


class RatesView(Struct, frozen=True, kw_only=True):
    """USD per million tokens; a rate that is None follows from the others."""

    input: str | None = None
    output: str | None = None
    cache_read: str | None = None
    cache_write: str | None = None
    cache_write_hour: str | None = None
    reasoning: str | None = None


class TierView(RatesView, frozen=True, kw_only=True):
    """Rates of a whole call once more than so many tokens go in."""

    input_tokens_above: int


class HoursView(RatesView, frozen=True, kw_only=True):
    """Rates of calls that begin within some hours of each day, told as clocks in UTC show them."""

    since: str
    until: str
    tiers: tuple[TierView, ...]


class PriceView(RatesView, frozen=True, kw_only=True):
    """What one model of an endpoint costs; `source` is `unpriced` where nobody knows."""

    endpoint: str
    model: str
    source: str
    tiers: tuple[TierView, ...] = ()
    hours: tuple[HoursView, ...] = ()


def list_prices(catalog: Catalog) -> list[PriceView]:
    """Tell what every model costs, in the order of the file."""
    return [
        price_view(endpoint, model) for endpoint in catalog.endpoints for model in endpoint.models
    ]


def price_view(endpoint: Endpoint, model: Model) -> PriceView:
    """Tell what a model costs."""
    price: Price | None = model.price
    if price is None:
        return PriceView(endpoint=endpoint.slug, model=model.name, source=UNPRICED)
    return PriceView(
        endpoint=endpoint.slug,
        model=model.name,
        source=price.source,
        tiers=tuple(map(tier_view, price.tiers)),
        hours=tuple(map(hours_view, price.hours)),
        **dict(told(price.rates)),
    )


def tier_view(tier: Tier) -> TierView:
    """Tell the rates of larger calls."""
    return TierView(input_tokens_above=tier.above_tokens, **dict(told(tier.rates)))


def hours_view(hours: Hours) -> HoursView:
    """Tell the rates of some hours."""
    return HoursView(
        since=clock(hours.from_second),
        until=clock(hours.until_second),
        tiers=tuple(map(tier_view, hours.tiers)),
        **dict(told(hours.rates)),
    )


def told(rates: Rates) -> Iterator[tuple[str, str]]:
    """Tell the rates that somebody gave, as plain decimals."""
    for name in Rates.__struct_fields__:
        rate: Decimal | None = getattr(rates, name)
        if rate is not None:
            yield name, f"{rate:f}"


def clock(second: int) -> str:
    """Write a second of the day as a clock shows it."""
    return f"{second // 3600:02}:{second // 60 % 60:02}"
