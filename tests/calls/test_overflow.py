"""A conversation that is too long is told in words that the caller's own clients recover by."""

import json
from collections.abc import AsyncGenerator, Generator

import httpx2
import pytest

from tests.calls.asking import ask
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.server import Exchange, Running, Server

WORDS = {
    "chat": "This model's maximum context length is 8192 tokens.",
    "messages": "prompt is too long: 9000 tokens > 8192 maximum",
}


async def refuse(exchange: Exchange) -> None:
    await exchange.read_body()
    is_messages = "messages" in exchange.seen.path
    words = WORDS["messages" if is_messages else "chat"]
    error = {"type": "invalid_request_error", "message": words, "code": None, "param": None}
    body = {"type": "error", "error": error} if is_messages else {"error": error}
    exchange.whole("400 Bad Request", "application/json", json.dumps(body).encode())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    with Running(Server(refuse)) as upstream:
        endpoints = [endpoint(wire, wire, upstream.url) for wire in WORDS]
        with serving(config(endpoints), tmp_path_factory.mktemp("overflow")) as server:
            yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=20
    ) as client:
        yield client


async def test_on_another_wire_it_is_told_in_the_words_of_the_callers_vendor(
    client: httpx2.AsyncClient,
) -> None:
    (chat,) = (await ask(client, "chat", "messages/m")).errors
    assert chat["code"] == "context_length_exceeded"
    (messages,) = (await ask(client, "messages", "chat/m")).errors
    assert messages["message"] == f"prompt is too long: {WORDS['chat']}"
    assert messages["type"] == "invalid_request_error"


async def test_on_the_same_wire_it_comes_as_it_was_sent(client: httpx2.AsyncClient) -> None:
    for wire, words in WORDS.items():
        answered = await ask(client, wire, f"{wire}/m")
        assert answered.status == 400
        assert answered.errors[0]["message"] == words
