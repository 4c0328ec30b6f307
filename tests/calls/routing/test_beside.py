"""Titles, drained answers, counts and embeddings take their ways as chats do."""

import asyncio
from collections.abc import Generator

import httpx2
import pytest

from endpoints_server.domain.money.entry import Outcome
from tests.calls.asking import ask
from tests.calls.expected import NEWS
from tests.calls.pausing import until
from tests.calls.routing.stage import CALM, Stage, played
from tests.serving import Serving

ACTORS = {"first": "chat", "second": "chat", "other": "messages"}
TITLED: dict[str, object] = {"titleConvo": True, "titleTiming": "final"}


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Serving, Stage]]:
    server = {
        **CALM,
        "aliases": {"both": ["first/m", "second/m"], "mixed": ["other/m", "first/m", "second/m"]},
        "endpoints": {"first": {"abandoned": "drain"}},
    }
    folder = tmp_path_factory.mktemp("beside")
    with played(folder, ACTORS, server, first=TITLED, second=TITLED) as staged:
        yield staged


async def test_what_is_drained_when_its_caller_leaves_fails_over_like_all_else(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    stage.play({"first": "reset_before_headers"})
    for is_stream in (True, False):
        answer = await ask(client, "chat", "both", is_stream=is_stream)
        assert (answer.status, answer.text) == (200, NEWS)
        assert answer.headers["x-es-endpoint"] == "second"


async def test_a_conversation_gets_its_title_where_its_answer_came_from(
    server: Serving, stage: Stage, client: httpx2.AsyncClient
) -> None:
    stage.play({"first": "failing_json"})
    answer = await ask(client, "chat", "both", headers={"x-conversation-id": "talk-1"})
    assert answer.headers["x-es-endpoint"] == "second"
    title = await client.get("/v1/titles/talk-1")
    assert title.json()["title"] == NEWS
    assert len(stage.asked("first")) == 1
    assert len(stage.asked("second")) == 2
    entries = server.latest(3)
    assert {entry.operation for entry in entries} == {"chat", "title"}


async def test_whoever_leaves_between_two_attempts_leaves_nothing_behind(
    server: Serving, stage: Stage, client: httpx2.AsyncClient
) -> None:
    stage.play({"first": "failing_json", "second": "hang"})
    asking = asyncio.create_task(ask(client, "chat", "both"))
    await until(lambda: stage.asked("second"))
    asking.cancel()
    exchange = server.parts.exchange
    await until(lambda: not exchange.under_way.calls)
    left, failed = server.latest(2)
    assert (failed.attempt, failed.outcome) == (1, Outcome.FAILED)
    assert (left.attempt, left.outcome) == (2, Outcome.LEFT)
    assert left.request_id == failed.request_id


async def test_embeddings_go_to_those_that_have_them(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    stage.play({"first": "failing_json", "second": "failing_json"})
    body = {"model": "mixed", "input": "words"}
    answer = await client.post("/v1/embeddings", json=body)
    assert answer.status_code == 502
    assert not stage.asked("other")
    assert stage.asked("first")
    assert stage.asked("second")


async def test_tokens_are_counted_for_an_alias_too(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    stage.play({})
    body = {"model": "both", "messages": [{"role": "user", "content": "How many?"}]}
    answer = await client.post("/v1/messages/count_tokens", json=body)
    assert answer.status_code == 200
    assert answer.json()["input_tokens"] > 0
    assert answer.headers["x-es-attempts"] == "0"
    assert not stage.seen
