"""An endpoint gets so many calls at once; others wait in turn, go elsewhere, or are turned away."""

import asyncio
from collections import Counter
from pathlib import Path

from tests.calls.asking import ask
from tests.calls.pausing import until
from tests.calls.routing.stage import caller, played

SLOW = "dribble"


async def test_a_full_endpoint_is_passed_over(tmp_path: Path) -> None:
    server = {
        "endpoints": {"narrow": {"maxConcurrent": 2}},
        "aliases": {"both": ["narrow/m", "wide/m"]},
        "retries": {"attempts": 1, "budgetPercent": 0, "minPerSecond": 0},
    }
    with played(tmp_path, {"narrow": "chat", "wide": "chat"}, server) as (running, stage):
        stage.play({"narrow": SLOW})
        async with caller(running) as client:
            async with asyncio.TaskGroup() as group:
                held = [
                    group.create_task(ask(client, "chat", "narrow/m", is_stream=True))
                    for _ in range(2)
                ]
                await until(lambda: len(stage.asked("narrow")) == 2)
                answers = await asyncio.gather(*(ask(client, "chat", "both") for _ in range(6)))
                assert {each.headers["x-es-endpoint"] for each in answers} == {"wide"}
                assert {each.headers["x-es-attempts"] for each in answers} == {"1"}
                for each in held:
                    each.cancel()
            stage.play({})
            await until(lambda: not running.parts.exchange.health.crowd.inside("narrow"))
            answer = await ask(client, "chat", "both")
            assert answer.headers["x-es-endpoint"] == "narrow"


async def test_where_nobody_else_is_left_the_caller_is_told_to_come_back(tmp_path: Path) -> None:
    server = {"endpoints": {"narrow": {"maxConcurrent": 1, "maxQueue": 1, "queueSeconds": 0.2}}}
    with played(tmp_path, {"narrow": "chat"}, server) as (running, stage):
        stage.play({"narrow": SLOW})
        async with caller(running) as client:
            holding = asyncio.create_task(ask(client, "chat", "narrow/m", is_stream=True))
            await until(lambda: len(stage.seen) == 1)
            wires = ("chat", "messages", "responses", "google")
            answers = await asyncio.gather(*(ask(client, wire, "narrow/m") for wire in wires))
            holding.cancel()
    for answer in answers:
        assert (answer.status, answer.code) == (503, "endpoint_busy")
        assert answer.headers["x-should-retry"] == "true"
        assert int(answer.headers["retry-after"]) >= 1
    assert max(answer.took for answer in answers) >= 0.2, "one waited in turn"
    assert len(stage.seen) == 1


async def test_who_waits_in_turn_is_served_in_turn(tmp_path: Path) -> None:
    server = {"endpoints": {"narrow": {"maxConcurrent": 2, "maxQueue": 50, "queueSeconds": 10}}}
    with played(tmp_path, {"narrow": "chat"}, server) as (running, stage):
        stage.play({"narrow": "two_steps"})
        most = 0

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, running.parts.exchange.health.crowd.inside("narrow"))
                await asyncio.sleep(0.001)

        watching = asyncio.create_task(watch())
        async with caller(running) as client:
            answers = await asyncio.gather(*(ask(client, "chat", "narrow/m") for _ in range(30)))
        watching.cancel()
    assert Counter(answer.status for answer in answers) == {200: 30}
    assert most == 2
    assert running.parts.exchange.health.crowd.inside("narrow") == 0


async def test_t_39_the_wait_for_a_place_is_within_the_one_deadline(tmp_path: Path) -> None:
    one = {"maxConcurrent": 1, "maxQueue": 9, "queueSeconds": 9, "timeouts": {"total": 0.4}}
    server = {"endpoints": {"sole": one}}
    with played(tmp_path, {"sole": "chat"}, server) as (running, stage):
        stage.play({"sole": "hang"})
        async with caller(running) as client:
            calls = [asyncio.create_task(ask(client, "chat", "sole/m")) for _ in range(3)]
            answers = await asyncio.gather(*calls)
    assert {answer.code for answer in answers} <= {"upstream_timeout", "endpoint_busy"}
    assert max(answer.took for answer in answers) < 0.7
