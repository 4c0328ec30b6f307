"""How a configured model deviates, seen from a caller and from the upstream at once."""

import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx2
import pytest

from tests.calls.asking import ask, events_in
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server
from tests.upstreams.speech import OpenAIChat

TAGGED = "<think>Let me see.</think>\n\nAll is well."
PIECES = (TAGGED[:3], TAGGED[3:20], TAGGED[20:24], TAGGED[24:])


async def answer(exchange: Exchange) -> None:
    """Answer with reasoning between tags, cut wherever it hurts."""
    await exchange.read_body()
    speech = OpenAIChat("m")
    events = [*speech.opening(), *speech.texts(PIECES), *speech.closing(), *speech.end()]
    Request(exchange, 0).answer(events, speech.whole({"content": TAGGED}))


@pytest.fixture(scope="module")
def upstream() -> Generator[Server]:
    with Running(Server(answer)) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Server, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    local = endpoint("Local", "chat", upstream.url) | {
        "compat": {
            "supportsStore": False,
            "supportsDeveloperRole": False,
            "thinkingFormat": "qwen",
            "thinkTags": True,
            "sendSessionAffinityHeaders": True,
        },
        "models": {
            "default": [{"name": "m", "reasoning": True, "thinkingLevelMap": {"minimal": None}}]
        },
    }
    plain = endpoint("Plain", "chat", upstream.url)
    wordy = endpoint("Wordy", "chat", upstream.url) | {"compat": {"thinkTags": False}}
    with serving(config([local, plain, wordy]), tmp_path_factory.mktemp("flags")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=10
    ) as client:
        yield client


def sent(upstream: Server) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(upstream.last.body)
    return body


async def test_what_the_endpoint_does_not_know_is_taken_out_and_named(
    client: httpx2.AsyncClient, upstream: Server
) -> None:
    messages = [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    answer = await ask(
        client, "chat", "local/m", messages=messages, store=True, reasoning_effort="minimal"
    )
    assert answer.status == 200
    body = sent(upstream)
    assert [turn["role"] for turn in body["messages"]] == ["system", "user"]
    assert (body["enable_thinking"], body["reasoning_effort"]) == (True, "low")
    assert "store" not in body
    assert answer.headers["x-es-losses"] == "store,reasoning.effort"


async def test_the_upstream_is_told_which_conversation_a_call_is_of(
    client: httpx2.AsyncClient, upstream: Server
) -> None:
    await ask(client, "messages", "local/m", metadata={"conversation_id": "one"})
    assert upstream.last.headers["x-session-affinity"] == "one"
    await ask(client, "chat", "local/m", metadata={"conversation_id": "a\r\nx-evil: 1"})
    assert "x-session-affinity" not in upstream.last.headers


@pytest.mark.parametrize("is_stream", [True, False])
async def test_reasoning_between_tags_reaches_each_caller_as_its_wire_tells_it(
    is_stream: bool, client: httpx2.AsyncClient
) -> None:
    chat = await ask(client, "chat", "local/m", is_stream=is_stream)
    assert (chat.text, thought_in_chat(chat.body, is_stream)) == ("All is well.", "Let me see.")
    messages = await ask(client, "messages", "local/m", is_stream=is_stream)
    assert messages.text == "All is well."
    assert b"Let me see." in messages.body
    assert b"<think>" not in chat.body + messages.body


@pytest.mark.parametrize("is_stream", [True, False])
async def test_where_nothing_is_said_of_tags_a_translation_finds_them_and_a_relay_keeps_them(
    is_stream: bool, client: httpx2.AsyncClient
) -> None:
    messages = await ask(client, "messages", "plain/m", is_stream=is_stream)
    assert messages.text == "All is well."
    assert b"Let me see." in messages.body
    chat = await ask(client, "chat", "plain/m", is_stream=is_stream)
    assert chat.text == TAGGED


async def test_words_stay_words_where_the_file_says_so(client: httpx2.AsyncClient) -> None:
    messages = await ask(client, "messages", "wordy/m")
    assert messages.text == TAGGED


def thought_in_chat(body: bytes, is_stream: bool) -> str:
    if not is_stream:
        return str(json.loads(body)["choices"][0]["message"]["reasoning_content"])
    events = [json.loads(data) for data in events_in(body) if data != "[DONE]"]
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    return "".join(delta.get("reasoning_content") or "" for delta in deltas)
