"""Asking for model lists: what is asked, what is read, and what no answer may cost."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.upstream import models
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.lists.read import MOST_MODELS, ListedModel, read_page
from endpoints_server.upstream.models import LIST_BYTES, fetch_models
from tests.upstream.conftest import endpoint_at
from tests.upstreams.server import Exchange, Server

Answer = Callable[[Exchange], Awaitable[None]]

SHAPES = {
    "data": {"data": [{"id": "a"}, {"id": "b"}]},
    "a bare array": [{"id": "a"}, {"id": "b"}],
    "named after a path": {"models": [{"name": "models/a"}, {"name": "models/b"}]},
    "by key": {"models": [{"key": "a", "type": "llm"}, {"key": "b", "type": "llm"}]},
    "a number beside a path": {
        "result": [{"id": "7", "name": "@cf/a"}, {"id": "8", "name": "@cf/b"}]
    },
    "tags": {"models": [{"name": "a", "model": "a"}, {"name": "b", "model": "b"}]},
    "twice the same": {"data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]},
    "odd ones among them": {"data": [{"id": "a"}, 5, None, {}, {"id": 7}, {"id": ""}, {"id": "b"}]},
    "others that do not converse": {
        "data": [
            {"id": "a", "type": "chat"},
            {"id": "e", "type": "embedding"},
            {"id": "f", "capabilities": {"completion_chat": False}},
            {"id": "g", "supportedGenerationMethods": ["embedContent"]},
            {"id": "h", "endpoints": ["rerank"]},
            {"id": "b", "supportedGenerationMethods": ["generateContent"]},
        ]
    },
}
PRICES: dict[str, dict[str, object]] = {
    "per token, as text": {"pricing": {"prompt": "0.00000055", "completion": "0.00000219"}},
    "per token, under directions": {"pricing": {"input": "0.00000055", "output": "0.00000219"}},
    "per million": {"pricing": {"input": 0.55, "output": 2.19}},
    "in cents per hundred million": {
        "prompt_text_token_price": 5500,
        "completion_text_token_price": 21900,
    },
    "in several currencies": {
        "model_spec": {"pricing": {"input": {"usd": 0.55}, "output": {"usd": 2.19}}}
    },
    "by those who serve it": {
        "providers": [{"pricing": {"input": 0.55, "output": 2.19}}] * 2,
    },
}
UNKNOWN_PRICES: dict[str, dict[str, object]] = {
    "varying": {"prompt": "-1", "completion": "-1"},
    "negative": {"prompt": "0.1", "completion": "-0.000001"},
    "no number": {"prompt": "free", "completion": "0"},
    "not a number": {"prompt": "NaN", "completion": "0"},
    "endless": {"prompt": "Infinity", "completion": "1"},
    "a truth value": {"prompt": True, "completion": True},
    "absurd": {"prompt": "0.5", "completion": "0.5"},
    "half of it": {"prompt": "0.000001"},
    "with a fee for each request": {"prompt": "0", "completion": "0", "request": "0.005"},
    "far too long": {"prompt": "0." + "0" * 99 + "1", "completion": "0"},
}
WINDOWS: list[dict[str, object]] = [
    {"context_length": 4096},
    {"context_window": 4096},
    {"max_model_len": 4096},
    {"max_context_length": 4096},
    {"inputTokenLimit": 4096},
    {"max_input_tokens": 4096},
    {"model_spec": {"availableContextTokens": 4096}},
    {"limits": {"max_input_tokens": 4096}},
    {"meta": {"n_ctx_train": 4096}},
    {"context_length": "odd", "context_window": 4096},
    {"providers": [{"context_length": 8192}, {"context_length": 4096}, {}]},
]


def one(item: dict[str, object]) -> ListedModel:
    page = read_page(json.dumps({"data": [{"id": "m", **item}]}).encode())
    assert page is not None
    return page.models[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_is_read_by_its_shape(shape: str) -> None:
    page = read_page(json.dumps(SHAPES[shape]).encode())
    assert page is not None
    assert [model.name.removeprefix("@cf/") for model in page.models] == ["a", "b"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"data": {}}', b'"a"', b"\xff", b"[" * 100_000, b"null"]
)
def test_what_is_no_list_is_none(body: bytes) -> None:
    assert read_page(body) is None


@pytest.mark.parametrize("way", PRICES)
def test_a_price_is_the_same_however_it_is_told(way: str) -> None:
    price = one(PRICES[way]).price
    assert price is not None
    assert price.source == "model-list"
    assert (price.rates.input, price.rates.output) == (Decimal("0.55"), Decimal("2.19"))


@pytest.mark.parametrize("way", UNKNOWN_PRICES)
def test_a_price_that_cannot_be_believed_is_unknown(way: str) -> None:
    assert one({"pricing": UNKNOWN_PRICES[way]}).price is None


def test_prices_that_differ_between_those_who_serve_a_model_are_unknown() -> None:
    cheap, dear = ({"pricing": {"input": rate, "output": rate}} for rate in (1, 2))
    assert one({"providers": [cheap, dear]}).price is None
    assert one({"providers": [cheap, {}]}).price is None
    assert one({"providers": []}).price is None


def test_one_odd_model_leaves_the_prices_of_the_others() -> None:
    good = {"id": "a", "pricing": {"prompt": "0", "completion": "0"}}
    page = read_page(json.dumps({"data": [good, {"id": "b", "pricing": "odd"}]}).encode())
    assert page is not None
    assert [model.price is not None for model in page.models] == [True, False]


@pytest.mark.parametrize("item", WINDOWS)
def test_a_window_is_found_under_any_of_its_names(item: dict[str, object]) -> None:
    assert one(item).context_tokens == 4096


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "4096", 10**12, None, []])
def test_a_window_that_is_no_count_is_unknown(value: object) -> None:
    assert one({"context_length": value}).context_tokens is None


@asynccontextmanager
async def provider(answer: Answer) -> AsyncIterator[tuple[Server, Upstreams, Endpoint]]:
    """Run a provider and the way to it."""
    async with Server(answer) as server:
        upstreams = Upstreams()
        try:
            endpoint = endpoint_at(f"{server.url}/v1")
            yield server, upstreams, endpoint
        finally:
            await upstreams.close()


def say(exchange: Exchange, told: object) -> None:
    exchange.whole("200 OK", "application/json", json.dumps(told).encode())


@pytest.mark.parametrize(
    ("field", "asked"),
    [("nextPageToken", "pageToken"), ("next_page_token", "page_token"), ("last_id", "after_id")],
)
async def test_pages_are_followed_to_the_end(field: str, asked: str) -> None:
    async def answer(exchange: Exchange) -> None:
        is_last = f"{asked}=more+of+it" in exchange.seen.path
        more = {} if is_last else {field: "more of it", "has_more": True}
        say(exchange, {"data": [{"id": "b" if is_last else "a"}], **more})

    async with provider(answer) as (server, upstreams, endpoint):
        found = await fetch_models(upstreams, endpoint, f"{server.url}/v1/models?limit=9", {})
        assert [model.name for model in found] == ["a", "b"]
        assert [seen.method for seen in server.seen] == ["GET", "GET"]
        assert server.last.path == f"/v1/models?limit=9&{asked}=more+of+it"


async def test_a_list_that_says_there_is_more_and_repeats_itself_is_whole() -> None:
    async def answer(exchange: Exchange) -> None:
        say(exchange, {"data": [{"id": "a"}], "has_more": True, "last_id": "a"})

    async with provider(answer) as (server, upstreams, endpoint):
        found = await fetch_models(upstreams, endpoint, f"{server.url}/models", {})
        assert [model.name for model in found] == ["a"]
        assert len(server.seen) == 2


async def test_a_list_without_an_end_is_given_up() -> None:
    async def answer(exchange: Exchange) -> None:
        token = str(len(exchange.connection.server.seen))
        say(exchange, {"data": [{"id": token}], "nextPageToken": token})

    async with provider(answer) as (server, upstreams, endpoint):
        with pytest.raises(Failed) as failed:
            await fetch_models(upstreams, endpoint, f"{server.url}/models", {})
        assert failed.value.fault.kind is Kind.UPSTREAM_BROKEN
        assert len(server.seen) <= models.MOST_PAGES + 1


async def test_more_models_than_anybody_can_choose_from_are_refused() -> None:
    async def answer(exchange: Exchange) -> None:
        say(exchange, {"data": [{"id": f"m{number}"} for number in range(MOST_MODELS + 1)]})

    await refused(answer, "lists more than 5000 models")


async def test_a_list_that_never_stops_is_cut_at_its_bound() -> None:
    async def answer(exchange: Exchange) -> None:
        exchange.begin("application/json")
        exchange.chunk(b'{"data": [' + b" " * 1000)
        for _ in range(50):
            exchange.chunk(b" " * 1_000_000)
            await asyncio.sleep(0)

    await refused(answer, f"sent more than {LIST_BYTES} bytes")


async def test_a_list_that_dribbles_is_given_up_after_five_seconds() -> None:
    async def answer(exchange: Exchange) -> None:
        exchange.begin("application/json")
        while True:
            exchange.chunk(b" ")
            await asyncio.sleep(0.1)

    began_at = time.monotonic()
    await refused(answer, "within 5 seconds")
    assert 4.5 < time.monotonic() - began_at < 7


@pytest.mark.parametrize(
    ("status", "header"),
    [("307 Elsewhere", "location: /other"), ("401 No", "x: y"), ("500 Oh", "x: y")],
)
async def test_an_answer_that_is_no_success_says_its_status_and_nothing_else(
    status: str, header: str
) -> None:
    async def answer(exchange: Exchange) -> None:
        exchange.whole(status, "application/json", b'{"data": [{"id": "words"}]}', header)

    fault_text, seen = await refused(answer, f"answered {status[:3]} when asked for its models")
    assert "words" not in fault_text
    assert seen == 1


@pytest.mark.parametrize("body", [b"<html>no</html>", b'{"data": []}', b"\x00\x01"])
async def test_an_answer_without_a_model_is_a_failure(body: bytes) -> None:
    async def answer(exchange: Exchange) -> None:
        exchange.whole("200 OK", "application/json", body)

    await refused(answer, "model")


async def refused(answer: Answer, words: str) -> tuple[str, int]:
    """Expect a failure in these words; tell them, and how often was asked."""
    async with provider(answer) as (server, upstreams, endpoint):
        with pytest.raises(Failed) as failed:
            await fetch_models(
                upstreams, endpoint, f"{server.url}/v1/models", {"authorization": "Bearer sk-1"}
            )
        message = failed.value.fault.message
        assert words in message
        assert "sk-1" not in message
        assert "127.0.0.1" not in message
        return message, len(server.seen)
