"""The form in which parameters reach an endpoint of this wire, relayed and translated."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.prompt import (
    Message,
    Prompt,
    Reasoning,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.openai_chat import OPENAI_CHAT


def relay(dialect: Dialect, **asked: object) -> dict[str, Any]:
    body = json.dumps({"model": "m", "messages": [], **asked}).encode()
    sent: dict[str, Any] = json.loads(OPENAI_CHAT.relay_request(body, "m", dialect, False).body)
    return sent


def read(**asked: object) -> Prompt:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **asked}
    return OPENAI_CHAT.read_request(json.dumps(body).encode())


def write(prompt: Prompt, dialect: Dialect) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(OPENAI_CHAT.write_request(prompt, dialect).body)
    return body


def test_defaults_lie_under_the_request_and_additions_over_it() -> None:
    dialect = Dialect(
        defaults={"temperature": 0.1, "top_p": 0.2, "seed": 1},
        add={"seed": 3, "provider.order": ["a"]},
        drop=("top_p", "metadata.inner"),
    )
    sent = relay(dialect, temperature=0.9, seed=2, metadata={"inner": 1, "outer": 2}, provider={})
    assert (sent["temperature"], sent["seed"]) == (0.9, 3)
    assert sent["provider"] == {"order": ["a"]}
    assert sent["metadata"] == {"outer": 2}
    assert "top_p" not in sent


def test_a_default_ceiling_yields_to_the_callers_under_either_name() -> None:
    dialect = Dialect(defaults={"max_tokens": 5})
    assert relay(dialect)["max_tokens"] == 5
    assert "max_tokens" not in relay(dialect, max_completion_tokens=9)
    assert relay(dialect, maxTokens=9)["max_tokens"] == 9


def test_an_added_ceiling_is_the_only_one() -> None:
    sent = relay(Dialect(add={"max_tokens": 5}), max_completion_tokens=9)
    assert sent["max_tokens"] == 5
    assert "max_completion_tokens" not in sent


def test_an_object_that_nothing_is_left_of_is_gone() -> None:
    assert "metadata" not in relay(Dialect(drop=("metadata.a",)), metadata={"a": 1})
    assert relay(Dialect(drop=("metadata.a",)), metadata={})["metadata"] == {}


def test_what_only_a_client_acts_on_is_not_sent() -> None:
    sent = relay(Dialect(), promptCache=True, resendFiles=True, useResponsesApi=True)
    assert sent.keys() == {"model", "messages"}


def test_an_unstreamed_answer_is_asked_for_where_the_endpoint_wants_it() -> None:
    sent = relay(Dialect(is_whole=True), stream=True, stream_options={"include_usage": True})
    assert sent["stream"] is False
    assert "stream_options" not in sent


@pytest.mark.parametrize(
    ("asked", "reasoning"),
    [
        ({"thinkingBudget": 3000}, Reasoning(budget_tokens=3000)),
        ({"thinking": {"type": "enabled", "budget_tokens": 9}}, Reasoning(budget_tokens=9)),
        ({"thinking": {"type": "disabled"}}, Reasoning(effort="off")),
        ({"thinking": False}, Reasoning(effort="off")),
        ({"thinking": True}, Reasoning(is_adaptive=True)),
        ({"reasoningEffort": "low"}, Reasoning(effort="low")),
    ],
)
def test_other_clients_words_for_thinking_are_read(
    asked: dict[str, object], reasoning: Reasoning
) -> None:
    assert read(**asked).reasoning == reasoning


def test_a_vendors_own_thinking_object_is_kept() -> None:
    assert read(thinking={"mode": "x"}).extras["openai_chat"]["thinking"] == {"mode": "x"}


def test_a_wish_for_web_search_is_read_and_written() -> None:
    assert read(web_search=True).has_web_search
    assert not read(web_search=False).has_web_search
    prompt = read(web_search_options={"search_context_size": "low"})
    assert prompt.has_web_search
    sent = write(prompt, Dialect())
    assert sent["web_search_options"] == {"search_context_size": "low"}
    assert write(read(web_search=True), Dialect(web_search="plugin"))["plugins"] == [{"id": "web"}]


def test_a_budget_is_sent_as_one_where_the_endpoint_takes_an_object() -> None:
    dialect = Dialect(thinking=ThinkingRules(form="object"))
    assert write(read(thinkingBudget=3000), dialect)["reasoning"] == {"max_tokens": 3000}


def turn(role: Role, *parts: Any) -> Message:
    return Message(role=role, parts=parts)


@pytest.mark.parametrize(("replay", "kept"), [("all", 2), ("loop", 1), ("none", 0)])
def test_earlier_reasoning_goes_back_as_far_as_is_configured(replay: Any, kept: int) -> None:
    call = ToolCall(id="c", name="f", arguments="{}")
    prompt = Prompt(
        model="m",
        messages=(
            turn(Role.USER, Text(text="a")),
            turn(Role.ASSISTANT, Thinking(text="t1"), Text(text="b")),
            turn(Role.USER, Text(text="c")),
            turn(Role.ASSISTANT, Thinking(text="t2"), call),
            turn(Role.USER, ToolResult(call_id="c", parts=(Text(text="r"),))),
        ),
    )
    sent = write(prompt, Dialect(thinking=ThinkingRules(replay=replay)))
    assert len([each for each in sent["messages"] if "reasoning_content" in each]) == kept
