"""What a model list says a model costs, in any of the ways that lists say it.

Prices per token are text, those per million tokens numbers; a price under `prompt` and `completion`
is per token either way. What is negative, varies, cannot be read or is absurd is unknown.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from endpoints_server.domain.money.price import Price, Rates

SOURCE = "model-list"
MILLION = Decimal(1_000_000)
CENTS_PER_100_MILLION = Decimal(10_000)
MOST_USD_PER_MILLION = Decimal(100_000)
LONGEST_NUMBER = 40

Json = Mapping[str, Any]
Named = Mapping[str, str]

PER_TOKEN: Named = {
    "input": "prompt",
    "output": "completion",
    "cache_read": "input_cache_read",
    "cache_write": "input_cache_write",
}
BY_DIRECTION: Named = {
    "input": "input",
    "output": "output",
    "cache_read": "input_cache_read",
    "cache_write": "input_cache_write",
}
PER_MILLION: Named = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_input",
    "cache_write": "cache_write",
}
CENTS: Named = {
    "input": "prompt_text_token_price",
    "output": "completion_text_token_price",
    "cache_read": "cached_prompt_text_token_price",
}


def price_of(item: Json) -> Price | None:
    """Read the price of a listed model; None where it is not told, or not in tokens alone."""
    pricing = item.get("pricing")
    if isinstance(pricing, dict):
        return of_pricing(pricing)
    spec = item.get("model_spec")
    if isinstance(spec, dict) and isinstance(spec.get("pricing"), dict):
        in_usd = {name: usd_of(value) for name, value in spec["pricing"].items()}
        return of_rates(in_usd, PER_MILLION, Decimal(1))
    if CENTS["input"] in item:
        return of_rates(item, CENTS, 1 / CENTS_PER_100_MILLION)
    return of_providers(item.get("providers"))


def of_pricing(pricing: Json) -> Price | None:
    """Read the usual block of prices; a fee for each request cannot be told in rates."""
    if number(pricing.get("request")):
        return None
    if "prompt" in pricing:
        return of_rates(pricing, PER_TOKEN, MILLION)
    if isinstance(pricing.get("input"), str):
        return of_rates(pricing, BY_DIRECTION, MILLION)
    return of_rates(pricing, PER_MILLION, Decimal(1))


def of_providers(providers: object) -> Price | None:
    """Read the price of a model that several serve; None unless all ask the same."""
    if not isinstance(providers, list):
        return None
    prices = {of_pricing(each["pricing"]) if has_pricing(each) else None for each in providers}
    return prices.pop() if len(prices) == 1 else None


def has_pricing(provider: object) -> bool:
    """Say whether somebody who serves a model tells a price."""
    return isinstance(provider, dict) and isinstance(provider.get("pricing"), dict)


def of_rates(pricing: Json, names: Named, factor: Decimal) -> Price | None:
    """Read rates by their names; both directions must be told, or nothing is known."""
    rates = {name: rate(pricing.get(told), factor) for name, told in names.items()}
    if rates["input"] is None or rates["output"] is None:
        return None
    return Price(
        source=SOURCE,
        rates=Rates(
            input=rates["input"],
            output=rates["output"],
            cache_read=rates.get("cache_read"),
            cache_write=rates.get("cache_write"),
        ),
    )


def rate(value: object, factor: Decimal) -> Decimal | None:
    """Read one price as USD per million tokens."""
    found = number(value)
    if found is None:
        return None
    usd = (found * factor).normalize()
    return usd if 0 <= usd <= MOST_USD_PER_MILLION else None


def number(value: object) -> Decimal | None:
    """Read a number, told as one or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def usd_of(value: object) -> object:
    """Take the amount in USD where a price is told in several currencies."""
    return value.get("usd") if isinstance(value, dict) else value
