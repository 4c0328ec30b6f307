"""What certain models are asked in another form, or not at all, and what is named as lost."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.wires.openai_chat import OPENAI_CHAT

Json = dict[str, Any]
GATEWAY = Dialect(thinking=ThinkingRules(form="gateway"))
DRAWING: Json = {"temperature": 0.5, "top_p": 0.8, "n": 2, "presence_penalty": 0.1}


def relay(model: str, dialect: Dialect | None = None, **fields: object) -> tuple[Json, list[str]]:
    """Relay a request; gives what is asked beside model and messages, and what was lost."""
    body = json.dumps({"model": "x", "messages": [], **fields}).encode()
    written = OPENAI_CHAT.relay_request(body, model, dialect or Dialect(), False)
    sent: Json = json.loads(written.body)
    del sent["model"], sent["messages"]
    return sent, [loss.name for loss in written.losses]


@pytest.mark.parametrize(
    "model", ["o1", "o1-mini", "o3", "o3-mini-2025-01-31", "gpt-5", "gpt-5-nano", "openai/gpt-5"]
)
def test_models_that_reason_first_leave_no_say_in_how_tokens_are_drawn(model: str) -> None:
    assert relay(model, seed=1, **DRAWING) == ({"seed": 1}, sorted(DRAWING, key=ORDER.index))


ORDER = ["temperature", "top_p", "presence_penalty", "n"]


@pytest.mark.parametrize(
    "model", ["gpt-5-chat", "gpt-5.1", "gpt-4o", "o4-mini", "GPT-5", "foo1", "search-gpt-4o"]
)
def test_others_keep_their_say(model: str) -> None:
    assert relay(model, **DRAWING) == (DRAWING, [])


def test_models_that_always_search_refuse_more() -> None:
    sent, lost = relay("gpt-4o-search-preview", stop=["x"], max_tokens=7, reasoning_effort="low")
    assert (sent, lost) == ({"max_tokens": 7}, ["stop", "reasoning_effort"])


@pytest.mark.parametrize(
    ("model", "effort", "sent"),
    [
        (
            "anthropic/claude-opus-4.7",
            "xhigh",
            {"reasoning": {"enabled": True}, "verbosity": "xhigh"},
        ),
        (
            "anthropic/claude-opus-4.6",
            "xhigh",
            {"reasoning": {"enabled": True}, "verbosity": "max"},
        ),
        (
            "anthropic/claude-opus-4.6",
            "minimal",
            {"reasoning": {"enabled": True}, "verbosity": "low"},
        ),
        ("anthropic/claude-opus-4.6", "none", {}),
        ("anthropic/claude-sonnet-4.5", "low", {"reasoning": {"effort": "low"}}),
        ("meta-llama/llama-3", "high", {"reasoning": {"effort": "high"}}),
    ],
)
def test_a_gateway_is_told_an_effort_or_a_verbosity(model: str, effort: str, sent: Json) -> None:
    assert relay(model, GATEWAY, reasoning_effort=effort) == (sent, [])


def test_a_verbosity_that_was_asked_for_stays() -> None:
    sent, _ = relay("claude-opus-4.6", GATEWAY, reasoning_effort="high", verbosity="low")
    assert sent["verbosity"] == "low"


def test_what_only_an_object_can_say_is_lost_where_there_is_none() -> None:
    for dialect in (Dialect(), GATEWAY):
        assert relay("m", dialect, reasoning_summary="auto") == ({}, ["reasoning_summary"])
    whole = Dialect(thinking=ThinkingRules(form="object"))
    assert relay("m", whole, reasoning_summary="auto") == ({"reasoning": {"summary": "auto"}}, [])


ADAPTIVE = {"type": "adaptive"}
SHOWN = ADAPTIVE | {"display": "summarized"}


@pytest.mark.parametrize(
    ("model", "asked", "sent", "lost"),
    [
        (
            "claude-opus-4-6",
            {"effort": "high"},
            {"output_config": {"effort": "high"}, "thinking": ADAPTIVE},
            [],
        ),
        ("claude-opus-4-7", {"thinking": True}, {"thinking": SHOWN}, []),
        (
            "claude-opus-4-7",
            {"thinkingDisplay": "omitted"},
            {"thinking": ADAPTIVE | {"display": "omitted"}},
            [],
        ),
        ("claude-sonnet-5", {"thinking": False}, {"thinking": {"type": "disabled"}}, []),
        (
            "claude-sonnet-5",
            {"thinking": False, "thinkingDisplay": "omitted"},
            {"thinking": {"type": "disabled"}},
            [],
        ),
        ("claude-sonnet-4-5", {"thinking": False}, {}, []),
        ("claude-sonnet-4-5", {"effort": "high"}, {}, ["effort"]),
        ("m1", {"effort": "high"}, {"effort": "high"}, []),
        (
            "claude-sonnet-4-5",
            {"thinkingBudget": 2000, "max_tokens": 1000},
            {"max_tokens": 1000, "thinking": {"type": "enabled", "budget_tokens": 900}},
            ["thinking.budget_tokens"],
        ),
        (
            "claude-opus-4-6",
            {"thinkingBudget": 9},
            {"thinking": ADAPTIVE},
            ["thinking.budget_tokens"],
        ),
        ("claude-opus-4-6", {"thinking": {"type": "x"}}, {"thinking": {"type": "x"}}, []),
    ],
)
def test_librechats_controls_of_thinking_take_the_form_of_the_model(
    model: str, asked: Json, sent: Json, lost: list[str]
) -> None:
    assert relay(model, **asked) == (sent, lost)
