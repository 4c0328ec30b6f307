"""What an endpoint is said to know and to refuse, on requests that go on and on translated ones."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import (
    CacheRules,
    Dialect,
    ThinkingRules,
    ToolRules,
    TurnRules,
)
from endpoints_server.wires.openai_chat import OPENAI_CHAT

HI = {"role": "user", "content": "Hi"}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
LOOP = [
    HI,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "12"},
    {"role": "user", "content": "Thanks"},
]
TOOL = {"type": "function", "function": {"name": "look", "strict": True, "parameters": {}}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


def relay(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    body = json.dumps({"model": "mine", "messages": [HI], **asked}).encode()
    written = OPENAI_CHAT.relay_request(body, "m", dialect, False)
    return json.loads(written.body), [loss.name for loss in written.losses]


def translate(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    body = json.dumps({"model": "m", "messages": [HI], **asked}).encode()
    written = OPENAI_CHAT.write_request(OPENAI_CHAT.read_request(body), dialect)
    return json.loads(written.body), [loss.name for loss in written.losses]


both = pytest.mark.parametrize("send", [relay, translate])


@both
def test_what_the_endpoint_refuses_is_taken_out_and_named(send: Any) -> None:
    sent, losses = send(Dialect(refuse=("store", "logit_bias")), store=True, seed=1)
    assert sent == {"model": "m", "messages": [HI], "seed": 1}
    assert losses == ["store"]


@both
@pytest.mark.parametrize(
    ("knows", "asked", "sent"),
    [
        (False, "developer", "system"),
        (True, "system", "developer"),
        (True, "developer", "developer"),
    ],
)
def test_instructions_have_the_role_that_the_endpoint_knows(
    knows: bool, asked: str, sent: str, send: Any
) -> None:
    dialect = Dialect(turns=TurnRules(has_developer_role=knows))
    body, losses = send(dialect, messages=[{"role": asked, "content": "Be kind."}, HI])
    assert [turn["role"] for turn in body["messages"]] == [sent, "user"]
    assert losses == []


@both
def test_late_instructions_join_the_first_where_only_those_may_stand(send: Any) -> None:
    late = [HI, {"role": "system", "content": "Later."}, HI]
    dialect = Dialect(turns=TurnRules(has_late_system=False))
    body, losses = send(dialect, messages=[{"role": "system", "content": "First."}, *late])
    assert body["messages"] == [{"role": "system", "content": "First.\n\nLater."}, HI, HI]
    assert losses == ["system.position"]
    body, _ = send(dialect, messages=late)
    assert body["messages"][0] == {"role": "system", "content": "Later."}
    assert send(Dialect(), messages=late)[0]["messages"] == late


@both
def test_results_have_names_and_answers_where_the_endpoint_wants_them(send: Any) -> None:
    dialect = Dialect(turns=TurnRules(has_result_names=True, has_bridge=True))
    body, losses = send(dialect, messages=LOOP)
    roles = [turn["role"] for turn in body["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]
    assert body["messages"][1]["content"] == ""
    assert body["messages"][2]["name"] == "look"
    assert body["messages"][3]["content"]
    assert losses == []
    assert send(Dialect(), messages=LOOP)[0]["messages"] == LOOP


@both
def test_a_model_that_cannot_see_is_told_of_pictures(send: Any) -> None:
    content = [{"type": "text", "text": "See"}, PICTURE, PICTURE]
    blind = Dialect(turns=TurnRules(has_images=False))
    body, losses = send(blind, messages=[{"role": "user", "content": content}])
    assert json.dumps(body).count("image omitted") == 1
    assert "base64" not in json.dumps(body)
    assert losses == ["content.image"]
    seen, losses = send(Dialect(), messages=[{"role": "user", "content": content}])
    assert (seen["messages"][0]["content"], losses) == (content, [])


@both
def test_earlier_reasoning_goes_back_as_words_or_is_always_there(send: Any) -> None:
    turns = [HI, {"role": "assistant", "content": "ok", "reasoning_content": "hm"}, HI]
    said = Dialect(thinking=ThinkingRules(is_said=True))
    texts = [{"type": "text", "text": "hm"}, {"type": "text", "text": "ok"}]
    assert send(said, messages=turns)[0]["messages"][1] == {"role": "assistant", "content": texts}
    there = Dialect(thinking=ThinkingRules(is_always_there=True, key="reasoning"))
    plain = [HI, {"role": "assistant", "content": "ok"}, HI]
    assert send(there, messages=plain)[0]["messages"][1]["reasoning"] == ""


@both
def test_a_function_is_held_to_its_schema_only_where_that_is_known(send: Any) -> None:
    body, losses = send(Dialect(tools=ToolRules(has_strict=False)), tools=[TOOL])
    assert "strict" not in body["tools"][0]["function"]
    assert losses == ["tools.strict"]
    body, losses = send(Dialect(tools=ToolRules(has_strict=True)), tools=[TOOL])
    assert (body["tools"][0]["function"]["strict"], losses) == (True, [])


@both
def test_calls_stream_and_tools_are_listed_where_that_must_be_said(send: Any) -> None:
    dialect = Dialect(tools=ToolRules(is_streamed=True, is_listed=True))
    assert send(dialect, tools=[TOOL])[0]["tool_stream"] is True
    body, _ = send(dialect, messages=LOOP)
    assert (body["tools"], "tool_stream" in body) == ([], False)
    assert "tools" not in send(dialect)[0]


@both
def test_a_prompt_is_marked_for_the_cache_where_the_caller_marked_nothing(send: Any) -> None:
    system = {"role": "system", "content": "Be kind."}
    body, _ = send(Dialect(cache=CacheRules(is_marked=True)), messages=[system, HI], tools=[TOOL])
    mark = {"type": "ephemeral"}
    contents = [turn["content"] for turn in body["messages"]]
    assert contents == [
        [{"type": "text", "text": text, "cache_control": mark}] for text in ("Be kind.", "Hi")
    ]
    assert body["tools"][0]["cache_control"] == mark


@both
def test_marks_of_the_callers_own_stay_as_long_as_the_endpoint_keeps_them(send: Any) -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    turn = {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": mark}]}
    kept, losses = send(Dialect(cache=CacheRules(is_marked=True)), messages=[HI, turn, HI])
    assert (kept["messages"], losses) == ([HI, turn, HI], [])
    short = Dialect(cache=CacheRules(is_marked=True, has_hour=False))
    body, losses = send(short, messages=[turn], prompt_cache_retention="24h")
    assert body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert "prompt_cache_retention" not in body
    assert losses == ["prompt_cache_retention", "cache_control.ttl"]
    marked = {**TOOL, "cache_control": mark}
    bare = Dialect(cache=CacheRules(is_marked=True, has_tool_marks=False))
    body, losses = send(bare, messages=[turn], tools=[marked])
    assert ("cache_control" in body["tools"][0], losses) == (False, ["tools.cache_control"])


@both
def test_the_models_own_ceiling_holds_where_the_caller_asked_for_none(send: Any) -> None:
    dialect = Dialect(ceiling_tokens=32000, ceiling_name="max_completion_tokens")
    assert send(dialect)[0]["max_completion_tokens"] == 32000
    assert send(dialect, max_tokens=50_000)[0]["max_completion_tokens"] == 50_000
    roomy = Dialect(ceiling_tokens=8000, context_tokens=10_000)
    assert 5000 < send(roomy)[0]["max_tokens"] < 10_000 - 4096
    crowded = {"role": "user", "content": "word " * 8000}
    assert "max_tokens" not in send(roomy, messages=[crowded])[0]


def test_turns_that_are_none_are_the_upstreams_to_judge() -> None:
    rules = TurnRules(has_developer_role=False, has_images=False, has_bridge=True)
    dialect = Dialect(turns=rules, cache=CacheRules(is_marked=True))
    for turns in (["developer"], [{"role": "developer", "content": {"image": 1}}]):
        body, losses = relay(dialect, messages=turns)
        assert len(body["messages"]) == 1
        assert losses == []


def test_nothing_is_taken_apart_where_no_rule_has_anything_to_do() -> None:
    rules = TurnRules(has_developer_role=False, has_images=False, has_result_names=True)
    body = b'{"model":"a","messages" : [ {"role":"user","content":"\\u00e9"} ]}'
    sent = OPENAI_CHAT.relay_request(body, "b", Dialect(turns=rules), False).body
    assert b'[ {"role":"user","content":"\\u00e9"} ]' in sent
