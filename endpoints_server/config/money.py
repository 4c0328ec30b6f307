"""What the file says of money: rates of its own, what people may spend, how amounts are shown."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from msgspec import UNSET, UnsetType

from endpoints_server.config.prices import Listing
from endpoints_server.config.schema.endpoint import TokenRates
from endpoints_server.config.schema.model import Cost, SomeRates
from endpoints_server.config.schema.settings import Balance, Interface
from endpoints_server.domain.money.balance import NANO_PER_CREDIT, Allowance, Refill, Unit
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.money.price import Price, Rates, Tier

ANY = "*"


def find_configured(token_config: Mapping[str, TokenRates], model: str) -> Listing | None:
    """Find what `tokenConfig` says of a model: under its own name, else under a pattern.

    A pattern begins or ends with `*`, or both; of several that fit, the longest wins, and of two as
    long the earlier. Without a `*` nothing but the whole name fits, in its own case.
    """
    key = find_key(token_config, model)
    return None if key is None else listing_of(token_config[key])


def find_window(token_config: Mapping[str, TokenRates], model: str) -> int | None:
    """Find the window of a model that is written in another case, or with a vendor before it.

    So LibreChat finds windows, and no price.
    """
    names = {model.lower(), model.rpartition("/")[2].lower()}
    fitting = (rates for key, rates in token_config.items() if key.lower() in names)
    return next((int(rates.context) or None for rates in fitting), None)


def find_key(keys: Collection[str], model: str) -> str | None:
    """Find the name or the pattern that a model goes by."""
    if model in keys:
        return model
    fitting = (key for key in keys if is_pattern(key) and fits(model, key))
    return max(fitting, key=len, default=None)


def is_pattern(key: str) -> bool:
    """Say whether a key of `tokenConfig` may stand for several models."""
    return key.startswith(ANY) or key.endswith(ANY)


def fits(model: str, pattern: str) -> bool:
    """Say whether a model's name fits a pattern."""
    if pattern.startswith(ANY) and pattern.endswith(ANY):
        return pattern.strip(ANY) in model
    if pattern.startswith(ANY):
        return model.endswith(pattern.removeprefix(ANY))
    return model.startswith(pattern.removesuffix(ANY))


def listing_of(rates: TokenRates) -> Listing:
    """Read an entry; a rate of zero means free."""
    price = Price(
        source="tokenConfig",
        rates=Rates(
            input=rates.prompt,
            output=rates.completion,
            cache_read=said(rates.cache_read, rates.read),
            cache_write=said(rates.cache_write, rates.write),
        ),
    )
    return Listing(price=price, context_tokens=int(rates.context) or None)


def said(*rates: Decimal | UnsetType) -> Decimal | None:
    """Give the first rate that is written."""
    return next((rate for rate in rates if not isinstance(rate, UnsetType)), None)


def price_of(cost: Cost) -> Price:
    """Compile a model's `cost`; what is kept in a cache for an hour is written at twice `input`."""
    tiers = sorted(cost.tiers, key=lambda tier: tier.input_tokens_above)
    return Price(
        source="cost",
        rates=rates_of(cost, cost.input, cost.output),
        tiers=tuple(
            Tier(tier.input_tokens_above, rates_of(tier, tier.input, tier.output)) for tier in tiers
        ),
    )


def cost_of(price: Price) -> Cost:
    """Write a price as a cost, for rates to be laid over it; tiers are not among them."""
    rates = price.rates
    return Cost(
        input=rates.input,
        output=rates.output,
        cache_read=UNSET if rates.cache_read is None else rates.cache_read,
        cache_write=UNSET if rates.cache_write is None else rates.cache_write,
    )


def rates_of(given: SomeRates, input_rate: Decimal, output_rate: Decimal) -> Rates:
    """Compile the rates of a cost or of one of its tiers."""
    return Rates(
        input=input_rate,
        output=output_rate,
        cache_read=None if isinstance(given.cache_read, UnsetType) else given.cache_read,
        cache_write=None if isinstance(given.cache_write, UnsetType) else given.cache_write,
        cache_write_hour=2 * input_rate,
    )


def allowance_of(balance: Balance | UnsetType) -> Allowance | None:
    """Compile what each person may spend; None where nobody is stopped."""
    if isinstance(balance, UnsetType) or not balance.enabled:
        return None
    refill = Refill(
        nano_usd=nano_usd_of(balance.refill_amount),
        value=exact(balance.refill_interval_value),
        unit=Unit(balance.refill_interval_unit),
    )
    return Allowance(
        start_nano_usd=nano_usd_of(balance.start_balance),
        refill=refill if balance.auto_refill_enabled else None,
    )


def currency_of(interface: Interface | UnsetType) -> Currency | None:
    """Compile the currency that amounts are shown in beside USD."""
    if isinstance(interface, UnsetType) or isinstance(interface.currency, UnsetType):
        return None
    return Currency(code=interface.currency.code, rate=exact(interface.currency.rate))


def nano_usd_of(credits_given: float) -> int:
    """Give credits, of which a USD has a million, in nano-USD."""
    return round(exact(credits_given) * NANO_PER_CREDIT)


def exact(number: float) -> Decimal:
    """Take a number as it was written."""
    return Decimal(str(number))
