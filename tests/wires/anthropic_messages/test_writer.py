"""What a writer makes of events, as the official client reads it."""

import json

import anthropic
import httpx2
import pytest
from anthropic.types import Message, RedactedThinkingBlock, TextBlock, ThinkingBlock, ToolUseBlock

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    Audio,
    Foreign,
    Part,
    Refusal,
    Seal,
    Text,
    Thinking,
    ToolCall,
)
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
    Stop,
    StopKind,
    unfold,
)
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE
from tests.wires.anthropic_messages.excerpts import STYLE, told, write

NAME = "anthropic_messages"
USAGE = Usage(input=5, cache_read=4, cache_write=3, cache_write_hour=2, output=10, reasoning=7)
CALLS: list[Event] = [
    ReplyStart(id="chatcmpl-1", model="gpt"),
    PartStart(index=0, part=ToolCall(id="a", name="add")),
    PartStart(index=1, part=ToolCall(id="b", name="now", arguments="{")),
    PartDelta(index=1, text="}"),
    PartDelta(index=0, text='{"x":'),
    PartStart(index=2, part=Text(text="T")),
    PartDelta(index=0, text="1}"),
    PartEnd(index=1),
    PartEnd(index=0),
    PartDelta(index=2, text="U"),
    PartEnd(index=2),
    ReplyEnd(stop=Stop(kind=StopKind.TOOL), usage=USAGE),
]


def client_reading(body: bytes, content_type: str) -> anthropic.Anthropic:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": content_type}, content=body)

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return anthropic.Anthropic(api_key="k", base_url="http://upstream", http_client=http)


def accumulate(body: bytes) -> Message:
    client = client_reading(body, "text/event-stream")
    turn = {"role": "user", "content": "Hi"}
    with client.messages.stream(model="m", max_tokens=1, messages=[turn]) as stream:  # type: ignore[list-item]
        return stream.get_final_message()


def started(part: Part) -> list[Event]:
    return [PartStart(index=0, part=part), PartEnd(index=0)]


def test_the_official_client_reads_interleaved_calls_in_order() -> None:
    message = accumulate(write(CALLS))
    assert [block.type for block in message.content] == ["tool_use", "tool_use", "text"]
    first, second, third = message.content
    assert isinstance(first, ToolUseBlock)
    assert (first.id, first.input) == ("a", {"x": 1})
    assert isinstance(second, ToolUseBlock)
    assert second.input == {}
    assert isinstance(third, TextBlock)
    assert third.text == "TU"
    assert (message.id, message.model, message.stop_reason) == ("chatcmpl-1", "gpt", "tool_use")


def test_the_official_client_reads_all_counts() -> None:
    usage = accumulate(write(CALLS)).usage
    assert usage.input_tokens == 5
    assert usage.cache_read_input_tokens == 4
    assert usage.cache_creation_input_tokens == 5
    assert usage.output_tokens == 17


def test_the_official_client_reads_reasoning_and_its_seal() -> None:
    parts: tuple[Part, ...] = (
        Thinking(text="hm", seal=Seal(NAME, "sig")),
        Thinking(text="free"),
        Thinking(text="theirs", seal=Seal("other_wire", "hidden")),
        Thinking(seal=Seal(NAME, "opaque", is_redacted=True)),
        Refusal(text="No."),
    )
    body = write(unfold(Reply(parts=parts, stop=Stop(kind=StopKind.REFUSAL))))
    first, second, third, fourth, fifth = accumulate(body).content
    assert isinstance(first, ThinkingBlock)
    assert (first.thinking, first.signature) == ("hm", "sig")
    assert isinstance(second, ThinkingBlock)
    assert (second.thinking, second.signature) == ("free", "~es.unsealed")
    assert isinstance(third, ThinkingBlock)
    assert (third.thinking, third.signature) == ("theirs", "~es.other_wire.open.hidden")
    assert isinstance(fourth, RedactedThinkingBlock)
    assert fourth.data == "opaque"
    assert isinstance(fifth, TextBlock)


def test_the_official_client_reads_a_whole_answer() -> None:
    reply = Reply(parts=(Text(text="Hi"), ToolCall(id="a", name="n")), usage=USAGE)
    client = client_reading(WIRE.write_reply(reply, STYLE), "application/json")
    turn = {"role": "user", "content": "Hi"}
    message = client.messages.create(model="m", max_tokens=1, messages=[turn])  # type: ignore[list-item]
    assert message.id == STYLE.id
    assert message.stop_reason == "tool_use"
    assert message.usage.output_tokens_details
    assert message.usage.output_tokens_details.thinking_tokens == 7
    assert [block.type for block in message.content] == ["text", "tool_use"]


def test_the_official_client_raises_a_fault() -> None:
    events: list[Event] = [ReplyStart(), *started(Text(text="Hi"))]
    fault = Fault(kind=Kind.UPSTREAM_SLOW, message="The upstream took too long.")
    with pytest.raises(anthropic.APIStatusError, match="took too long"):
        accumulate(write([*events, ReplyEnd(fault=fault)]))


def test_usage_known_early_is_told_early() -> None:
    first = told(write([ReplyStart(usage=Usage(input=8, output=1))]))[0]
    assert first["message"]["usage"]["input_tokens"] == 8
    bare = told(write([ReplyStart()]))[0]["message"]
    assert bare["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert (bare["id"], bare["model"]) == (STYLE.id, STYLE.model)


def test_all_that_ends_a_stream_comes_with_the_last_event() -> None:
    writer = WIRE.writer(STYLE)
    written = [writer.write(event) for event in CALLS]
    assert [event["type"] for event in told(written[-1])] == ["message_delta", "message_stop"]


def test_parts_still_open_are_closed_at_the_end() -> None:
    kinds = [event["type"] for event in told(write([*CALLS[:-3], CALLS[-1]]))]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 3
    assert kinds[-2:] == ["message_delta", "message_stop"]


def test_what_this_wire_has_no_block_for_takes_no_place() -> None:
    parts = (
        Audio(format="wav", data="AAAA"),
        Foreign(wire="other_wire", value={"type": "x"}),
        Text(text="Hi"),
    )
    events = told(write(unfold(Reply(parts=parts))))
    assert [event["index"] for event in events if "index" in event] == [0, 0, 0]


def test_a_block_of_this_wire_alone_is_written_as_it_was() -> None:
    value = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}
    events = told(write(unfold(Reply(parts=(Foreign(wire=NAME, value=value),)))))
    assert events[1]["content_block"] == value


def test_citations_are_each_written_once() -> None:
    one, two = {"n": 1}, {"n": 2}
    events: list[Event] = [
        PartStart(index=0, part=Text(text="So", extras={NAME: {"citations": [one]}})),
        PartDelta(index=0, extras={NAME: {"citations": [one, two]}}),
        PartEnd(index=0),
    ]
    written = [event["delta"] for event in told(write(events)) if "delta" in event]
    assert [delta["citation"] for delta in written if "citation" in delta] == [one, two]


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (StopKind.END, "end_turn"),
        (StopKind.LENGTH, "max_tokens"),
        (StopKind.TOOL, "tool_use"),
        (StopKind.STOP_SEQUENCE, "stop_sequence"),
        (StopKind.FILTER, "refusal"),
        (StopKind.REFUSAL, "refusal"),
        (StopKind.PAUSE, "pause_turn"),
        (StopKind.UNKNOWN, "end_turn"),
    ],
)
def test_every_stop_has_a_word_that_clients_know(kind: StopKind, word: str) -> None:
    stop = Stop(kind=kind, raw="whatever", wire="other_wire", sequence="END")
    ending = told(write([ReplyEnd(stop=stop)]))[1]
    assert ending["delta"] == {"stop_reason": word, "stop_sequence": "END"}


def test_arguments_that_are_no_object_are_kept_under_a_name_that_says_so() -> None:
    reply = Reply(parts=(ToolCall(id="a", name="n", arguments='{"x":'),))
    (block,) = json.loads(WIRE.write_reply(reply, STYLE))["content"]
    assert block["input"] == {"INVALID_JSON": '{"x":'}
