"""The field that a caller of Chat Completions finds reasoning in."""

import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx2
import pytest

from tests.calls.asking import Got, ask
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.acting import Acting
from tests.upstreams.server import Running

MODELS = {"chat": "demo-reasoner", "messages": "demo-messages"}
CHOICES = {"unset": None, "new": "reasoning", "old": "reasoning_content"}
FIELDS = ("reasoning", "reasoning_content")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    with Running(Acting()) as upstream:
        blocks = [
            endpoint(f"{wire}-{name}", wire, upstream.url, [model])
            | ({"customParams": {"reasoningKey": key}} if key else {})
            for wire, model in MODELS.items()
            for name, key in CHOICES.items()
        ]
        with serving(config(blocks), tmp_path_factory.mktemp("fields")) as server:
            yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, headers=server.headers) as client:
        yield client


def said(answer: Got, *, is_stream: bool) -> list[dict[str, Any]]:
    """Give the message, or the pieces of it."""
    if not is_stream:
        return [json.loads(answer.body)["choices"][0]["message"]]
    lines = [line[6:] for line in answer.body.split(b"\n") if line.startswith(b"data: {")]
    return [choice["delta"] for line in lines for choice in json.loads(line)["choices"]]


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("name", list(CHOICES))
@pytest.mark.parametrize("wire_out", list(MODELS))
async def test_reasoning_is_in_the_field_that_the_endpoint_asks_for_before_the_words(
    wire_out: str, name: str, is_stream: bool, client: httpx2.AsyncClient
) -> None:
    model = f"{wire_out}-{name}/{MODELS[wire_out]}"
    answer = await ask(client, "chat", model, is_stream=is_stream, reasoning_effort="low")
    assert answer.status == 200
    pieces = said(answer, is_stream=is_stream)
    chosen = CHOICES[name] or "reasoning_content"
    (other,) = set(FIELDS) - {chosen}
    thought = [place for place, each in enumerate(pieces) if each.get(chosen)]
    words = [place for place, each in enumerate(pieces) if each.get("content")]
    assert thought
    assert words
    assert max(thought) <= min(words)
    assert not any(other in each for each in pieces)
