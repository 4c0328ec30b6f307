"""The bundled price list, translated exactly."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage as ListedUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)
from genai_prices.types import Tier as ListedTier

from endpoints_server.config.price_list import (
    BundledPrices,
    hours_of,
    price_of,
    standard_price,
)
from endpoints_server.config.prices import Listing, no_prices, open_price_book
from endpoints_server.domain.money.price import Hours, Price, Rates, Tier, cost
from endpoints_server.domain.money.usage import Usage

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_rates_are_translated_one_by_one() -> None:
    listed = ModelPrice(
        input_mtok=Decimal(3),
        output_mtok=Decimal(15),
        cache_read_mtok=Decimal("0.3"),
        cache_write_mtok=Decimal("3.75"),
        cache_write_1h_mtok=Decimal(6),
        output_reasoning_mtok=Decimal(20),
        web_searches_kcount=Decimal(10),
    )
    assert price_of(listed) == Price(
        source="genai-prices",
        rates=Rates(
            input=Decimal(3),
            output=Decimal(15),
            cache_read=Decimal("0.3"),
            cache_write=Decimal("3.75"),
            cache_write_hour=Decimal(6),
            reasoning=Decimal(20),
        ),
    )


def test_tiers_of_several_rates_are_joined() -> None:
    listed = ModelPrice(
        input_mtok=TieredPrices(base=Decimal(1), tiers=[ListedTier(start=200, price=Decimal(2))]),
        output_mtok=TieredPrices(
            base=Decimal(4),
            tiers=[
                ListedTier(start=100, price=Decimal(5)),
                ListedTier(start=200, price=Decimal(6)),
            ],
        ),
        cache_read_mtok=Decimal("0.1"),
    )
    price = price_of(listed)
    assert price is not None
    assert price.rates == Rates(input=Decimal(1), output=Decimal(4), cache_read=Decimal("0.1"))
    assert price.tiers == (
        Tier(100, Rates(input=Decimal(1), output=Decimal(5), cache_read=Decimal("0.1"))),
        Tier(200, Rates(input=Decimal(2), output=Decimal(6), cache_read=Decimal("0.1"))),
    )


@pytest.mark.parametrize(
    "listed",
    [
        ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(1), requests_kcount=Decimal(5)),
        ModelPrice(audio_hours=Decimal(1)),
        ModelPrice(),
    ],
)
def test_what_tokens_alone_do_not_make_up_is_unpriced(listed: ModelPrice) -> None:
    assert price_of(listed) is None


def test_the_price_in_force_is_taken_for_the_hours_without_one_of_their_own() -> None:
    first, later, tomorrow, cheap = (ModelPrice(input_mtok=Decimal(n)) for n in range(1, 5))
    model = ModelInfo(
        id="m",
        match=ClauseEquals("m"),
        prices=[
            ConditionalPrice(prices=first),
            ConditionalPrice(StartDateConstraint(NOON.date()), prices=later),
            ConditionalPrice(StartDateConstraint(NOON.date().replace(day=22)), prices=tomorrow),
            ConditionalPrice(
                TimeOfDateConstraint(NOON.time().replace(hour=1), NOON.time().replace(hour=23)),
                prices=cheap,
            ),
        ],
    )
    assert standard_price(model, NOON) is later


@pytest.mark.parametrize(
    ("address", "provider", "model"),
    [
        ("https://api.openai.com/v1", "openai", "gpt-4o"),
        ("https://api.anthropic.com", "anthropic", "claude-sonnet-4-5"),
        ("https://generativelanguage.googleapis.com/v1beta", "google", "gemini-2.5-pro"),
        ("https://openrouter.ai/api/v1", "openrouter", "openai/gpt-4o"),
    ],
)
@pytest.mark.parametrize("size", [1_000, 300_000])
def test_a_call_costs_what_the_list_itself_reckons(
    address: str, provider: str, model: str, size: int
) -> None:
    price = BundledPrices(NOON).find(address, "any", model).price
    assert price is not None
    usage = Usage(input=size, cache_read=size // 10, output=777)
    theirs = calc_price(
        ListedUsage(
            input_tokens=usage.total_input,
            cache_read_tokens=usage.cache_read,
            output_tokens=usage.output,
        ),
        model_ref=model,
        provider_id=provider,
        genai_request_timestamp=NOON,
    )
    assert cost(usage, price.rates_for(usage)) == int(theirs.total_price * 10**9)


def test_the_book_finds_by_address_then_by_the_providers_own_name() -> None:
    book = open_price_book()
    assert book("https://api.mistral.ai/v1", "mine", "mistral-large-latest").price
    assert book("https://gateway.test/v1", "mistral", "mistral-large-latest").price
    assert book("https://gateway.test/v1", "mistral-two", "mistral-large-latest") == Listing()
    assert book("https://api.mistral.ai/v1", "openai", "gpt-4o") == Listing()
    assert book("https://gateway.test/v1", "mistral", "no-such-model") == Listing()
    assert book("https://api.openai.com/v1", "mine", "gpt-4o").context_tokens == 128_000


def test_a_book_without_entries_knows_nothing() -> None:
    assert no_prices("https://api.openai.com/v1", "openai", "gpt-4o") == Listing()


def test_at_each_hour_a_call_costs_what_the_list_reckons_for_it() -> None:
    models = [
        (provider, model)
        for provider in get_snapshot().providers
        for model in provider.models
        if any(hours_of(model))
    ]
    assert models
    usage = ListedUsage(input_tokens=1_000, cache_read_tokens=100, output_tokens=77)
    ours = Usage(input=900, cache_read=100, output=77)
    for provider, model in models:
        price = BundledPrices(NOON).find("", provider.id, model.id).price
        assert price is not None
        for minute in range(0, 24 * 60, 30):
            at = NOON.replace(hour=minute // 60, minute=minute % 60)
            theirs = calc_price(
                usage, model_ref=model.id, provider_id=provider.id, genai_request_timestamp=at
            )
            then = price.at(round(at.timestamp()) * 1_000_000)
            assert cost(ours, then.rates_for(ours)) == int(theirs.total_price * 10**9), (model, at)


@pytest.mark.parametrize(
    ("second", "is_dear"), [(0, True), (3599, True), (3600, False), (82800, True)]
)
def test_hours_may_last_past_midnight(second: int, is_dear: bool) -> None:
    cheap, dear = (Rates(input=Decimal(n), output=Decimal(n)) for n in (1, 2))
    hours = Hours(from_second=82_800, until_second=3_600, rates=dear)
    price = Price(rates=cheap, source="s", hours=(hours,))
    day = 20_000 * 86_400
    assert price.at((day + second) * 1_000_000).rates == (dear if is_dear else cheap)
