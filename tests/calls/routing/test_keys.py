"""Several keys of an endpoint share its calls, and a key goes where it belongs and nowhere else."""

from collections import Counter
from pathlib import Path

import httpx2

from tests.calls.asking import PATHS, ask, got, request
from tests.calls.places import HOUSE_KEY
from tests.calls.routing.stage import CALM, caller, metrics_of, played
from tests.calls.test_budgets import client_of, make_key
from tests.upstreams.server import Seen

SECOND, THIRD = "sk-of-the-house-000000002", "sk-of-the-house-000000003"
OWN = "sk-of-the-caller-00000009"
KEYED = {"endpoints": {"keyed": {"apiKeys": [SECOND, {"apiKey": THIRD, "weight": 2}]}}}


def key_of(seen: Seen) -> str:
    return (seen.headers.get("authorization") or seen.headers["x-api-key"]).removeprefix("Bearer ")


async def test_the_keys_of_an_endpoint_share_its_calls_by_weight(tmp_path: Path) -> None:
    with played(tmp_path, {"keyed": "chat"}, {**CALM, **KEYED}) as (running, stage):
        async with caller(running) as client:
            for number in range(100):
                await ask(client, "chat", "m", headers={"x-conversation-id": str(number)})
    counted = Counter(map(key_of, stage.seen))
    assert set(counted) == {HOUSE_KEY, SECOND, THIRD}
    assert counted[THIRD] > counted[SECOND]
    assert counted[THIRD] > counted[HOUSE_KEY]


async def test_where_one_key_is_refused_another_is_used_and_the_first_left_aside(
    tmp_path: Path,
) -> None:
    server = {**KEYED, "breaker": {"consecutiveFailures": 1}, "retries": {"minPerSecond": 10}}
    with played(tmp_path, {"keyed": "messages"}, server) as (running, stage):
        stage.play({"keyed": "denied"})
        async with caller(running) as client:
            answer = await ask(client, "chat", "m")
            assert (answer.status, answer.headers["x-es-attempts"]) == (502, "3")
            assert {key_of(seen) for seen in stage.seen} == {HOUSE_KEY, SECOND, THIRD}
            told = await metrics_of(running)
            for number in (1, 2, 3):
                assert f'es_breaker_open{{endpoint="keyed",key="{number}"}} 1.0' in told
            (view,) = (await client.get("/admin/v1/endpoints")).json()["data"]
            assert [(key["number"], key["breaker"]) for key in view["keys"]] == [
                *((1, "open"), (2, "open"), (3, "open"))
            ]
            assert all(0 < key["retry_after_seconds"] <= 10 for key in view["keys"])
            shown = told + str(view)
            assert not any(key in shown for key in (HOUSE_KEY, SECOND, THIRD))
            assert SECOND.encode() not in answer.body


async def test_a_callers_own_key_goes_to_the_one_endpoint_it_is_meant_for(tmp_path: Path) -> None:
    server = {**CALM, **KEYED, "aliases": {"both": ["keyed/m", "other/m"]}}
    actors = {"keyed": "chat", "other": "chat"}
    headers = {"authorization": f"Bearer {OWN}"}
    with played(tmp_path, actors, server) as (running, stage):
        headers["x-es-key"] = running.key
        async with httpx2.AsyncClient(base_url=running.url, headers=headers) as client:
            refused = await ask(client, "chat", "both")
            assert (refused.status, refused.code) == (400, "model_ambiguous")
            assert "keyed, other" in refused.errors[0]["message"]
            assert not stage.seen
            stage.play({"keyed": "failing_json"})
            answer = await client.post(
                f"/e/keyed{PATHS['chat']}", json=request("chat", "both"), timeout=10
            )
            failed = got("chat", answer)
            assert (failed.status, failed.headers["x-es-credential"]) == (502, "caller")
            assert [key_of(seen) for seen in stage.seen] == [OWN]
            assert not stage.asked("other")


async def test_whoever_has_no_key_for_a_route_takes_the_next(tmp_path: Path) -> None:
    server = {**CALM, "aliases": {"both": ["personal/m", "house/m"]}}
    actors = {"personal": "chat", "house": "chat"}
    personal: dict[str, object] = {"apiKey": "user_provided"}
    with played(tmp_path, actors, server, personal=personal) as (running, stage):
        key = await make_key(running, "ada")
        async with client_of(running, key) as client:
            answer = await ask(client, "chat", "both")
            assert (answer.status, answer.headers["x-es-endpoint"]) == (200, "house")
            assert answer.headers["x-es-attempts"] == "1"
            stored = await client.put("/me/credentials/personal", json={"apiKey": OWN})
            assert stored.status_code < 300
            answer = await ask(client, "chat", "both")
            assert answer.headers["x-es-endpoint"] == "personal"
            assert answer.headers["x-es-credential"] == "user"
            stage.play({"personal": "denied"})
            answer = await ask(client, "chat", "both")
            assert (answer.status, answer.headers["x-es-endpoint"]) == (200, "house")
            assert [key_of(seen) for seen in stage.seen] == [OWN, HOUSE_KEY]


async def test_a_persons_bad_key_says_nothing_of_the_endpoint(tmp_path: Path) -> None:
    server = {"breaker": {"consecutiveFailures": 1}}
    with played(tmp_path, {"sole": "chat"}, server) as (running, stage):
        stage.play({"sole": "denied"})
        headers = {"authorization": f"Bearer {OWN}", "x-es-key": running.key}
        async with httpx2.AsyncClient(base_url=running.url, headers=headers) as client:
            assert (await ask(client, "chat", "sole/m")).status == 401
        assert "es_breaker_open{" not in await metrics_of(running)
