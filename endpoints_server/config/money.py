"""What the file says of money: rates of its own, what people may spend, how amounts are shown."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from msgspec import UnsetType

from endpoints_server.config.prices import Listing
from endpoints_server.config.schema.endpoint import TokenRates
from endpoints_server.config.schema.settings import Balance, Interface
from endpoints_server.domain.money.balance import NANO_PER_CREDIT, Allowance, Refill, Unit
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.money.price import Price, Rates

ANY = "*"


def find_configured(token_config: Mapping[str, TokenRates], model: str) -> Listing | None:
    """Find what `tokenConfig` says of a model: under its own name, else under a pattern.

    A pattern begins or ends with `*`, or both; of several that fit, the longest wins, and of two as
    long the earlier. Without a `*` nothing but the whole name fits, in its own case.
    """
    key = find_key(token_config, model)
    return None if key is None else listing_of(token_config[key])


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
            cache_read=None if isinstance(rates.cache_read, UnsetType) else rates.cache_read,
            cache_write=None if isinstance(rates.cache_write, UnsetType) else rates.cache_write,
        ),
    )
    return Listing(price=price, context_tokens=int(rates.context) or None)


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
