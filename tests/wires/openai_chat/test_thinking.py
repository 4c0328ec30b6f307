"""How a model is asked to think: one wish, in the one form that each endpoint has."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect, Form, ThinkingRules
from endpoints_server.wires.openai_chat import OPENAI_CHAT

HI = {"role": "user", "content": "Hi"}
KWARGS = {"on": {"$var": "thinking.enabled"}, "much": {"$var": "thinking.effort"}, "fixed": 1}


def relay(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    body = json.dumps({"model": "mine", "messages": [HI], **asked}).encode()
    written = OPENAI_CHAT.relay_request(body, "m", dialect, False)
    return without_turns(written.body), [loss.name for loss in written.losses]


def translate(dialect: Dialect, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    body = json.dumps({"model": "m", "messages": [HI], **asked}).encode()
    written = OPENAI_CHAT.write_request(OPENAI_CHAT.read_request(body), dialect)
    return without_turns(written.body), [loss.name for loss in written.losses]


def without_turns(body: bytes) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(body)
    del sent["messages"], sent["model"]
    return sent


def thinks(form: Form | None = None, **rules: Any) -> Dialect:
    return Dialect(thinking=ThinkingRules(is_able=True, form=form, **rules))


both = pytest.mark.parametrize("send", [relay, translate])
every_form = pytest.mark.parametrize(
    ("form", "on", "off"),
    [
        ("effort", {"reasoning_effort": "high"}, {}),
        ("openrouter", {"reasoning": {"effort": "high"}}, {"reasoning": {"effort": "none"}}),
        ("object", {"reasoning": {"effort": "high"}}, {"reasoning": {"effort": "none"}}),
        (
            "deepseek",
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
            {"thinking": {"type": "disabled"}},
        ),
        (
            "zai",
            {"thinking": {"type": "enabled", "clear_thinking": False}, "reasoning_effort": "high"},
            {"thinking": {"type": "disabled"}},
        ),
        (
            "together",
            {"reasoning": {"enabled": True}, "reasoning_effort": "high"},
            {"reasoning": {"enabled": False}},
        ),
        ("qwen", {"enable_thinking": True, "reasoning_effort": "high"}, {"enable_thinking": False}),
        (
            "qwen-chat-template",
            {"chat_template_kwargs": {"enable_thinking": True, "preserve_thinking": True}},
            {"chat_template_kwargs": {"enable_thinking": False, "preserve_thinking": True}},
        ),
        (
            "chat-template",
            {"chat_template_kwargs": {"on": True, "much": "high", "fixed": 1}},
            {"chat_template_kwargs": {"on": False, "fixed": 1}},
        ),
        (
            "baseten",
            {
                "chat_template_args": {"on": True, "much": "high", "fixed": 1},
                "reasoning_effort": "high",
            },
            {"chat_template_args": {"on": False, "fixed": 1}},
        ),
        ("string-thinking", {"thinking": "high"}, {"thinking": "none"}),
    ],
)


@both
@every_form
def test_a_wish_takes_the_form_of_the_endpoint(
    form: Form, on: dict[str, Any], off: dict[str, Any], send: Any
) -> None:
    dialect = thinks(form, template=KWARGS)
    for asked in (
        {"reasoning_effort": "high"},
        {"reasoning": {"effort": "high"}},
        {"reasoning": {"effort": "high", "enabled": True}},
    ):
        assert send(dialect, **asked) == (on, [])
    assert send(dialect) == (off, [])


@every_form
def test_what_an_endpoint_is_told_in_its_own_form_it_is_told_as_it_was_said(
    form: Form, on: dict[str, Any], off: dict[str, Any]
) -> None:
    for said in filter(None, (on, off)):
        assert relay(thinks(form, template=KWARGS), **said)[0] == said


@both
def test_silence_is_silence_where_nothing_is_known_of_the_model(send: Any) -> None:
    assert send(Dialect(thinking=ThinkingRules(form="qwen"))) == ({}, [])
    known = Dialect(thinking=ThinkingRules(form="qwen"))
    assert send(known, reasoning_effort="none")[0] == {"enable_thinking": False}


@both
def test_a_level_is_one_that_the_model_has_in_its_own_word(send: Any) -> None:
    words = {"off": "zero", "minimal": None, "low": None, "medium": "mid", "xhigh": "huge"}
    dialect = thinks("effort", levels=words)
    assert send(dialect, reasoning_effort="medium") == ({"reasoning_effort": "mid"}, [])
    assert send(dialect, reasoning_effort="xhigh") == ({"reasoning_effort": "huge"}, [])
    assert send(dialect) == ({"reasoning_effort": "zero"}, [])
    for asked, word in (("low", "mid"), ("max", "huge")):
        assert send(dialect, reasoning_effort=asked) == (
            {"reasoning_effort": word},
            ["reasoning.effort"],
        )


@both
def test_what_cannot_be_switched_off_thinks_as_little_as_it_can(send: Any) -> None:
    dialect = thinks("deepseek", levels={"off": None})
    assert send(dialect) == ({}, [])
    body, losses = send(dialect, reasoning_effort="none")
    assert body == {"thinking": {"type": "enabled"}, "reasoning_effort": "minimal"}
    assert losses == ["reasoning.effort"]


@both
def test_a_model_that_cannot_think_is_not_asked_to(send: Any) -> None:
    dialect = Dialect(thinking=ThinkingRules(is_able=False, form="qwen"))
    assert send(dialect) == ({}, [])
    assert send(dialect, reasoning_effort="none") == ({}, [])
    assert send(dialect, reasoning_effort="high") == ({}, ["reasoning"])


@both
def test_an_effort_that_is_not_taken_is_named(send: Any) -> None:
    alone = thinks("effort", has_effort=False)
    assert send(alone, reasoning_effort="high") == ({}, ["reasoning_effort"])
    beside = thinks("qwen", has_effort=False)
    assert send(beside, reasoning_effort="high") == (
        {"enable_thinking": True},
        ["reasoning.effort"],
    )


@both
def test_a_budget_goes_into_the_field_for_it_as_far_as_there_is_room(send: Any) -> None:
    dialect = thinks("effort", budget_name="thinking_budget")
    assert send(dialect, reasoning_effort="low")[0]["thinking_budget"] == 2048
    assert send(dialect, reasoning={"max_tokens": 700})[0]["thinking_budget"] == 700
    assert send(dialect, reasoning_effort="high", max_tokens=3000)[0]["thinking_budget"] == 1976
    assert "thinking_budget" not in send(dialect, reasoning_effort="high", max_tokens=1000)[0]
    body, losses = send(thinks("effort"), reasoning={"max_tokens": 700})
    assert (body, losses) == ({"reasoning_effort": "low"}, ["reasoning.budget"])
    assert send(thinks("openrouter"), reasoning={"max_tokens": 700})[0] == {
        "reasoning": {"max_tokens": 700}
    }


def test_what_else_is_said_of_reasoning_stays_where_the_form_has_a_place_for_it() -> None:
    asked = {"reasoning": {"effort": "high", "exclude": True}}
    assert relay(thinks("openrouter"), **asked) == (asked, [])
    assert relay(thinks("qwen"), **asked)[1] == ["reasoning.exclude"]


@both
def test_defaults_of_a_level_hold_over_those_of_the_model(send: Any) -> None:
    dialect = Dialect(
        defaults={"temperature": 1.0, "top_p": 0.9},
        level_defaults={"off": {"temperature": 0.7}, "high": {"top_p": 0.5}},
        thinking=ThinkingRules(is_able=True, form="qwen", has_effort=False),
    )
    assert send(dialect)[0] == {"temperature": 0.7, "top_p": 0.9, "enable_thinking": False}
    body, _ = send(dialect, reasoning_effort="high", temperature=0.1)
    assert body == {"temperature": 0.1, "top_p": 0.5, "enable_thinking": True}


def test_what_is_dropped_is_not_put_back_and_what_is_added_wins() -> None:
    rules = ThinkingRules(is_able=True, form="qwen")
    assert relay(Dialect(thinking=rules, drop=("enable_thinking",))) == ({}, [])
    added = Dialect(thinking=rules, add={"enable_thinking": True})
    assert relay(added)[0] == {"enable_thinking": True}


def test_a_wish_of_the_wrong_shape_is_the_upstreams_to_judge() -> None:
    asked = {"reasoning_effort": {"much": 1}}
    assert relay(thinks("qwen"), **asked) == (asked, [])
