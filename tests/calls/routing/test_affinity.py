"""A conversation stays where its prompt is cached, and what is sealed goes to its issuer alone."""

import asyncio
import json
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.calls.asking import PATHS, ask, request
from tests.calls.routing.accounts import KEYS, Accounts, Conversation, Json, account_of, file_of
from tests.calls.routing.stage import CALM, caller, played
from tests.serving import Serving, serving
from tests.upstreams.server import Running


@pytest.fixture(scope="module")
def accounts() -> Generator[Accounts]:
    with Running(Accounts()) as accounts:
        yield accounts


async def test_t_41_a_conversation_stays_with_its_account_whichever_process_serves_it(
    accounts: Accounts, tmp_path: Path
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    file = file_of(accounts, KEYS)
    with serving(file, folders[0]) as one, serving(file, folders[1]) as two:
        accounts.seen.clear()
        async with caller(one) as here, caller(two) as there:
            conversations = [Conversation(number) for number in range(20)]
            for client in (here, there, there, here):
                answers = await asyncio.gather(*(each.ask(client) for each in conversations))
                assert {answer.status_code for answer in answers} == {200}
        spread = Counter(map(account_of, accounts.seen))
        assert set(spread) == set(KEYS)
        assert all(number % 4 == 0 for number in spread.values()), "each all four times or never"


async def test_t_41_an_answer_is_followed_up_where_it_lies(
    accounts: Accounts, tmp_path: Path
) -> None:
    with serving(file_of(accounts, KEYS, affinity="none"), tmp_path) as server:
        async with caller(server) as client:
            for number in range(20):
                is_stream = number % 2 == 1
                first = await client.post(
                    PATHS["responses"],
                    json={"model": "any", "input": f"Question {number}", "stream": is_stream},
                )
                (id,) = {each for each in accounts.given if f'"{each}"' in first.text}
                for _ in range(3):
                    body = {"model": "any", "input": "Go on", "previous_response_id": id}
                    answer = await client.post(PATHS["responses"], json=body)
                    assert answer.status_code == 200, answer.text
                    id = answer.json()["id"]


async def test_t_41_what_is_sealed_for_an_account_that_left_is_refused_clearly(
    accounts: Accounts, tmp_path: Path
) -> None:
    with serving(file_of(accounts, KEYS), tmp_path) as server:
        async with caller(server) as client:
            conversations = [Conversation(number) for number in range(24)]
            for each in conversations:
                await each.ask(client)
            leaving, moved = KEYS[3], 0
            await reload(server, file_of(accounts, KEYS[:3]))
            accounts.seen.clear()
            for each in conversations:
                answer = await each.ask(client)
                if f"sealed-for-{leaving}" in json.dumps(each.items):
                    moved += 1
                    assert answer.status_code == 409
                    told = answer.json()["error"]
                    assert told["es"]["code"] == "issuer_gone"
                    assert answer.headers["x-should-retry"] == "false"
                else:
                    assert answer.status_code == 200
            assert moved > 0
            assert len(accounts.seen) == len(conversations) - moved, "nobody else was shown a seal"
            fresh = await Conversation(99).ask(client)
            assert fresh.status_code == 200


async def test_what_nobody_remembers_goes_to_a_route_of_the_wire_it_is_of(
    accounts: Accounts, tmp_path: Path
) -> None:
    actors = {"chat": "chat", "messages": "messages"}
    answers = {"endpoint": "answers", "model": "m"}
    with played(tmp_path, {**actors, "answers": "responses"}, {**CALM, "aliases": {
        "any": [{"endpoint": "chat", "model": "m"}, {"endpoint": "messages", "model": "m"}, answers]
    }}) as (running, stage):  # fmt: skip
        async with caller(running) as client:
            more: Json = {"previous_response_id": "resp_of_yesterday"}
            answer = await ask(client, "responses", "any", **more)
            assert answer.headers["x-es-endpoint"] == "answers"
            for wire, served in (
                ("openai_responses", "answers"),
                ("anthropic_messages", "messages"),
            ):
                sealed = {"type": "thinking", "thinking": "Hm.", "signature": f"~es.{wire}.open.x"}
                turns = [
                    {"role": "user", "content": "What news?"},
                    {"role": "assistant", "content": [sealed, {"type": "text", "text": "None."}]},
                    {"role": "user", "content": "And now?"},
                ]
                answer = await ask(client, "messages", "any", messages=turns)
                assert answer.headers["x-es-endpoint"] == served
            assert not stage.asked("chat")


async def test_accounts_of_one_organisation_open_each_others_seals(
    accounts: Accounts, tmp_path: Path
) -> None:
    both = {"organisation": "ours"}
    endpoints = {"org-2": both, "org-3": both}
    with serving(file_of(accounts, KEYS[2:], endpoints=endpoints), tmp_path) as server:
        async with caller(server) as client:
            body: Json = {"model": "any", "input": [{"role": "user", "content": "Hello"}]}
            body["input"] += [{"type": "reasoning", "summary": [], "encrypted_content": "theirs"}]
            answer = await client.post(PATHS["responses"], json=body)
            assert answer.status_code == 400, "it is the upstream that judges it"
            assert answer.headers["x-es-attempts"] == "1"


async def test_a_sealed_conversation_fails_rather_than_go_to_another(tmp_path: Path) -> None:
    server = {**CALM, "aliases": {"both": ["first/m", "second/m"]}}
    with played(tmp_path, {"first": "messages", "second": "messages"}, server) as (running, stage):
        async with caller(running) as client:
            sealed = {"type": "thinking", "thinking": "Hm.", "signature": "of-the-first"}
            turns: list[Json] = [
                {"role": "user", "content": "What news?"},
                {"role": "assistant", "content": [sealed, {"type": "text", "text": "None."}]},
                {"role": "user", "content": "And now?"},
            ]
            assert (await ask(client, "messages", "both")).headers["x-es-endpoint"] == "first"
            stage.play({"first": "failing_json"})
            plain = await ask(client, "messages", "both", messages=[turns[0], turns[2]])
            assert plain.headers["x-es-endpoint"] == "second"
            stage.play({"first": "failing_json"})
            answer = await ask(client, "messages", "both", messages=turns)
            assert (answer.status, answer.headers["x-es-endpoint"]) == (502, "first")
            assert not stage.asked("second")
            for tool_like in ('{"signature": {"type": "string"}}', '"signature"'):
                turns[1] = {"role": "assistant", "content": tool_like}
                answer = await ask(client, "messages", "both", messages=turns)
                assert answer.headers["x-es-endpoint"] == "second"


async def test_a_conversation_is_known_by_its_id_its_cache_key_or_its_first_turn(
    tmp_path: Path,
) -> None:
    actors = dict.fromkeys(("a", "b", "c"), "chat")
    shared = [{"endpoint": name, "model": "m", "weight": 1} for name in actors]
    with played(tmp_path, actors, {**CALM, "aliases": {"any": shared}}) as (running, _):
        async with caller(running) as client:

            async def served_by(number: int, turns: int, **more: Any) -> str:
                said = [{"role": "system", "content": f"It is {turns} o'clock."}]
                said += [{"role": "user", "content": f"Question {number}"}]
                said += [
                    {"role": "assistant", "content": "A."},
                    {"role": "user", "content": "B?"},
                ] * turns
                headers = more.pop("headers", None)
                body = request("chat", "any") | {"messages": said} | more
                answer = await client.post(PATHS["chat"], json=body, headers=headers)
                return answer.headers["x-es-endpoint"]

            for ways in (
                [await served_by(1, turns) for turns in range(6)],
                [await served_by(n, n, prompt_cache_key="k") for n in range(6)],
                [await served_by(n, n, headers={"x-conversation-id": "c"}) for n in range(6)],
            ):
                assert len(set(ways)) == 1
            assert {await served_by(number, 0) for number in range(20)} == set(actors)


async def reload(server: Serving, text: str) -> None:
    """Serve another file."""
    server.config.write_text(text)
    assert await asyncio.to_thread(server.ask, server.parts.live.reload())
