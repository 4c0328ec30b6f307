"""How much is held for a call before anything is known of its answer."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from endpoints_server.calls.admission.worst import Worst, price_of, worst_of
from endpoints_server.calls.call import Call, Inbound
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.header import Conversation
from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.route import Route
from endpoints_server.domain.wire import Operation
from endpoints_server.wires.listed import WIRES

Body = dict[str, object]
CHAT = WIRES["openai_chat"]
ENDPOINT = Endpoint(
    name="E", slug="e", wire="openai_chat", address="", credential=Credential(), models=()
)


def call(
    body: Body | None = None,
    *,
    is_stream: bool = False,
    dialect: Dialect | None = None,
    limit: int | None = None,
) -> Call:
    inbound = Inbound(
        wire=CHAT,
        operation=Operation.CHAT,
        headers={},
        endpoint_name="",
        query="",
        request_id="r",
        started_at=0,
        started=0.0,
    )
    model = Model(name="m", output_tokens=limit, dialect=dialect)
    return Call(
        inbound=inbound,
        catalog=Catalog(version="v", step_tokens=100),
        caller=Caller(person=ADMIN, key_id="k"),
        route=Route(endpoint=ENDPOINT, model=model),
        wire_out=CHAT,
        body=json.dumps(body or {}).encode(),
        conversation=Conversation(),
        is_stream=is_stream,
        has_stream_usage=False,
    )


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ({"max_tokens": 40}, 40),
        ({"max_completion_tokens": 50, "max_tokens": 40}, 50),
        ({"max_output_tokens": 60}, 60),
        ({"generationConfig": {"maxOutputTokens": 70}}, 70),
        ({"generation_config": {"max_output_tokens": 70}}, 70),
        ({"generationConfig": {"maxOutputTokens": "70", "candidateCount": 2}}, 140),
        ({"generationConfig": 1, "max_tokens": 40}, 40),
        ({"max_completion_tokens": 1, "max_tokens": 40}, 40),
        ({"maxTokens": 40}, 40),
        ({"maxOutputTokens": 40}, 40),
        ({"max_tokens": 40, "best_of": 5}, 200),
        ({"max_tokens": 40, "prompt": ["a", "b"]}, 80),
        ({"max_tokens": 40, "prompt": [1, 2, 3]}, 40),
        ({"max_tokens": 5000}, 5000),
        ({"max_tokens": 1e12}, 10_000_000),
        ({"max_tokens": 40, "n": 3}, 120),
        ({}, 100),
        ({"max_tokens": None}, 100),
        ({"max_tokens": -1, "n": "x"}, 100),
        ({"max_tokens": True}, 100),
        ({"messages": [{"content": '"max_tokens": 7'}], "tools": [{"max_tokens": 7}]}, 100),
    ],
)
def test_of_a_whole_answer_the_ceiling_is_held_whatever_its_name(body: Body, held: int) -> None:
    worst = worst_of(call(body))
    assert (worst.output_tokens, worst.step_tokens) == (held, 0)


@pytest.mark.parametrize("value", [b'"\xff"', b"[" * 9000 + b"]" * 9000])
def test_what_cannot_be_read_wishes_nothing(value: bytes) -> None:
    body = b'{"max_tokens": 40, "n": %b, "generationConfig": %b}' % (value, value)
    assert worst_of(replace(call(), body=body)).output_tokens in (40, 100)


def test_the_models_own_ceiling_counts_where_the_request_has_none() -> None:
    assert worst_of(call(limit=300)).output_tokens == 300
    assert worst_of(call({"max_tokens": 20}, limit=300)).output_tokens == 20


def test_what_the_configuration_says_of_the_ceiling_is_what_goes_out() -> None:
    added = Dialect(add={"max_tokens": 30})
    assert worst_of(call({"max_tokens": 20}, dialect=added)).output_tokens == 30
    for name in ("max_output_tokens", "generationConfig.maxOutputTokens"):
        assert worst_of(call(dialect=Dialect(add={name: 30}))).output_tokens == 30
    usual = Dialect(defaults={"max_tokens": 30})
    assert worst_of(call(dialect=usual)).output_tokens == 30
    assert worst_of(call({"max_tokens": 20}, dialect=usual)).output_tokens == 20
    dropped = Dialect(drop=("max_tokens",))
    assert worst_of(call({"max_tokens": 20}, dialect=dropped, limit=300)).output_tokens == 300


@pytest.mark.parametrize(
    ("ceiling", "held", "step"), [(40, 40, 0), (100, 100, 0), (101, 100, 100), (None, 100, 100)]
)
def test_a_stream_is_held_for_step_by_step(ceiling: int | None, held: int, step: int) -> None:
    worst = worst_of(call({"max_tokens": ceiling}, is_stream=True))
    assert (worst.output_tokens, worst.step_tokens) == (held, step)
    whole = worst_of(call({"max_tokens": 5000}, is_stream=True, dialect=Dialect(is_whole=True)))
    assert (whole.output_tokens, whole.step_tokens) == (5000, 0)


def test_a_prompt_to_be_cached_is_held_at_the_price_of_writing() -> None:
    rates = Rates(
        input=Decimal(1), output=Decimal(2), cache_write_hour=Decimal(3), reasoning=Decimal(5)
    )
    price = Price(rates=rates, source="s")
    worst = Worst(input_tokens=1000, output_tokens=100)
    assert price_of(worst, price, b"{}") == 1000 * 1000 + 100 * 5000
    assert price_of(worst, price, b'{"cache_control": {}}') == 1000 * 3000 + 100 * 5000
    free = replace(price, rates=Rates(input=Decimal(0), output=Decimal(0)))
    assert price_of(worst, free, b"{}") == 0
