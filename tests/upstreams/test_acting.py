"""The upstream for real clients: strict about what comes, and true to what it was told to say."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.upstreams.acting import END, LETTER, Acting
from tests.upstreams.server import Running

SHELL = {
    "type": "function",
    "function": {"name": "sh", "parameters": {"properties": {"cmd": {"type": "string"}}}},
}


@pytest.fixture
def url() -> Iterator[str]:
    with Running(Acting()) as upstream:
        yield f"{upstream.url}/v1/chat/completions"


def ask(url: str, *messages: dict[str, Any], **more: object) -> httpx.Response:
    return httpx.post(url, json={"model": "demo-chat", "messages": messages, **more})


def test_a_result_is_taken_with_the_call_that_it_answers_alone(url: str) -> None:
    asked = {"role": "user", "content": "Hello"}
    called = ask(url, asked, tools=[SHELL]).json()["choices"][0]["message"]
    (call,) = called["tool_calls"]
    result = {"role": "tool", "tool_call_id": call["id"], "content": "42"}
    assert "42" in ask(url, asked, called, result).text
    refused = ask(url, asked, called, result | {"tool_call_id": "call_1"})
    assert (refused.status_code, "no call" in refused.text) == (400, True)


def test_a_field_that_the_wire_does_not_know_is_refused(url: str) -> None:
    refused = ask(url, {"role": "user", "content": "Hello"}, thinking={"type": "enabled"})
    assert (refused.status_code, "thinking" in refused.text) == (400, True)


def test_what_is_to_be_said_to_the_letter_is_said_so_in_pieces(url: str) -> None:
    asked = {"role": "user", "content": f"Please. {LETTER}one\n  two {END} Thanks."}
    assert ask(url, asked).json()["choices"][0]["message"]["content"] == "one\n  two "
    streamed = ask(url, asked, stream=True).text
    assert streamed.count("data: ") > 3
