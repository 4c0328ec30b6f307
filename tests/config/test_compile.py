"""Settings become the Catalog that calls are planned with."""

from decimal import Decimal
from typing import get_args

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.naming import slug_of
from endpoints_server.config.prices import Listing, no_prices
from endpoints_server.config.schema.wire import WIRES, Api
from endpoints_server.domain.catalog import Bounds
from endpoints_server.domain.endpoint import Credential, Model, Timeouts
from endpoints_server.domain.header import HeaderTemplate, Placeholder, Source
from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.domain.secret import Secret
from tests.config.files import ENTRY, only_endpoint, read, with_keys


def test_an_endpoint_is_what_the_file_says() -> None:
    endpoint = only_endpoint(ENTRY.replace("name: Acme", "name: Acme & Co"))
    assert (endpoint.name, endpoint.slug) == ("Acme & Co", "acme-co")
    assert endpoint.wire == "openai_chat"
    assert endpoint.address == "https://llm.acme.test/v1"
    assert endpoint.credential == Credential(secret=Secret("k-acme"))
    assert endpoint.models == (Model(name="acme-large"),)
    assert not endpoint.is_direct
    assert endpoint.timeouts == Timeouts()
    assert endpoint.max_connections == 1000


def test_a_provider_names_its_wire() -> None:
    assert only_endpoint(with_keys("provider: anthropic")).wire == "anthropic_messages"


@pytest.mark.parametrize(
    ("lines", "wire"),
    [
        ("addParams: {useResponsesApi: true}", "openai_responses"),
        ("addParams: {useResponsesApi: false}", "openai_chat"),
        (
            "customParams: {paramDefinitions: [{key: useResponsesApi, default: true}]}",
            "openai_responses",
        ),
        (
            "addParams: {useResponsesApi: true}\n      dropParams: [useResponsesApi]",
            "openai_chat",
        ),
        ("addParams: {useResponsesApi: true}\n      provider: anthropic", "anthropic_messages"),
    ],
)
def test_an_admin_may_switch_an_endpoint_to_responses(lines: str, wire: str) -> None:
    assert only_endpoint(with_keys(lines)).wire == wire


def test_a_key_may_stand_in_json_under_the_name_of_its_variable() -> None:
    for text, key in {
        '{"ACME_API_KEY": "k1"}': "k1",
        '{"A_API_KEY": "k1", "B_API_KEY": "k2"}': '{"A_API_KEY": "k1", "B_API_KEY": "k2"}',
        '{"ACME_API_KEY": 1}': '{"ACME_API_KEY": 1}',
    }.items():
        file = ENTRY.replace("apiKey: ${ACME_KEY}", f"apiKey: '{text}'")
        assert only_endpoint(file).credential == Credential(secret=Secret(key))


def test_the_content_type_is_the_bodys_own() -> None:
    endpoint = only_endpoint(with_keys("headers: {content-Type: text/x, x-a: b}"))
    assert [header.name for header in endpoint.headers] == ["x-a"]


def test_every_name_of_an_api_has_a_wire() -> None:
    assert set(get_args(Api)) == set(WIRES)


def test_models_keep_their_order_and_descriptions_and_stand_once() -> None:
    endpoint = only_endpoint(ENTRY.replace("[acme-large]", "[b, {name: a, description: slow}, b]"))
    assert endpoint.models == (Model(name="b"), Model(name="a", description="slow"))


@pytest.mark.parametrize(
    ("key", "address", "owner", "left"),
    [
        ("k", "https://a.test", "house", "https://a.test"),
        ("user_provided", "https://a.test", "user", "https://a.test"),
        ("'  user_provided '", "https://a.test", "user", "https://a.test"),
        ("${NOPE:-user_provided}", "https://a.test", "user", "https://a.test"),
        ("USER_PROVIDED", "https://a.test", "house", "https://a.test"),
        ("k", "user_provided", "user", ""),
    ],
)
def test_who_brings_the_key_is_told(key: str, address: str, owner: str, left: str) -> None:
    text = ENTRY.replace("${ACME_KEY}", key).replace("https://llm.acme.test/v1", address)
    endpoint = only_endpoint(text)
    assert endpoint.credential.owner == owner
    assert endpoint.address == left
    assert bool(endpoint.credential.secret) == (owner == "house")


def test_headers_become_templates_of_pieces() -> None:
    endpoint = only_endpoint(
        with_keys(
            "headers:",
            "  X-Key: ' key ${ACME_KEY}'",
            "  X-Who: '{{LIBRECHAT_USER_NAME}} in <<LIBRECHAT_BODY_CONVERSATIONID>>'",
            "  Authorization: 'Bearer {{LIBRECHAT_OPENID_TOKEN}}'",
        )
    )
    assert endpoint.headers == (
        HeaderTemplate("X-Key", ("key k-acme",)),
        HeaderTemplate(
            "X-Who",
            (
                Placeholder(Source.USER, "NAME"),
                " in ",
                Placeholder(Source.BODY, "CONVERSATIONID"),
            ),
        ),
        HeaderTemplate(
            "Authorization",
            ("Bearer ", Placeholder(Source.OPENID, "ACCESS_TOKEN", is_credential=True)),
        ),
    )
    assert "k-acme" not in repr(endpoint)


def test_no_headers_go_to_an_address_that_somebody_else_chose() -> None:
    text = with_keys("headers: {X-A: secret}").replace("https://llm.acme.test/v1", "user_provided")
    assert only_endpoint(text).headers == ()


def test_librechats_names_of_parameters_are_those_of_the_wire() -> None:
    keys = ("addParams: {maxTokens: 5, topP: 0.5, min_p: {a: 1}}", "dropParams: [frequencyPenalty]")
    dialect = only_endpoint(with_keys(*keys)).dialect
    assert dialect.add == {"max_tokens": 5, "top_p": 0.5, "min_p": {"a": 1}}
    assert dialect.drop == ("frequency_penalty",)


def test_the_messages_wire_has_names_of_its_own() -> None:
    keys = (
        "provider: anthropic",
        "addParams: {stop: [a], maxOutputTokens: 5}",
        "dropParams: [topK]",
    )
    dialect = only_endpoint(with_keys(*keys)).dialect
    assert dialect.add == {"stop_sequences": ["a"], "max_tokens": 5}
    assert dialect.drop == ("top_k",)


@pytest.mark.parametrize("parameters", ["{topP: 1, top_p: 2}", "{top_p: 2, topP: 1}"])
def test_of_two_spellings_the_wires_own_wins(parameters: str) -> None:
    assert only_endpoint(with_keys(f"addParams: {parameters}")).dialect.add == {"top_p": 2}


def test_what_no_request_carries_and_what_is_the_callers_is_left_out() -> None:
    keys = (
        "addParams: {promptCache: true, streamUsage: true, messages: [], apiKey: k}",
        "dropParams: [stream, messages, user, metadata.user_id]",
    )
    dialect = only_endpoint(with_keys(*keys)).dialect
    assert dialect.add == {}
    assert dialect.drop == ("user", "metadata.user_id")


def test_rates_of_the_file_are_exact() -> None:
    endpoint = only_endpoint(
        with_keys(
            "tokenConfig:",
            "  acme-large:",
            "    prompt: 0.1",
            "    completion: 0",
            "    context: 128000",
            "    cacheRead: 0.123456789012345678901234567890",
            "    cacheWrite: 1e-7",
        )
    )
    model = endpoint.models[0]
    assert model.context_tokens == 128000
    assert model.price == Price(
        source="tokenConfig",
        rates=Rates(
            input=Decimal("0.1"),
            output=Decimal(0),
            cache_read=Decimal("0.123456789012345678901234567890"),
            cache_write=Decimal("0.0000001"),
        ),
    )


def test_rates_of_the_file_come_before_those_of_the_book() -> None:
    listed = Listing(price=Price(rates=Rates(input=Decimal(7), output=Decimal(9)), source="book"))
    asked: list[tuple[str, ...]] = []

    def book(*key: str) -> Listing:
        asked.append(key)
        return listed

    loaded = read(
        ENTRY.replace("[acme-large]", "[a, b]")
        + "      tokenConfig: {a: {prompt: 1, completion: 2, context: 8}}\n"
    )
    assert loaded.settings
    models = compile_catalog(loaded.settings, "v", book).endpoints[0].models
    assert [model.price and model.price.source for model in models] == ["tokenConfig", "book"]
    assert asked == [("https://llm.acme.test/v1", "acme", "b")]


def test_our_own_block_sets_deadlines_and_bounds() -> None:
    server = """\
server:
  timeouts: {connect: 1, total: 30}
  bounds: {eventBytes: 1000}
  endpoints:
    ACME: {timeouts: {total: 90.5}, maxConnections: 7}
"""
    loaded = read(ENTRY + server)
    assert loaded.settings
    catalog = compile_catalog(loaded.settings, "v1", no_prices)
    endpoint = catalog.endpoints[0]
    assert endpoint.timeouts == Timeouts(connect_seconds=1, total_seconds=90.5)
    assert endpoint.max_connections == 7
    assert catalog.bounds == Bounds(event_bytes=1000)
    assert catalog.version == "v1"
    assert catalog.by_name["acme"] is endpoint
    assert catalog.by_model["acme-large"] == (endpoint,)


def test_a_direct_endpoint_is_direct() -> None:
    assert only_endpoint(with_keys("directEndpoint: true")).is_direct


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("together.ai", "together-ai"),
        ("  A / B  ", "a-b"),
        ("Über Łódź", "uber-odz"),
        ("a\nb", "a-b"),
    ],
)
def test_a_name_has_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_name_without_plain_letters_has_a_slug_of_its_own() -> None:
    assert slug_of("模型") != slug_of("型模")
    assert slug_of("模型").startswith("endpoint-")
