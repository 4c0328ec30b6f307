"""Whole answers as vendors send them."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from endpoints_server.domain.fault import Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import StopKind
from endpoints_server.wires.openai_chat import OPENAI_CHAT
from tests.wires.openai_chat.excerpts import STYLE, whole

ADD = {"id": "call_a", "type": "function", "function": {"name": "add", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (None, ""),
        ({"role": "assistant"}, ""),
        ({"role": "assistant", "content": None, "tool_calls": None}, ""),
        ({"role": "assistant", "content": "", "tool_calls": []}, ""),
        ({"role": "assistant", "content": "a"}, "a"),
        ({"role": "assistant", "content": [{"type": "text", "text": "a"}]}, "a"),
        ({"role": "assistant", "content": {"title": "x"}}, '{"title":"x"}'),
    ],
)
def test_content_may_be_missing_null_empty_a_list_or_an_object(
    message: dict[str, Any] | None, text: str
) -> None:
    reply = OPENAI_CHAT.read_reply(whole(message))
    assert reply.fault is None
    assert "".join(part.text for part in reply.parts if isinstance(part, Text)) == text


def test_a_filtered_answer_has_no_message() -> None:
    reply = OPENAI_CHAT.read_reply(whole(None, "content_filter"))
    assert reply.stop
    assert reply.stop.kind is StopKind.FILTER
    assert OPENAI_CHAT.mend_reply(whole(None, "content_filter"), STYLE)[0] == whole(
        None, "content_filter"
    )


def test_a_message_stands_above_a_delta_beside_it() -> None:
    body = json.loads(whole({"role": "assistant", "content": "a"}))
    body["choices"][0]["delta"] = {"content": ""}
    assert OPENAI_CHAT.read_reply(json.dumps(body).encode()).parts == (Text(text="a"),)


def test_reasoning_and_calls_are_read() -> None:
    message = {"reasoning_content": "hm", "content": None, "tool_calls": [ADD]}
    reply = OPENAI_CHAT.read_reply(whole(message, "stop", usage={"prompt_tokens": 3}))
    call = ToolCall(id="call_a", name="add", arguments="{}")
    assert reply.parts == (Thinking(text="hm"), call)
    assert reply.usage == Usage(input=3)
    assert reply.stop
    assert (reply.stop.kind, reply.stop.raw) == (StopKind.TOOL, "stop")


BROKEN = [
    b"<html>Bad Gateway</html>",
    b"",
    b"[]",
    b'"a"',
    b'{"id": "\xff\xfe", "choices": []}',
    b'{"choices": [{"message": {"content": "a"',
    b"{}",
    b'{"choices": []}',
    b'{"choices": null}',
]


@pytest.mark.parametrize("body", BROKEN)
def test_what_is_no_answer_is_a_broken_upstream(body: bytes) -> None:
    reply = OPENAI_CHAT.read_reply(body)
    passed, seen = OPENAI_CHAT.mend_reply(body, STYLE)
    assert reply.fault
    assert reply.fault.kind is Kind.UPSTREAM_BROKEN
    assert seen.fault == reply.fault
    assert passed == body


def test_an_error_under_a_success_is_a_fault() -> None:
    error = {"message": "no", "code": "content_filter", "param": "prompt", "status": 400}
    body = json.dumps({"error": error}).encode()
    fault = OPENAI_CHAT.read_reply(body).fault
    assert fault
    assert (fault.kind, fault.http_status, fault.message) == (Kind.UPSTREAM_REFUSED, 400, "no")
    assert (fault.code, fault.param, fault.body) == ("content_filter", "prompt", body)
    assert OPENAI_CHAT.mend_reply(body, STYLE)[1].fault == fault


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": "a", "tool_calls": None},
        {"role": "assistant", "content": "a", "tool_calls": []},
        {"role": "assistant", "content": None, "tool_calls": [ADD]},
        {"role": "assistant", "content": None, "tool_calls": [{**ADD, "index": 0}]},
    ],
)
def test_a_clean_answer_passes_untouched(message: dict[str, Any]) -> None:
    body = whole(message)
    assert OPENAI_CHAT.mend_reply(body, STYLE)[0] is body


def test_a_call_without_id_or_type_is_mended_and_nothing_else() -> None:
    bare = {"function": {"name": "add", "arguments": {"a": 1}}}
    message = {"role": "assistant", "tool_calls": [ADD, bare, {**bare, "id": ""}], "extra": [1.5]}
    body = whole(message, "stop", provider="p")
    passed, seen = OPENAI_CHAT.mend_reply(body, STYLE)
    mended = json.loads(passed)
    calls = mended["choices"][0]["message"].pop("tool_calls")
    assert calls[0] == ADD
    assert len({call["id"] for call in calls}) == 3
    assert {call["type"] for call in calls} == {"function"}
    assert calls[1]["function"] == {"name": "add", "arguments": '{"a":1}'}
    before = json.loads(body)
    del before["choices"][0]["message"]["tool_calls"]
    assert mended == before
    assert seen.stop
    assert seen.stop.kind is StopKind.TOOL


def test_a_mended_answer_is_noted_for_all_choices() -> None:
    body = json.loads(whole({"content": "a"}, usage={"prompt_tokens": 1, "completion_tokens": 2}))
    second = {"index": 1, "message": {"content": "b"}, "finish_reason": "length"}
    body["choices"].append(second)
    seen = OPENAI_CHAT.mend_reply(json.dumps(body).encode(), STYLE)[1]
    assert seen.texts == ["a", "b"]
    assert seen.usage == Usage(input=1, output=2)
    assert seen.model == "m1"
    assert seen.stop
    assert seen.stop.kind is StopKind.END


def test_an_answer_of_unknown_shape_passes_unread() -> None:
    body = b'{"choices": [{"message": {"content": "a"}, "finish_reason": 7}]}'
    passed, seen = OPENAI_CHAT.mend_reply(body, STYLE)
    assert passed == body
    assert seen.fault is None


@pytest.mark.parametrize("came", ["reasoning_content", "reasoning", "reasoning_text"])
@pytest.mark.parametrize("chosen", ["", "reasoning_content", "reasoning"])
def test_reasoning_passes_in_the_chosen_field_and_all_else_as_it_was(
    came: str, chosen: str
) -> None:
    body = whole({"role": "assistant", "content": "a", came: "hm", "extra": [1.5]})
    passed, seen = OPENAI_CHAT.mend_reply(body, replace(STYLE, reasoning_key=chosen))
    message = {"role": "assistant", "content": "a", "extra": [1.5], chosen or came: "hm"}
    assert json.loads(passed) == json.loads(whole(message))
    assert (passed is body) is (chosen in {"", came})
    assert "hm" in seen.texts
