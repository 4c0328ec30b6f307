"""Prices, balances and the currency, from the file to the Catalog."""

from decimal import Decimal

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.money.balance import Allowance, Refill, Unit
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.money.price import Rates
from tests.config.files import ENTRY, only_endpoint, read, told

RATES = "{prompt: %s, completion: 0, context: 8}"
MODELS = "[gpt-5, gpt-5-mini, my-gpt-5, GPT-5, other]"


def catalog_with(text: str) -> Catalog:
    loaded = read(ENTRY + text)
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, "v", no_prices)


def inputs(*keys: str) -> dict[str, Decimal | None]:
    """Give each model's input rate, where the keys cost 1, 2, 3 and so on."""
    text = ENTRY.replace("[acme-large]", MODELS) + "      tokenConfig:\n"
    for number, key in enumerate(keys, 1):
        text += f"        {key!r}: {RATES % number}\n"
    models = only_endpoint(text).models
    return {model.name: model.price.rates.input if model.price else None for model in models}


def test_a_price_is_for_the_whole_name_alone() -> None:
    assert inputs("gpt-5") == {
        "gpt-5": 1,
        "gpt-5-mini": None,
        "my-gpt-5": None,
        "GPT-5": None,
        "other": None,
    }


def test_a_pattern_prices_what_begins_ends_or_is_around_it() -> None:
    assert inputs("gpt-5*", "my-*") == {
        "gpt-5": 1,
        "gpt-5-mini": 1,
        "my-gpt-5": 2,
        "GPT-5": None,
        "other": None,
    }
    assert inputs("*-5")["my-gpt-5"] == 1
    assert inputs("*-5")["gpt-5-mini"] is None
    assert inputs("*gpt*")["my-gpt-5"] == 1
    assert set(inputs("*").values()) == {1}


def test_the_exact_name_comes_first_and_then_the_longest_pattern() -> None:
    for keys in (("*", "gpt-5*", "gpt-5"), ("gpt-5", "gpt-5*", "*")):
        found = inputs(*keys)
        assert found["gpt-5"] == keys.index("gpt-5") + 1
        assert found["gpt-5-mini"] == keys.index("gpt-5*") + 1
        assert found["other"] == keys.index("*") + 1


def test_a_star_inside_a_name_stands_for_itself() -> None:
    assert set(inputs("gpt*mini").values()) == {None}
    text = ENTRY + f"      tokenConfig: {{'a*b': {RATES % 1}}}\n"
    assert told(text) == [
        "8:21: warning: the `*` inside `a*b` stands for itself (a pattern begins or ends with `*`)"
    ]


def test_zero_is_free_and_not_unknown() -> None:
    text = ENTRY + "      tokenConfig: {acme-large: {prompt: 0, completion: 0, context: 8}}\n"
    price = only_endpoint(text).models[0].price
    assert price is not None
    assert price.rates == Rates(input=Decimal(0), output=Decimal(0))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("-1", "`prompt` must be zero or more, not negative"),
        ("1e400", "`prompt` must be a finite number"),
        ("-.inf", "`prompt` must be zero or more, not negative"),
        (".nan", "`prompt` must be a finite number"),
        ("'1'", "`prompt` must be a number, not text (write the number without quotes)"),
        ("cheap", "`prompt` must be a number, not text (write the number in digits alone)"),
        ("true", "`prompt` must be a number, not `true` or `false`"),
        ("1e9", "`prompt` is above a USD a token (rates are in USD per million tokens)"),
    ],
)
def test_what_is_no_price_is_told_with_its_place(value: str, said: str) -> None:
    text = ENTRY + f"      tokenConfig:\n        acme-large: {RATES % value}\n"
    assert f"9:30: error: {said}" in told(text)


def test_a_key_that_prices_nothing_is_noted() -> None:
    text = ENTRY + f"      tokenConfig: {{Acme-Large: {RATES % 1}, 'acme-*': {RATES % 2}}}\n"
    assert told(text, Level.NOTE) == [
        "8:21: note: `Acme-Large` prices no model in `models.default`"
    ]


def test_nobody_is_stopped_unless_the_file_says_so() -> None:
    assert catalog_with("").allowance is None
    assert catalog_with("balance: {startBalance: 5}\n").allowance is None


def test_a_balance_has_librechats_usual_amounts() -> None:
    assert catalog_with("balance: {enabled: true}\n").allowance == Allowance(
        start_nano_usd=20_000_000
    )


def test_a_refill_is_as_the_file_says() -> None:
    allowance = catalog_with(
        "balance: {enabled: true, startBalance: 0.5, autoRefillEnabled: true,"
        " refillIntervalValue: 1.5, refillIntervalUnit: hours, refillAmount: 7}\n"
    ).allowance
    refill = Refill(nano_usd=7000, value=Decimal("1.5"), unit=Unit.HOURS)
    assert allowance == Allowance(start_nano_usd=500, refill=refill)


def test_every_unit_of_the_schema_is_one_of_ours() -> None:
    for unit in Unit:
        text = f"balance: {{enabled: true, autoRefillEnabled: true, refillIntervalUnit: {unit}}}\n"
        allowance = catalog_with(text).allowance
        assert allowance
        assert allowance.refill
        assert allowance.refill.unit is unit


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        ("startBalance: 1e400", "`startBalance` must be a finite number"),
        ("startBalance: 1e13", "`startBalance` is above a million USD (a million credits are one"),
        ("refillAmount: -1", "`refillAmount` must be zero or more, not negative"),
        ("refillIntervalValue: 0", "`refillIntervalValue` must be greater than 0"),
        (
            "refillIntervalValue: 1.5, refillIntervalUnit: months",
            "`refillIntervalValue` must be a whole number of months",
        ),
    ],
)
def test_amounts_nobody_can_count_with_are_told(balance: str, said: str) -> None:
    assert any(said in line for line in told(ENTRY + f"balance: {{enabled: true, {balance}}}\n"))


def test_a_misspelt_key_that_librechat_would_pass_over_is_told() -> None:
    text = "balance: {enabld: true, startbalance: 5, foo: 1}\ntransactions: {enable: false}\n"
    assert told(ENTRY + text) == [
        "8:11: warning: `enabld` is not a key of `balance` (did you mean `enabled`?)",
        "8:25: warning: `startbalance` is not a key of `balance` (did you mean `startBalance`?)",
        "8:42: warning: `foo` is not a key of `balance`",
        "9:16: warning: `enable` is not a key of `transactions` (did you mean `enabled`?)",
    ]


def test_switching_the_record_off_says_what_it_comes_to() -> None:
    off = "transactions: {enabled: false}\n"
    assert told(ENTRY + off, Level.NOTE) == [
        "8:25: note: the ledger records every call all the same"
    ]
    assert told(ENTRY + off + "balance: {enabled: true}\n") == [
        "8:25: warning: `enabled` has no effect while `balance` is enabled"
    ]


def test_a_currency_keeps_its_rate_as_written() -> None:
    found = catalog_with("interface: {currency: {code: EUR, rate: 0.92}}\n").currency
    assert found == Currency(code="EUR", rate=Decimal("0.92"))
    assert catalog_with("interface: {modelSelect: true}\n").currency is None


def test_a_rate_of_exchange_without_end_is_refused() -> None:
    text = ENTRY + "interface: {currency: {code: EUR, rate: .inf}}\n"
    assert any("`rate` must be a finite number" in line for line in told(text))
