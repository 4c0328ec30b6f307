"""Streams and whole answers that we write."""

import json

import pytest
from msgspec.structs import replace
from openai.types.chat import ChatCompletion

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    Foreign,
    Part,
    Refusal,
    Seal,
    Text,
    Thinking,
    ToolCall,
)
from endpoints_server.domain.talk.reply import Reply, Stop, StopKind, fold, unfold
from endpoints_server.domain.wire import Style
from endpoints_server.wires.openai_chat import OPENAI_CHAT
from tests.wires.openai_chat.excerpts import DONE, STYLE, chunks_in, deltas_in, events_of
from tests.wires.openai_chat.test_mender import client_reads

USAGE = Usage(input=5, cache_read=3, cache_write=2, output=4, reasoning=1)
FULL = Reply(
    id="c9",
    model="m9",
    created_at=9,
    parts=(
        Thinking(text="hm", seal=Seal("anthropic_messages", "sig")),
        Text(text="Hello"),
        ToolCall(id="call_a", name="add", arguments='{"a":1}'),
        ToolCall(id="call_b", name="now"),
    ),
    stop=Stop(kind=StopKind.TOOL),
    usage=USAGE,
)


def streamed(reply: Reply, style: Style = STYLE) -> bytes:
    writer = OPENAI_CHAT.writer(style)
    return b"".join(writer.write(event) for event in unfold(reply))


def test_the_official_client_reads_a_written_stream() -> None:
    completion = client_reads(streamed(FULL))
    choice = completion.choices[0]
    assert (completion.id, completion.model, completion.created) == ("c9", "m9", 9)
    assert choice.finish_reason == "tool_calls"
    assert choice.message.role == "assistant"
    assert choice.message.content == "Hello"
    assert [(one.id, one.function.arguments) for one in choice.message.tool_calls or ()] == [
        ("call_a", '{"a":1}'),
        ("call_b", "{}"),
    ]
    assert completion.usage
    assert completion.usage.prompt_tokens == 10
    assert completion.usage.completion_tokens == 5
    assert completion.usage.prompt_tokens_details
    assert completion.usage.prompt_tokens_details.cached_tokens == 3


def test_the_official_client_reads_a_whole_written_answer() -> None:
    completion = ChatCompletion.model_validate_json(OPENAI_CHAT.write_reply(FULL, STYLE))
    assert completion.choices[0].message.content == "Hello"
    assert len(completion.choices[0].message.tool_calls or ()) == 2


def test_reasoning_and_its_seal_come_back_from_a_client_that_keeps_them() -> None:
    assert fold(events_of(streamed(FULL))).parts[0] == FULL.parts[0]
    assert OPENAI_CHAT.read_reply(OPENAI_CHAT.write_reply(FULL, STYLE)).parts[0] == FULL.parts[0]
    message = json.loads(OPENAI_CHAT.write_reply(FULL, STYLE))["choices"][0]["message"]
    del message["reasoning_content"]
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}, message]}
    prompt = OPENAI_CHAT.read_request(json.dumps(asked).encode())
    assert prompt.messages[1].parts[0] == FULL.parts[0]


def test_redacted_reasoning_comes_back() -> None:
    part = Thinking(seal=Seal("anthropic_messages", "xx", is_redacted=True))
    assert fold(events_of(streamed(replace(FULL, parts=(part,))))).parts == (part,)


def test_reasoning_goes_under_the_key_the_caller_knows() -> None:
    style = replace(STYLE, reasoning_key="reasoning")
    assert {"reasoning": "hm"} in deltas_in(streamed(FULL, style))
    message = json.loads(OPENAI_CHAT.write_reply(FULL, style))["choices"][0]["message"]
    assert message["reasoning"] == "hm"


def test_counts_are_written_only_where_they_were_asked_for() -> None:
    assert chunks_in(streamed(FULL))[-1]["choices"] == []
    assert b"usage" not in streamed(FULL, replace(STYLE, has_usage=False))


def test_what_the_reply_lacks_comes_from_the_style() -> None:
    bare = Reply(parts=(Text(text="a"),), stop=Stop(kind=StopKind.END))
    first = chunks_in(streamed(bare))[0]
    assert (first["id"], first["model"], first["created"]) == ("chatcmpl-ours", "ours", 7)
    whole = json.loads(OPENAI_CHAT.write_reply(bare, STYLE))
    assert (whole["id"], whole["model"], whole["created"]) == ("chatcmpl-ours", "ours", 7)


def test_a_fault_ends_the_stream_without_an_end_marker() -> None:
    fault = Fault(kind=Kind.UPSTREAM_BROKEN, message="it broke")
    stream = streamed(replace(FULL, fault=fault))
    assert DONE not in stream
    assert chunks_in(stream)[-1]["error"]["message"] == "it broke"
    assert "error" in json.loads(OPENAI_CHAT.write_reply(Reply(fault=fault), STYLE))


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (Stop(kind=StopKind.END), "stop"),
        (Stop(kind=StopKind.STOP_SEQUENCE, sequence="HALT"), "stop"),
        (Stop(kind=StopKind.LENGTH), "length"),
        (Stop(kind=StopKind.FILTER), "content_filter"),
        (Stop(kind=StopKind.REFUSAL, raw="refusal", wire="anthropic_messages"), "content_filter"),
        (Stop(kind=StopKind.PAUSE), "stop"),
        (Stop(kind=StopKind.UNKNOWN, raw="odd", wire="openai_chat"), "odd"),
        (Stop(kind=StopKind.UNKNOWN, raw="odd", wire="some_wire"), "stop"),
        (None, "stop"),
    ],
)
def test_every_stop_has_a_finish_reason(stop: Stop | None, reason: str) -> None:
    reply = Reply(parts=(Text(text="a"),), stop=stop)
    last = [found for found in chunks_in(streamed(reply)) if found["choices"]][-1]
    assert last["choices"][0]["finish_reason"] == reason
    whole = json.loads(OPENAI_CHAT.write_reply(reply, STYLE))
    assert whole["choices"][0]["finish_reason"] == reason


def test_a_refusal_has_its_own_field() -> None:
    reply = Reply(parts=(Refusal(text="no"),), stop=Stop(kind=StopKind.END))
    assert {"refusal": "no"} in deltas_in(streamed(reply))
    message = json.loads(OPENAI_CHAT.write_reply(reply, STYLE))["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "no")


def test_parts_this_wire_has_no_place_for_are_left_out() -> None:
    parts: tuple[Part, ...] = (Foreign(wire="w", value={"type": "search"}), Text(text="a"))
    assert client_reads(streamed(replace(FULL, parts=parts))).choices[0].message.content == "a"


@pytest.mark.parametrize(
    "seal",
    [Seal("openai_chat", '{"vendor":{"mark":"xx"}}'), Seal("google_generative", "xx")],
)
def test_the_seal_on_a_call_comes_back(seal: Seal) -> None:
    call = ToolCall(id="call_a", name="add", arguments="{}", seal=seal)
    assert fold(events_of(streamed(replace(FULL, parts=(call,))))).parts == (call,)
    assert OPENAI_CHAT.read_reply(
        OPENAI_CHAT.write_reply(replace(FULL, parts=(call,)), STYLE)
    ).parts == (call,)
