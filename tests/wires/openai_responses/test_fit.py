"""What an endpoint or a model takes otherwise, on a relayed request and on a translated one."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import CacheRules, Dialect, ThinkingRules, ToolRules, TurnRules
from endpoints_server.domain.talk.prompt import Image, Message, Prompt, Reasoning, Role, Text, Tool
from endpoints_server.wires.openai_chat import OPENAI_CHAT as CHAT
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE

Json = dict[str, Any]


def relay(dialect: Dialect, **fields: Any) -> tuple[Json, list[str]]:
    body = json.dumps({"model": "m", "input": "Hi", **fields}).encode()
    written = WIRE.relay_request(body, "m", dialect, False)
    return json.loads(written.body), [loss.name for loss in written.losses]


def thinking(**rules: Any) -> Dialect:
    return Dialect(thinking=ThinkingRules(**rules))


@pytest.mark.parametrize(
    ("dialect", "asked", "sent", "losses"),
    [
        (thinking(), {"effort": "max"}, {"effort": "max"}, []),
        (thinking(is_able=True), {"effort": "high"}, {"effort": "high"}, []),
        (thinking(is_able=True), {"effort": "none"}, {"effort": "none"}, []),
        (thinking(is_able=True), None, {"effort": "none"}, []),
        (thinking(is_able=True, levels={"off": None}), None, None, []),
        (
            thinking(is_able=True, levels={"off": None}),
            {"effort": "none"},
            {"effort": "minimal"},
            ["reasoning.effort"],
        ),
        (
            thinking(is_able=True, levels={"low": "little"}),
            {"effort": "low", "summary": "auto"},
            {"effort": "little", "summary": "auto"},
            [],
        ),
        (
            thinking(is_able=True),
            {"effort": "xhigh"},
            {"effort": "high"},
            ["reasoning.effort"],
        ),
        (thinking(is_able=True), {"summary": "auto"}, {"summary": "auto"}, []),
        (thinking(is_able=False), {"effort": "low"}, None, ["reasoning"]),
        (thinking(is_able=False), {"effort": "none"}, None, []),
        (thinking(is_able=False), None, None, []),
    ],
)
def test_an_effort_is_one_that_the_model_has(
    dialect: Dialect, asked: Json | None, sent: Json | None, losses: list[str]
) -> None:
    body, lost = relay(dialect, **({"reasoning": asked} if asked else {}))
    assert body.get("reasoning") == sent
    assert lost == losses


def test_a_translated_wish_is_fitted_alike() -> None:
    prompt = Prompt(
        model="m",
        messages=(Message(role=Role.USER, parts=(Text(text="Hi"),)),),
        reasoning=Reasoning(effort="max"),
    )
    written = WIRE.write_request(prompt, thinking(is_able=True, levels={"max": "most"}))
    assert json.loads(written.body)["reasoning"] == {"effort": "most", "summary": "auto"}
    unable = WIRE.write_request(prompt, thinking(is_able=False))
    assert not {"reasoning", "include"} & json.loads(unable.body).keys()
    assert "reasoning" in [loss.name for loss in unable.losses]


def test_an_endpoint_without_strict_tools_is_not_told_of_them() -> None:
    tool = {"type": "function", "name": "f", "parameters": {}, "strict": False}
    lax = Dialect(tools=ToolRules(has_strict=False))
    body, losses = relay(lax, tools=[tool])
    assert ("strict" in body["tools"][0], losses) == (False, [])
    _, losses = relay(lax, tools=[{**tool, "strict": True}])
    assert losses == ["tools.strict"]
    assert relay(Dialect(), tools=[tool])[0]["tools"] == [tool]


def test_a_model_that_cannot_see_is_told_of_pictures() -> None:
    parts = (Text(text="Look:"), Image(url="https://x.example/a.png"))
    prompt = Prompt(model="m", messages=(Message(role=Role.USER, parts=parts),))
    written = WIRE.write_request(prompt, Dialect(turns=TurnRules(has_images=False)))
    assert b"input_image" not in written.body
    assert [loss.name for loss in written.losses] == ["content.image"]


def test_instructions_have_the_role_that_the_model_knows() -> None:
    prompt = Prompt(model="m", system=(Text(text="Be kind."),), messages=())
    dialect = Dialect(turns=TurnRules(has_developer_role=True))
    (item,) = json.loads(WIRE.write_request(prompt, dialect).body)["input"]
    assert item["role"] == "developer"


def test_the_models_own_ceiling_stands_where_none_was_asked_for() -> None:
    dialect = Dialect(ceiling_tokens=9000, context_tokens=10_000)
    assert relay(dialect)[0]["max_output_tokens"] in range(5000, 6000)
    assert relay(dialect, max_output_tokens=7)[0]["max_output_tokens"] == 7
    full, _ = relay(dialect, metadata={"x": "y" * 30_000})
    assert "max_output_tokens" not in full


def test_a_cache_that_does_not_last_is_not_asked_to() -> None:
    short = Dialect(cache=CacheRules(has_hour=False))
    body, losses = relay(short, prompt_cache_retention="24h")
    assert "prompt_cache_retention" not in body
    assert losses == ["prompt_cache_retention"]


def test_what_both_of_openais_wires_have_goes_along() -> None:
    shared = {"prompt_cache_key": "k", "metadata": {"a": "b"}, "safety_identifier": "s"}
    said = json.dumps({"model": "m", "input": "Hi", "text": {"verbosity": "low"}, **shared})
    chat = CHAT.write_request(WIRE.read_request(said.encode()), Dialect())
    assert not chat.losses
    assert json.loads(chat.body).items() >= {**shared, "verbosity": "low"}.items()
    back = WIRE.write_request(CHAT.read_request(chat.body), Dialect())
    assert not back.losses
    assert json.loads(back.body).items() >= {**shared, "text": {"verbosity": "low"}}.items()


def test_a_tool_keeps_its_extras_on_its_own_wire() -> None:
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}, "defer": True}
    said = json.dumps({"model": "m", "input": "Hi", "tools": [tool]}).encode()
    prompt = WIRE.read_request(said)
    assert isinstance(prompt.tools[0], Tool)
    (again,) = json.loads(WIRE.write_request(prompt, Dialect()).body)["tools"]
    assert again == {**tool, "strict": False}
    assert [loss.name for loss in CHAT.write_request(prompt, Dialect()).losses] == ["tools.defer"]
