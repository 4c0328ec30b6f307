"""What a model is said to take, on requests that go on and on translated ones."""

import json
from typing import Any

from endpoints_server.domain.dialect import (
    CacheRules,
    Dialect,
    ThinkingRules,
    ToolRules,
    TurnRules,
)
from endpoints_server.domain.talk.prompt import (
    Image,
    Message,
    Prompt,
    Reasoning,
    Role,
    Text,
    ToolResult,
)
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES

SEALED = "reasoning.encrypted_content"


def relay(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    body = json.dumps({"model": "mine", "input": "Hi", **asked}).encode()
    written = OPENAI_RESPONSES.relay_request(body, "m", dialect, False)
    return json.loads(written.body), [loss.name for loss in written.losses]


def write(dialect: Dialect, **wishes: Any) -> tuple[dict[str, Any], list[str]]:
    turns = (Message(role=Role.USER, parts=(Text(text="Hi"),)),)
    prompt = Prompt(model="m", **{"messages": turns, **wishes})
    written = OPENAI_RESPONSES.write_request(prompt, dialect)
    return json.loads(written.body), [loss.name for loss in written.losses]


def able(**rules: Any) -> Dialect:
    return Dialect(thinking=ThinkingRules(is_able=True, **rules))


def test_an_effort_is_one_that_the_model_has_in_its_own_word() -> None:
    dialect = able(levels={"off": "minimal", "low": None, "xhigh": "huge"})
    for asked, word, losses in (
        ("xhigh", "huge", []),
        ("low", "medium", ["reasoning.effort"]),
        ("max", "huge", ["reasoning.effort"]),
    ):
        body, lost = write(dialect, reasoning=Reasoning(effort=asked))
        assert (body["reasoning"]["effort"], lost) == (word, losses)
        body, lost = relay(dialect, reasoning={"effort": asked, "summary": "auto"})
        assert body["reasoning"] == {"effort": word, "summary": "auto"}
        assert lost == losses
    assert write(dialect)[0]["reasoning"] == {"effort": "minimal"}
    assert relay(dialect)[0]["reasoning"] == {"effort": "minimal"}
    assert "reasoning" not in write(able(levels={"off": None}))[0]


def test_a_model_that_cannot_think_is_not_asked_to() -> None:
    dialect = Dialect(thinking=ThinkingRules(is_able=False))
    body, losses = write(dialect, reasoning=Reasoning(effort="high"))
    assert (body.keys() & {"reasoning", "include"}, losses) == (set(), ["reasoning"])
    asked = {"reasoning": {"effort": "high"}, "include": [SEALED, "message.output_text.logprobs"]}
    body, losses = relay(dialect, **asked)
    assert (body["include"], losses) == (["message.output_text.logprobs"], ["reasoning"])
    assert relay(dialect, reasoning={"effort": "none"})[1] == []


def test_what_the_endpoint_does_not_take_is_taken_out_and_named() -> None:
    dialect = Dialect(
        refuse=("max_output_tokens",),
        ceiling_tokens=500,
        cache=CacheRules(has_hour=False),
        tools=ToolRules(has_strict=False),
    )
    tools = [{"type": "function", "name": "look", "strict": True}, {"type": "web_search"}]
    body, losses = relay(
        dialect, max_output_tokens=9, prompt_cache_retention="24h", tools=tools, store=False
    )
    assert body == {
        "model": "m",
        "input": "Hi",
        "tools": [{"type": "function", "name": "look"}, {"type": "web_search"}],
        "store": False,
    }
    assert losses == ["max_output_tokens", "prompt_cache_retention", "tools.strict"]


def test_the_models_own_ceiling_holds_where_the_caller_asked_for_none() -> None:
    dialect = Dialect(ceiling_tokens=32000)
    assert relay(dialect)[0]["max_output_tokens"] == 32000
    assert write(dialect, ceiling_tokens=50)[0]["max_output_tokens"] == 50


def test_defaults_of_a_level_hold_over_those_of_the_model() -> None:
    dialect = Dialect(
        defaults={"top_p": 0.9},
        level_defaults={"off": {"top_p": 0.5}, "high": {"temperature": 1}},
        thinking=ThinkingRules(is_able=True),
    )
    assert relay(dialect)[0]["top_p"] == 0.5
    body, _ = write(dialect, reasoning=Reasoning(effort="high"))
    assert (body["top_p"], body["temperature"]) == (0.9, 1)


def test_items_are_like_what_the_endpoint_takes() -> None:
    dialect = Dialect(
        turns=TurnRules(has_developer_role=False, has_late_system=False, has_images=False)
    )
    picture = {"type": "input_image", "image_url": "data:image/png;base64,aGk="}
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "See"}, picture, picture]},
        {"role": "developer", "content": "Be kind."},
        {"type": "function_call_output", "call_id": "c", "output": [picture]},
    ]
    body, losses = relay(dialect, input=items)
    assert body["input"][0] == {"role": "system", "content": "Be kind."}
    assert json.dumps(body).count("image omitted") == 2
    assert losses == ["system.position", "content.image"]
    parts = (ToolResult(call_id="c", parts=(Image(data="aGk="),)), Image(data="aGk="))
    body, losses = write(dialect, messages=(Message(role=Role.USER, parts=parts),))
    assert json.dumps(body).count("image omitted") == 2
    assert losses == ["content.image"]
    for odd in ("developer", ["developer", "input_image"], [{"role": ["developer"]}]):
        assert relay(dialect, input=odd)[0]["input"] == odd
