"""What a caller's parameters have become by the time the upstream reads them."""

import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx2
import pytest

from tests.calls.asking import Got, ask
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

OPUS = "plain/claude-opus-4-7"
BUDGET = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


@pytest.fixture(scope="module")
def upstream() -> Generator[BadProvider]:
    with Running(BadProvider()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    chat = endpoint("Tuned", "chat", upstream.url, ["gpt-5.1"]) | {
        "addParams": {"topP": 0.3, "provider.order": ["a"]},
        "dropParams": ["frequencyPenalty"],
        "customParams": {"paramDefinitions": [{"key": "temperature", "default": 0.4}]},
    }
    whole = endpoint("Whole", "chat", upstream.url, ["m"]) | {
        "addParams": {"disableStreaming": True}
    }
    claude = endpoint("Claude", "messages", upstream.url, ["claude-sonnet-5"]) | {
        "addParams": {"web_search": True}
    }
    plain = endpoint("Plain", "messages", upstream.url, ["claude-opus-4-7", "claude-sonnet-4-5"])
    reasoner = endpoint("Reasoner", "chat", upstream.url, ["o3"])
    endpoints = [chat, whole, claude, plain, reasoner]
    with serving(config(endpoints), tmp_path_factory.mktemp("tuned")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=10
    ) as client:
        yield client


def received(upstream: BadProvider) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(upstream.last.body)
    return body


async def test_defaults_additions_and_drops_meet_the_request_in_one_key_space(
    client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer = await ask(
        client, "chat", "tuned/gpt-5.1", maxTokens=50, top_p=0.9, frequency_penalty=1, seed=7
    )
    assert answer.status == 200
    sent = received(upstream)
    del sent["messages"]
    assert sent == {
        "model": "gpt-5.1",
        "max_completion_tokens": 50,
        "top_p": 0.3,
        "seed": 7,
        "temperature": 0.4,
        "provider": {"order": ["a"]},
    }


@pytest.mark.parametrize("wire", ["chat", "messages"])
async def test_a_caller_gets_a_stream_from_an_endpoint_that_is_asked_for_whole_answers(
    wire: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer: Got = await ask(client, wire, "whole/m", is_stream=True)
    assert received(upstream).get("stream", False) is False
    assert (answer.status, answer.has_end, answer.errors) == (200, True, ())
    assert answer.text


@pytest.mark.parametrize("wire", ["chat", "messages"])
async def test_what_a_model_refuses_is_taken_out_and_named(
    wire: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer = await ask(client, wire, "claude/claude-sonnet-5", temperature=0.2, topK=3)
    assert answer.status == 200
    sent = received(upstream)
    assert sent["tools"] == [{"type": "web_search_20250305", "name": "web_search"}]
    assert sent.keys().isdisjoint({"temperature", "top_k", "web_search"})
    assert set(answer.headers["x-es-losses"].replace(" ", "").split(",")) >= {"temperature"}


@pytest.mark.parametrize(
    ("asked", "lost", "sent"),
    [
        (
            ("messages", OPUS, {"temperature": 0.2, "top_k": 3}),
            "temperature,top_k",
            {},
        ),
        (
            (
                "messages",
                OPUS,
                BUDGET,
            ),
            "thinking.budget_tokens",
            {"thinking": {"type": "adaptive"}},
        ),
        (
            ("messages", "plain/claude-sonnet-4-5", {"temperature": 0.2}),
            "",
            {"temperature": 0.2},
        ),
        (("chat", "reasoner/o3", {"temperature": 0.2, "n": 2}), "temperature,n", {}),
    ],
)
async def test_what_a_model_refuses_is_named_to_the_caller_and_in_the_ledger(
    asked: tuple[str, str, dict[str, Any]],
    lost: str,
    sent: dict[str, Any],
    client: httpx2.AsyncClient,
    upstream: BadProvider,
    server: Serving,
) -> None:
    wire, model, fields = asked
    answer = await ask(client, wire, model, **fields)
    assert answer.status == 200
    body = received(upstream)
    assert {name: body[name] for name in body if name in {*fields, *sent}} == sent
    assert answer.headers.get("x-es-losses", "") == lost
    (entry,) = server.entries(answer.headers["x-request-id"])
    assert entry.losses == tuple(filter(None, lost.split(",")))


async def test_a_caller_may_ask_for_a_whole_answer_and_still_gets_a_stream(
    client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer = await ask(client, "chat", "tuned/gpt-5.1", is_stream=True, disableStreaming=True)
    assert received(upstream)["stream"] is False
    assert (answer.status, answer.has_end, answer.errors) == (200, True, ())
