"""What requests to each family of models look like: ceilings, thinking, and what is refused."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.prompt import Message, Prompt, Reasoning, Role, Sampling, Text
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES
from endpoints_server.wires.family import family_of

HI = (Message(role=Role.USER, parts=(Text(text="Hi"),)),)


def write(
    model: str, dialect: Dialect | None = None, **wishes: Any
) -> tuple[dict[str, Any], list[str]]:
    prompt = Prompt(model=model, messages=HI, **wishes)
    written = ANTHROPIC_MESSAGES.write_request(prompt, dialect or Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


def relay(model: str, dialect: Dialect, **asked: object) -> dict[str, Any]:
    body = json.dumps({"model": model, "messages": [], **asked}).encode()
    sent: dict[str, Any] = json.loads(
        ANTHROPIC_MESSAGES.relay_request(body, model, dialect, False).body
    )
    return sent


@pytest.mark.parametrize(
    ("model", "ceiling_tokens", "thinking"),
    [
        ("claude-3-opus-20240229", 4096, "none"),
        ("claude-3-5-sonnet-latest", 8192, "none"),
        ("claude-3-7-sonnet-20250219", 8192, "budget"),
        ("claude-opus-4-20250514", 32_000, "budget"),
        ("claude-opus-4-1", 32_000, "budget"),
        ("claude-sonnet-4-20250514", 64_000, "budget"),
        ("claude-haiku-4-5-20251001", 64_000, "budget"),
        ("anthropic/claude-opus-4.5", 64_000, "budget"),
        ("claude-opus-4-6", 128_000, "either"),
        ("claude-opus-4-7", 128_000, "adaptive"),
        ("claude-sonnet-5", 128_000, "adaptive"),
        ("some-model", 8192, "unknown"),
    ],
)
def test_a_family_is_known_by_the_name_of_its_model(
    model: str, ceiling_tokens: int, thinking: str
) -> None:
    family = family_of(model)
    assert (family.ceiling_tokens, family.thinking) == (ceiling_tokens, thinking)
    assert write(model)[0]["max_tokens"] == ceiling_tokens


def test_an_effort_is_adaptive_thinking_where_the_family_finds_its_own_amount() -> None:
    body, losses = write("claude-opus-4-7", reasoning=Reasoning(effort="high"))
    assert body["thinking"] == {"type": "adaptive"}
    assert body["output_config"] == {"effort": "high"}
    assert losses == []


def test_a_budget_is_named_as_lost_where_only_adaptive_thinking_is_taken() -> None:
    body, losses = write("claude-sonnet-5", reasoning=Reasoning(budget_tokens=5000))
    assert body["thinking"] == {"type": "adaptive"}
    assert losses == ["thinking.budget_tokens"]


def test_how_tokens_are_drawn_is_lost_where_the_family_leaves_no_say() -> None:
    body, losses = write("claude-opus-4-7", sampling=Sampling(temperature=0.3, top_p=0.5, top_k=4))
    assert body.keys().isdisjoint({"temperature", "top_p", "top_k"})
    assert losses == ["temperature", "top_p", "top_k"]


def test_thinking_is_lost_where_a_family_has_none() -> None:
    body, losses = write("claude-3-5-haiku", reasoning=Reasoning(budget_tokens=2000))
    assert "thinking" not in body
    assert losses == ["thinking"]


def test_no_model_is_made_to_think_unasked() -> None:
    for model in ("claude-sonnet-4-5", "claude-opus-4-7", "claude-3-7-sonnet"):
        assert "thinking" not in write(model)[0]
        assert "thinking" not in write(model, reasoning=Reasoning(effort="off"))[0]


def test_a_model_that_thinks_unasked_is_told_not_to() -> None:
    body, _ = write("claude-sonnet-5", reasoning=Reasoning(effort="off"))
    assert body["thinking"] == {"type": "disabled"}


def test_a_ceiling_that_is_dropped_becomes_the_most_the_model_writes() -> None:
    dialect = Dialect(drop=("max_tokens",))
    assert write("claude-opus-4-1", dialect, ceiling_tokens=5)[0]["max_tokens"] == 32_000
    assert relay("claude-opus-4-1", dialect, max_tokens=5)["max_tokens"] == 32_000


def test_an_added_budget_is_fitted_below_the_callers_ceiling() -> None:
    dialect = Dialect(add={"thinking.budget_tokens": 9000})
    sent = relay("claude-sonnet-4-5", dialect, max_tokens=2000, temperature=0.5)
    assert sent["thinking"] == {"type": "enabled", "budget_tokens": 1800}
    assert "temperature" not in sent
    assert "thinking" not in relay("claude-sonnet-4-5", dialect, max_tokens=1000)


def test_a_budget_that_is_a_default_does_not_switch_thinking_on_again() -> None:
    dialect = Dialect(defaults={"thinking.budget_tokens": 2000})
    asked = {"max_tokens": 9000, "thinking": {"type": "disabled"}}
    assert "thinking" not in relay("claude-sonnet-4-5", dialect, **asked)
    switched_off = {"max_tokens": 9000, "thinking": False}
    assert "thinking" not in relay("claude-sonnet-4-5", dialect, **switched_off)
    unknown = relay("m", Dialect(), thinkingBudget=2000, **switched_off)
    assert unknown["thinking"] == {"type": "disabled"}


def test_names_of_other_clients_become_the_wires_own() -> None:
    sent = relay("m", Dialect(), maxTokens=7000, topP=0.5, stop="END", thinkingBudget=2000)
    assert sent["max_tokens"] == 7000
    assert sent["top_p"] == 0.5
    assert sent["stop_sequences"] == ["END"]
    assert sent["thinking"] == {"type": "enabled", "budget_tokens": 2000}


def test_a_search_tool_of_the_callers_own_stays_the_only_one() -> None:
    tool = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
    sent = relay("m", Dialect(add={"web_search": True}), tools=[tool], max_tokens=5)
    assert sent["tools"] == [tool]
    assert "tools" not in relay("m", Dialect(drop=("web_search",)), tools=[tool], max_tokens=5)


def test_whole_answers_are_asked_for_where_the_endpoint_wants_them() -> None:
    dialect = Dialect(is_whole=True)
    assert write("m", dialect, is_stream=True)[0]["stream"] is False
    body = json.dumps({"model": "m", "messages": [], "max_tokens": 5, "stream": True}).encode()
    assert (
        json.loads(ANTHROPIC_MESSAGES.relay_request(body, "m", dialect, True).body)["stream"]
        is False
    )
