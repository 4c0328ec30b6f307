"""What a model is said to take, on requests that go on and on translated ones."""

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
from endpoints_server.domain.talk.prompt import (
    CacheMark,
    Image,
    Message,
    Part,
    Prompt,
    Reasoning,
    Role,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES

MARK = {"type": "ephemeral", "ttl": "1h"}
TOOL = {"name": "look", "input_schema": {"type": "object"}}
BETAS = "anthropic-beta"


def relay(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str], str]:
    turns = [{"role": "user", "content": "Hi"}]
    body = json.dumps({"model": "mine", "max_tokens": 9000, "messages": turns, **asked}).encode()
    written = ANTHROPIC_MESSAGES.relay_request(body, "m", dialect, False)
    losses = [loss.name for loss in written.losses]
    return json.loads(written.body), losses, written.headers.get(BETAS, "")


def write(dialect: Dialect, *parts: Part, **wishes: Any) -> tuple[dict[str, Any], list[str], str]:
    turns = (Message(role=Role.USER, parts=parts or (Text(text="Hi"),)),)
    prompt = Prompt(model="m", **{"messages": turns, **wishes})
    written = ANTHROPIC_MESSAGES.write_request(prompt, dialect)
    losses = [loss.name for loss in written.losses]
    return json.loads(written.body), losses, written.headers.get(BETAS, "")


def able(**rules: Any) -> Dialect:
    return Dialect(thinking=ThinkingRules(is_able=True, **rules))


def test_a_level_is_a_budget_within_the_models_ceiling() -> None:
    dialect = Dialect(ceiling_tokens=32000, thinking=ThinkingRules(is_able=True))
    body, losses, betas = write(dialect, reasoning=Reasoning(effort="high"))
    shown = {"display": "summarized"}
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 16384, **shown}
    assert (body["max_tokens"], losses) == (32000, [])
    assert betas == "interleaved-thinking-2025-05-14"
    small = Dialect(ceiling_tokens=4096, thinking=ThinkingRules(is_able=True))
    assert write(small, reasoning=Reasoning(effort="high"))[0]["thinking"]["budget_tokens"] == 3072


def test_a_level_that_the_model_lacks_is_the_nearest_it_has() -> None:
    body, losses, _ = write(able(), reasoning=Reasoning(effort="max"))
    assert (body["thinking"]["budget_tokens"], body["max_tokens"]) == (16384, 16384 + 4096)
    assert losses == ["reasoning.effort"]


def test_silence_switches_thinking_off_where_the_model_is_known_to_think() -> None:
    assert write(able())[0]["thinking"] == {"type": "disabled"}
    assert "thinking" not in write(able(levels={"off": None}))[0]
    assert "thinking" not in write(Dialect())[0]


def test_a_model_that_finds_its_own_amount_gets_an_effort_in_its_own_word() -> None:
    dialect = able(is_adaptive=True, levels={"xhigh": "max"})
    body, losses, betas = write(dialect, reasoning=Reasoning(effort="xhigh"))
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert (body["output_config"], losses, betas) == ({"effort": "max"}, [], "")
    body, losses, _ = relay(dialect, thinking={"type": "enabled", "budget_tokens": 2000})
    assert body["thinking"] == {"type": "adaptive"}
    assert body["output_config"] == {"effort": "low"}
    assert losses == ["thinking.budget_tokens"]
    body, losses, _ = relay(dialect, output_config={"effort": "max"}, temperature=0.5)
    assert (body["output_config"], body["temperature"]) == ({"effort": "max"}, 0.5)
    assert losses == ["output_config.effort"]


def test_a_model_that_cannot_think_is_not_asked_to() -> None:
    dialect = Dialect(thinking=ThinkingRules(is_able=False))
    body, losses, _ = write(dialect, reasoning=Reasoning(effort="high"))
    assert ("thinking" in body, losses) == (False, ["reasoning"])
    body, losses, _ = relay(dialect, thinking={"type": "enabled", "budget_tokens": 2000})
    assert ("thinking" in body, losses) == (False, ["thinking"])
    assert relay(dialect)[1] == []


def test_what_cannot_be_switched_off_is_not() -> None:
    body, losses, _ = relay(able(levels={"off": None}), thinking={"type": "disabled"})
    assert ("thinking" in body, losses) == (False, ["thinking"])


def test_arguments_stream_in_the_way_that_the_endpoint_knows() -> None:
    eager = Dialect(tools=ToolRules(has_eager_input=True))
    plain = Dialect(tools=ToolRules(has_eager_input=False))
    tools = [TOOL, {"type": "web_search_20250305", "name": "web_search"}]
    body, losses, betas = relay(eager, tools=tools)
    assert body["tools"] == [{**TOOL, "eager_input_streaming": True}, tools[1]]
    assert (losses, betas) == ([], "")
    body, losses, betas = relay(plain, tools=body["tools"])
    assert (body["tools"], losses) == (tools, ["tools.eager_input_streaming"])
    assert betas == "fine-grained-tool-streaming-2025-05-14"
    assert write(plain, tools=(Tool(name="look"),))[2] == betas
    assert relay(plain)[2] == write(plain)[2] == ""


def test_marks_stay_where_and_as_long_as_the_endpoint_takes_them() -> None:
    cache = CacheRules(has_hour=False, has_tool_marks=False)
    tools = [{**TOOL, "cache_control": MARK, "strict": True}]
    system = [{"type": "text", "text": "Be kind.", "cache_control": MARK}]
    dialect = Dialect(cache=cache, tools=ToolRules(has_strict=False))
    body, losses, _ = relay(dialect, tools=tools, system=system)
    assert body["tools"] == [TOOL]
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert losses == ["tools.cache_control", "tools.strict", "cache_control.ttl"]
    hour = Text(text="Be kind.", cache=CacheMark("1h"))
    translated = write(dialect, system=(hour,))[0]
    assert translated["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert relay(Dialect(), tools=tools, system=system)[0]["system"] == system


def test_a_model_that_cannot_see_is_told_of_pictures() -> None:
    blind = Dialect(turns=TurnRules(has_images=False))
    picture = Image(media_type="image/png", data="aGk=")
    result = ToolResult(call_id="c", parts=(picture, picture))
    body, losses, _ = write(blind, result, Text(text="See"), picture)
    blocks = body["messages"][0]["content"]
    assert "image omitted" in blocks[0]["content"]
    assert "image omitted" in blocks[2]["text"]
    assert losses == ["content.image"]
    seen = write(Dialect(), result, Text(text="See"), picture)[0]["messages"]
    relayed, losses, _ = relay(blind, messages=seen)
    assert json.dumps(relayed).count("omitted") == 2
    assert losses == ["content.image"]


def test_late_instructions_stand_where_they_may() -> None:
    turns = tuple(
        Message(role=role, parts=(Text(text=text),))
        for role, text in ((Role.USER, "Hi"), (Role.SYSTEM, "Later."), (Role.USER, "Go on"))
    )
    late = Dialect(turns=TurnRules(has_late_system=True))
    body, losses, betas = write(late, messages=turns)
    assert [turn["role"] for turn in body["messages"]] == ["user", "system", "user"]
    assert (losses, betas) == ([], "mid-conversation-system-2026-04-07")
    relayed, losses, _ = relay(
        Dialect(turns=TurnRules(has_late_system=False)), messages=body["messages"], system="First."
    )
    assert [block["text"] for block in relayed["system"]] == ["First.", "Later."]
    assert [turn["role"] for turn in relayed["messages"]] == ["user", "user"]
    assert losses == ["system.position"]


@pytest.mark.parametrize("may_be_unsealed", [True, False])
def test_reasoning_without_a_seal_goes_back_where_it_may(may_be_unsealed: bool) -> None:
    dialect = Dialect(thinking=ThinkingRules(may_be_unsealed=may_be_unsealed))
    parts = (Thinking(text="hm"), ToolCall(id="c", name="look", arguments="{}"))
    turns = (
        Message(role=Role.USER, parts=(Text(text="Hi"),)),
        Message(role=Role.ASSISTANT, parts=parts),
        Message(role=Role.USER, parts=(ToolResult(call_id="c", parts=(Text(text="12"),)),)),
    )
    wish = Reasoning(budget_tokens=2000)
    body, losses, _ = write(dialect, messages=turns, reasoning=wish)
    first = body["messages"][1]["content"][0]
    if may_be_unsealed:
        assert first == {"type": "thinking", "thinking": "hm", "signature": ""}
        assert (body["thinking"]["budget_tokens"], losses) == (2000, [])
    else:
        assert (first["type"], losses) == ("tool_use", ["reasoning", "reasoning.history"])


def test_turns_that_are_none_are_the_upstreams_to_judge() -> None:
    rules = TurnRules(has_images=False, has_late_system=False)
    for turns in (['"image"'], [{"role": "system", "content": {"image": 1}}]):
        assert relay(Dialect(turns=rules), messages=turns)[0]["messages"] in (turns, [])
