"""However many routes fail, and however they do, the caller is told in time, and few are asked."""

import asyncio
from pathlib import Path

import pytest

from tests.calls.asking import ask
from tests.calls.expected import NEWS
from tests.calls.pausing import until
from tests.calls.routing.stage import (
    CALM,
    SHORTLY,
    SHORTLY_SECONDS,
    caller,
    metrics_of,
    played,
)

TEN = {f"actor-{number}": "chat" for number in range(10)}
ALL = {"all": [f"{name}/m" for name in TEN]}
TWO = {"primary": "chat", "secondary": "chat"}
LEEWAY_SECONDS = 2.0
"""A busy machine's; every route by itself would take four, or five."""
BOTH = {"both": ["primary/m", "secondary/m"]}


async def test_t_39_ten_silent_routes_take_one_deadline(tmp_path: Path) -> None:
    server = {
        **CALM,
        "aliases": ALL,
        "timeouts": {"firstToken": 0.4, "total": 0.6},
        "retries": {"attempts": 10, "budgetPercent": 100},
    }
    with played(tmp_path, TEN, server) as (running, stage):
        stage.play(dict.fromkeys(TEN, "hang"))
        async with caller(running) as client:
            for is_stream in (True, False):
                answer = await ask(client, "chat", "all", is_stream=is_stream)
                assert (answer.status, answer.code) == (504, "upstream_timeout")
                assert 0.55 < answer.took < LEEWAY_SECONDS
                assert answer.headers["x-es-attempts"] == "2"


async def test_t_39_a_try_is_given_so_long_while_another_is_left(tmp_path: Path) -> None:
    server = {**CALM, "aliases": ALL, "timeouts": {"firstToken": 5}}
    server["retries"] = {"attempts": 3, "perTrySeconds": 0.2, "budgetPercent": 100}
    with played(tmp_path, TEN, server) as (running, stage):
        stage.play({"actor-0": "hang", "actor-1": "hang_after_headers"})
        async with caller(running) as client:
            answer = await ask(client, "messages", "all")
            assert (answer.text, answer.headers["x-es-endpoint"]) == (NEWS, "actor-2")
            assert 0.4 <= answer.took < LEEWAY_SECONDS


@pytest.mark.parametrize(
    "behaviour", ["hang", "failing_json", "limited_seconds", "reset_before_headers"]
)
async def test_t_39_a_failing_primary_costs_few_further_calls(
    behaviour: str, tmp_path: Path
) -> None:
    server = {
        "aliases": BOTH,
        "endpoints": {"primary": {"timeouts": {"firstToken": 0.1 if behaviour == "hang" else 5}}},
        "retries": {"minPerSecond": 0.5},
        "breaker": {"cooldownSeconds": 60},
        "affinity": "none",
    }
    with played(tmp_path, TWO, server) as (running, stage):
        stage.play({"primary": behaviour})
        async with caller(running) as client:
            answers = [await ask(client, "chat", "both") for _ in range(40)]
        assert [answer.status for answer in answers] == [200] * 40
        assert len(stage.seen) <= 1.2 * len(answers)
        assert 1 <= len(stage.asked("primary")) <= 5
        assert answers[-1].headers["x-es-attempts"] == "1"
        assert "es_retries_total" in await metrics_of(running)


async def test_t_39_where_all_are_down_one_is_asked_and_the_caller_told_when_to_come_back(
    tmp_path: Path,
) -> None:
    server = {
        "aliases": BOTH,
        "retries": {"minPerSecond": 10},
        "breaker": {"consecutiveFailures": 2, "cooldownSeconds": 30},
    }
    with played(tmp_path, TWO, server) as (running, stage):
        stage.play({"primary": "failing_json", "secondary": "reset_before_headers"})
        async with caller(running) as client:
            for _ in range(2):
                assert (await ask(client, "chat", "both")).status == 502
            stage.seen.clear()
            for wire in ("chat", "messages", "responses", "google"):
                answer = await ask(client, wire, "both")
                assert (answer.status, answer.code) == (503, "endpoint_unavailable")
                assert answer.headers["x-should-retry"] == "true"
                assert 0 < int(answer.headers["retry-after"]) <= 30
                assert answer.headers["x-es-attempts"] == "1"
            assert len(stage.seen) == 4
            told = await metrics_of(running)
            assert 'es_breaker_open{endpoint="primary",key="1"} 1.0' in told
            stage.play({})
            answer = await ask(client, "chat", "both")
            assert (answer.status, answer.text) == (200, NEWS), "what works again is found at once"
            assert 'endpoint="primary",key="1"} 1.0' not in await metrics_of(running)


async def test_an_endpoint_is_trusted_again_as_soon_as_it_begins_to_answer(
    tmp_path: Path,
) -> None:
    server = {
        "aliases": BOTH,
        "retries": {"minPerSecond": 10},
        "breaker": {"consecutiveFailures": 1, "cooldownSeconds": 0.2},
    }
    with played(tmp_path, TWO, server) as (running, stage):
        async with caller(running) as client:
            stage.play({"primary": "failing_json"})
            assert (await ask(client, "chat", "both")).headers["x-es-fallbacks"] == "1"
            assert (await ask(client, "chat", "both")).headers["x-es-attempts"] == "1"
            await asyncio.sleep(0.25)
            stage.play({"primary": "hang_after_first"})
            probe = asyncio.create_task(ask(client, "chat", "both", is_stream=True))
            await until(lambda: len(stage.seen) == 1)
            await until(lambda: running.parts.exchange.health.breakers.is_calm)
            stage.play({})
            answer = await ask(client, "chat", "both")
            assert answer.headers["x-es-endpoint"] == "primary"
            probe.cancel()


async def test_a_probe_that_fails_leaves_an_endpoint_out_though_another_answers(
    tmp_path: Path,
) -> None:
    server = {
        "aliases": BOTH,
        "retries": {"minPerSecond": 10},
        "breaker": {"consecutiveFailures": 1, "cooldownSeconds": 0.2},
    }
    with played(tmp_path, TWO, server) as (running, stage):
        stage.play({"primary": "failing_json"})
        async with caller(running) as client:
            await ask(client, "chat", "both")
            await asyncio.sleep(0.25)
            assert (await ask(client, "chat", "both")).headers["x-es-fallbacks"] == "1"
            assert (await ask(client, "chat", "both")).headers["x-es-attempts"] == "1"
        assert 'es_breaker_open{endpoint="primary",key="1"} 1.0' in await metrics_of(running)


async def test_a_probe_that_never_went_out_leaves_its_turn_to_the_next(tmp_path: Path) -> None:
    server = {
        "aliases": BOTH,
        "limits": {"all": {"tokensPerMinute": 1000}},
        "retries": {"minPerSecond": 10},
        "breaker": {"consecutiveFailures": 1, "cooldownSeconds": 0.2},
    }
    with played(tmp_path, TWO, server) as (running, stage):
        stage.play({"primary": "failing_json"})
        async with caller(running) as client:
            await ask(client, "chat", "both", max_tokens=10)
            stage.play({})
            await asyncio.sleep(0.25)
            assert (await ask(client, "chat", "both", max_tokens=10_000)).status == 429
            answer = await ask(client, "chat", "both", max_tokens=10)
            assert answer.headers["x-es-endpoint"] == "primary"


async def test_without_panic_nobody_is_asked_while_all_are_out(tmp_path: Path) -> None:
    server = {"breaker": {"consecutiveFailures": 2, "cooldownSeconds": 0.3, "panic": False}}
    with played(tmp_path, {"sole": "chat"}, server) as (running, stage):
        stage.play({"sole": "failing_json"})
        async with caller(running) as client:
            assert [(await ask(client, "chat", "sole/m")).status for _ in range(4)] == [
                *(502, 502, 503, 503)
            ]
            assert len(stage.seen) == 2
            stage.play({})
            await asyncio.sleep(0.35)
            assert (await ask(client, "chat", "sole/m")).status == 200


async def test_one_route_is_asked_again_no_earlier_than_it_said(tmp_path: Path) -> None:
    server = {**CALM, "retries": {"perTarget": 1, "maxBackoffSeconds": 5, "budgetPercent": 100}}
    with played(tmp_path, {"sole": "chat"}, server) as (running, stage):
        async with caller(running) as client:
            stage.play({"sole": SHORTLY})
            answer = await ask(client, "chat", "sole/m")
            assert (answer.status, answer.headers["x-es-attempts"]) == (429, "2")
            assert "x-es-fallbacks" not in answer.headers
            first, second = stage.seen
            assert second.arrived_at - first.arrived_at >= SHORTLY_SECONDS
            assert [entry.attempt for entry in running.entries(answer.request_id)] == [1, 2]
            stage.play({"sole": "limited_seconds"})
            answer = await ask(client, "chat", "sole/m")
            assert answer.took < 1, "a wait that nobody would sit out is told to the caller"
            assert (answer.status, answer.headers["x-es-attempts"]) == (429, "1")
