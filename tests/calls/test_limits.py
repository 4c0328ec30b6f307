"""Limits of calls and tokens a minute, and of calls at once."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from tests.calls.asking import Got, ask
from tests.calls.pausing import Leaver, Pausing, until
from tests.calls.places import config, endpoint
from tests.calls.test_budgets import Talkative, client_of, make_key, opened
from tests.serving import Serving, serving
from tests.upstreams.server import Running


def check_refused(answer: Got, limit: str) -> None:
    assert (answer.status, answer.code) == (429, "rate_limit_exceeded")
    assert answer.headers["x-es-attempts"] == "0"
    assert f"'{limit}'" in answer.errors[0]["message"]
    assert answer.headers["x-should-retry"] == "true"
    assert 0 <= float(answer.headers["retry-after"]) <= 61


@pytest.fixture(scope="module")
def upstream() -> Generator[Talkative]:
    with Running(Talkative()) as upstream:
        yield upstream


async def test_so_many_calls_a_minute_and_no_more(upstream: Talkative, tmp_path: Path) -> None:
    limits = {"calls": {"requestsPerMinute": 5, "each": "key"}}
    with opened(tmp_path, upstream, limits=limits) as server:
        key = await make_key(server, "ada")
        async with client_of(server) as client, client_of(server, key) as ada:
            answers = await asyncio.gather(*(ask(client, "chat", "chat/m") for _ in range(20)))
            assert sorted(answer.status for answer in answers) == [200] * 5 + [429] * 15
            refused = await ask(client, "messages", "messages/m")
            check_refused(refused, "calls")
            assert "5 calls a minute" in refused.errors[0]["message"]
            assert (await ask(ada, "chat", "chat/m")).status == 200


async def test_callers_read_what_is_left_in_the_words_of_their_wire(
    upstream: Talkative, tmp_path: Path
) -> None:
    limits = {
        "calls": {"requestsPerMinute": 50, "tokensPerMinute": 100_000},
        "tight": {"requestsPerMinute": 10, "endpoint": "chat"},
    }
    with opened(tmp_path, upstream, limits=limits) as server:
        async with client_of(server) as client:
            told = (await ask(client, "chat", "chat/m", max_tokens=4)).headers
            assert told["x-ratelimit-limit-requests"] == "10"
            assert told["x-ratelimit-remaining-requests"] == "9"
            assert told["x-ratelimit-reset-requests"].startswith("1m")
            assert told["x-ratelimit-limit-tokens"] == "100000"
            assert 99_900 < int(told["x-ratelimit-remaining-tokens"]) < 100_000
            told = (await ask(client, "messages", "messages/m", is_stream=True)).headers
            assert told["anthropic-ratelimit-requests-limit"] == "50"
            assert told["anthropic-ratelimit-requests-remaining"] == "48"
            assert datetime.fromisoformat(told["anthropic-ratelimit-requests-reset"]).tzinfo


async def test_tokens_are_counted_as_they_turn_out(upstream: Talkative, tmp_path: Path) -> None:
    limits = {"words": {"tokensPerMinute": 2000}}
    with opened(tmp_path, upstream, limits=limits) as server:
        async with client_of(server) as client:
            for number in range(10):
                answer = await ask(client, "chat", "chat/m", max_tokens=1500)
                assert answer.status == 200
                left = int(answer.headers["x-ratelimit-remaining-tokens"])
                assert 2000 - 11 * number - 1600 < left <= 2000 - 11 * number - 1500
            check_refused(await ask(client, "chat", "chat/m", max_tokens=1950), "words")
            alone = await ask(client, "chat", "chat/m", max_tokens=2500)
            assert (alone.status, alone.code) == (429, "rate_limit_exceeded")
            assert "this call alone" in alone.errors[0]["message"]
            assert alone.headers["x-should-retry"] == "false"
            assert "retry-after" not in alone.headers


async def test_in_shadow_nothing_is_refused(upstream: Talkative, tmp_path: Path) -> None:
    limits = {"calls": {"requestsPerMinute": 1, "concurrent": 1, "shadow": True}}
    with opened(tmp_path, upstream, limits=limits) as server:
        async with client_of(server) as client:
            answers = await asyncio.gather(*(ask(client, "chat", "chat/m") for _ in range(9)))
            assert {answer.status for answer in answers} == {200}


@pytest.fixture
async def paused(tmp_path: Path) -> AsyncGenerator[tuple[Serving, Pausing]]:
    with Running(Pausing()) as upstream:
        text = config(
            [endpoint("chat", "chat", f"{upstream.url}/words")],
            {"limits": {"few": {"concurrent": 2}}},
        )
        with serving(text, tmp_path) as server:
            yield server, upstream


async def test_only_so_many_at_once_and_whoever_leaves_makes_room(
    paused: tuple[Serving, Pausing],
) -> None:
    server, upstream = paused
    leavers = [Leaver(server) for _ in range(2)]
    for leaver in leavers:
        await leaver.ask("chat", "chat/m")
        await leaver.read_until(b"fast.")
    async with httpx2.AsyncClient(base_url=server.url, headers=server.headers) as client:
        refused = await ask(client, "chat", "chat/m")
        check_refused(refused, "few")
        assert "2 calls at once" in refused.errors[0]["message"]
    leavers[0].leave()
    await until(lambda: upstream.seen[0].has_left)
    await until(lambda: len(server.latest(5)) == 1)
    third = Leaver(server)
    await third.ask("chat", "chat/m")
    await third.read_until(b"fast.")
    third.leave()
    leavers[1].leave()
