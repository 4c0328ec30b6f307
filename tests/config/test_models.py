"""Single models: how each is reached, what it costs, and what is told of mistakes."""

from decimal import Decimal

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.prices import Listing
from endpoints_server.config.problem import Level
from endpoints_server.domain.command import Command
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.money.price import Price, Rates, Tier, cost
from endpoints_server.domain.money.usage import Usage
from tests.config.files import ENTRY, only_endpoint, read, told, with_keys

COST = "cost: {input: 0.1, output: 2, cacheRead: 0.01, cacheWrite: 0.2}"


def with_models(models: str, *lines: str) -> str:
    return with_keys(*lines).replace("[acme-large]", models)


def model_of(settings: str, *lines: str) -> Model:
    return only_endpoint(with_models(f"[{{name: m, {settings}}}]", *lines)).models[0]


def priced(text: str, price: Price | None) -> Endpoint:
    loaded = read(text)
    assert loaded.settings is not None
    found = Listing(price=price, context_tokens=1000)
    return compile_catalog(loaded.settings, "v", lambda *_: found).endpoints[0]


def rates(**given: str) -> Rates:
    return Rates(**{name: Decimal(value) for name, value in given.items()})


def test_a_model_of_which_nothing_is_said_is_as_its_endpoint() -> None:
    assert only_endpoint(with_models("[a, {name: b}, {id: c}]")).models == (
        Model(name="a"),
        Model(name="b"),
        Model(name="c"),
    )


def test_beside_an_id_the_name_is_what_screens_show() -> None:
    (model,) = only_endpoint(with_models("[{id: gpt-x, name: The X}]")).models
    assert (model.name, model.description) == ("gpt-x", "The X")


@pytest.mark.parametrize(
    ("api", "wire"),
    [
        ("provider: anthropic", "anthropic_messages"),
        ("api: anthropic-messages", "anthropic_messages"),
        ("api: anthropic_messages", "anthropic_messages"),
        ("api: openai-responses", "openai_responses"),
        ("provider: google", "google_generative"),
        ("api: openai-completions", ""),
    ],
)
def test_a_model_may_speak_another_api_than_its_endpoint(api: str, wire: str) -> None:
    assert model_of(api).wire == wire


def test_a_model_may_have_an_address_and_headers_of_its_own() -> None:
    model = model_of(
        "baseUrl: 'http://other.test/v1', headers: {x-a: m, X-C: m}",
        "headers: {X-A: e, X-B: e}",
    )
    assert model.address == "http://other.test/v1"
    assert model.headers == (
        HeaderTemplate("X-B", ("e",)),
        HeaderTemplate("x-a", ("m",)),
        HeaderTemplate("X-C", ("m",)),
    )


def test_what_a_model_holds_and_answers_is_listed_and_asked_for() -> None:
    model = model_of("contextWindow: 1000, maxTokens: 100.5, input: [text], reasoning: true")
    assert (model.context_tokens, model.output_tokens) == (1000, 100)
    assert model.dialect is not None
    assert (model.dialect.context_tokens, model.dialect.ceiling_tokens) == (1000, 100)
    assert model.dialect.turns.has_images is False
    assert model.dialect.thinking.is_able is True


def test_a_cost_is_exact_and_wins_over_every_other() -> None:
    text = with_models(
        f"[{{name: m, {COST}}}]", "tokenConfig: {m: {prompt: 9, completion: 9, context: 500}}"
    )
    (model,) = only_endpoint(text).models
    expected = rates(
        input="0.1", output="2", cache_read="0.01", cache_write="0.2", cache_write_hour="0.2"
    )
    assert model.price == Price(source="cost", rates=expected)
    assert model.context_tokens == 500


def test_tiers_price_the_whole_call_and_may_stand_in_any_order() -> None:
    tiers = (
        "tiers: [{inputTokensAbove: 500, input: 30, output: 3},"
        " {inputTokensAbove: 100, input: 20, output: 2}]"
    )
    price = model_of(f"cost: {{input: 10, output: 1, {tiers}}}").price
    assert price is not None
    assert [tier.above_tokens for tier in price.tiers] == [100, 500]
    spent = {
        count: cost(Usage(input=count), price.rates_for(Usage(input=count)))
        for count in (100, 101, 500, 501)
    }
    assert spent == {100: 1_000_000, 101: 2_020_000, 500: 10_000_000, 501: 15_030_000}


def test_an_override_changes_single_rates_of_what_is_known() -> None:
    listed = Price(
        source="book",
        rates=rates(input="1", output="2"),
        tiers=(Tier(9, rates(input="5", output="6")),),
    )
    text = with_models("[m]", "modelOverrides: {m: {cost: {output: 7}}}")
    (model,) = priced(text, listed).models
    assert model.price is not None
    assert (model.price.source, model.price.rates.input, model.price.rates.output) == (
        "cost",
        Decimal(1),
        Decimal(7),
    )
    assert priced(text, None).models[0].price is None


def test_an_override_names_and_limits_a_model() -> None:
    text = with_models("[m]", "modelOverrides: {m: {name: Em, contextWindow: 5, maxTokens: 4}}")
    (model,) = only_endpoint(text).models
    assert (model.description, model.context_tokens, model.output_tokens) == ("Em", 5, 4)


def test_fetched_models_are_overridden_too() -> None:
    text = with_models("[m], fetch: true", "modelOverrides: {other: {reasoning: true}}")
    discovery = only_endpoint(text).discovery
    assert discovery is not None
    dialect = discovery.known["other"].dialect
    assert dialect is not None
    assert dialect.thinking.is_able is True
    assert told(text) == []


def test_the_key_may_go_as_a_bearer_too() -> None:
    assert only_endpoint(with_keys("authHeader: true")).has_bearer
    assert not only_endpoint(ENTRY).has_bearer


@pytest.mark.parametrize(
    ("models", "lines", "problem"),
    [
        ("[{description: d}]", (), "7:26: error: a model lacks `name`"),
        (
            "[{name: m, provider: anthropic, api: google}]",
            (),
            "7:62: error: `provider` and `api` name two APIs; one of them is enough",
        ),
        (
            "[{name: m, api: openai-chat}]",
            (),
            "error: `api` must be",
        ),
        (
            "[{name: m, contextWindow: 0}]",
            (),
            "7:51: error: `contextWindow` must be greater than 0",
        ),
        ("[{name: m, input: [audio]}]", (), "error: item 1 of `input` must be `image` or `text`"),
        ("[{name: m, cost: {input: 1}}]", (), "7:42: error: `cost` lacks `output`"),
        (
            "[{name: m, cost: {input: -1, output: 1}}]",
            (),
            "error: `input` must be zero or more, not negative",
        ),
        (
            "[{name: m, cost: {input: 2000000, output: 1}}]",
            (),
            "error: `input` is above a USD a token",
        ),
        (
            "[{name: m, thinkingLevelMap: {hihg: x}}]",
            (),
            "error: `hihg` is not a key of `thinkingLevelMap` (did you mean `high`?)",
        ),
        (
            "[model-one]",
            ("modelOverrides: {model-on: {reasoning: true}}",),
            "8:24: warning: there is no model `model-on` to override (did you mean `model-one`?)",
        ),
        (
            "[{name: m, headers: {'a b': x}}]",
            (),
            "error: `a b` cannot be the name of a header",
        ),
    ],
)
def test_a_wrong_model_is_told_with_its_place(
    models: str, lines: tuple[str, ...], problem: str
) -> None:
    (ours,) = told(with_models(models, *lines))
    assert problem in ours


def test_where_people_bring_the_address_a_model_has_none() -> None:
    text = with_models("[{name: m, baseUrl: 'http://a.test', headers: {X-A: b}}]")
    text = text.replace("https://llm.acme.test/v1", "user_provided")
    assert [problem.split("error: ")[1] for problem in told(text)] == [
        "`baseUrl` has no place where people bring the address",
        "`headers` has no place where people bring the address",
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "modelOverrides: {m: {headers: {X-A: b}}}",
            "error: `headers` has no place where people bring the address",
        ),
        ("headers: {X-A: b}", "note: `headers` do not go to addresses that people bring"),
    ],
)
def test_headers_that_go_nowhere_are_told(line: str, problem: str) -> None:
    text = with_models("[m]", line).replace("https://llm.acme.test/v1", "user_provided")
    (ours,) = told(text, *Level)
    assert problem in ours


def test_a_command_stands_for_a_models_header() -> None:
    text = with_models("[{name: m, headers: {X-A: '!id -u'}}]")
    (model,) = only_endpoint(text + "server: {allowCommands: true}\n").models
    assert model.headers == (HeaderTemplate("X-A", (Command(("id", "-u")),)),)
    assert model.dialect is None or model.dialect == Dialect()
