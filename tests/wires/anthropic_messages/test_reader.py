"""What a reader makes of a stream, clean or broken."""

import pytest

from endpoints_server.domain.fault import Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Foreign, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    ReplyEnd,
    ReplyStart,
    Stop,
    StopKind,
    fold,
)
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE
from tests.wires.anthropic_messages.excerpts import (
    END,
    PING,
    block,
    delta,
    ending,
    read,
    sse,
    start,
    stop,
    words,
)

NAME = "anthropic_messages"


def last(events: list[Event]) -> ReplyEnd:
    assert isinstance(events[0], ReplyStart)
    assert [event for event in events if isinstance(event, ReplyEnd)] == [events[-1]]
    ends = [event for event in events if isinstance(event, PartEnd)]
    assert len(ends) == len([event for event in events if isinstance(event, PartStart)])
    assert isinstance(events[-1], ReplyEnd)
    return events[-1]


def kind_of_fault(data: bytes) -> Kind:
    fault = last(read(data)).fault
    assert fault
    return fault.kind


def test_a_text_is_told_piece_by_piece() -> None:
    data = start() + PING + words("Hi") + ending() + END
    assert read(data) == [
        ReplyStart(id="msg_1", model="claude", usage=Usage(input=10, output=1)),
        PartStart(index=0, part=Text(text="")),
        PartDelta(index=0, text="Hi"),
        PartEnd(index=0),
        ReplyEnd(
            stop=Stop(kind=StopKind.END, raw="end_turn", wire=NAME),
            usage=Usage(input=10, output=5),
        ),
    ]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("end_turn", StopKind.END),
        ("max_tokens", StopKind.LENGTH),
        ("model_context_window_exceeded", StopKind.LENGTH),
        ("tool_use", StopKind.TOOL),
        ("stop_sequence", StopKind.STOP_SEQUENCE),
        ("refusal", StopKind.REFUSAL),
        ("pause_turn", StopKind.PAUSE),
        ("something_else", StopKind.UNKNOWN),
    ],
)
def test_every_stop_reason_keeps_its_own_word(reason: str, kind: StopKind) -> None:
    found = last(read(start() + ending(reason, "END") + END)).stop
    assert found == Stop(kind=kind, raw=reason, wire=NAME, sequence="END")


def test_reasoning_comes_with_its_signature() -> None:
    data = block(0, type="thinking", thinking="", signature="")
    data += delta(0, "thinking", thinking="Let me ") + delta(0, "thinking", thinking="see")
    data += delta(0, "signature", signature="c2ln") + stop(0)
    data += block(1, type="redacted_thinking", data="abc") + stop(1)
    assert fold(read(start() + data + ending() + END)).parts == (
        Thinking(text="Let me see", seal=Seal(NAME, "c2ln")),
        Thinking(seal=Seal(NAME, "abc", is_redacted=True)),
    )


def test_a_call_is_put_together_from_its_pieces() -> None:
    data = block(0, type="tool_use", id="toolu_1", name="add", input={})
    data += delta(0, "input_json", partial_json="") + delta(0, "input_json", partial_json='{"a": ')
    data += delta(0, "input_json", partial_json="1.10}") + stop(0)
    part = fold(read(start() + data + ending("tool_use") + END)).parts[0]
    assert part == ToolCall(id="toolu_1", name="add", arguments='{"a": 1.10}')


@pytest.mark.parametrize("pieces", [b"", delta(0, "input_json", partial_json="")])
def test_a_call_without_input_has_an_empty_object(pieces: bytes) -> None:
    data = block(0, type="tool_use", id="toolu_1", name="now", input={}) + pieces + stop(0)
    part = fold(read(start() + data + ending("tool_use") + END)).parts[0]
    assert part == ToolCall(id="toolu_1", name="now", arguments="{}")


def test_input_that_stands_in_the_start_is_kept() -> None:
    data = block(0, type="tool_use", id="toolu_1", name="add", input={"a": 1}) + stop(0)
    part = fold(read(start() + data + ending("tool_use") + END)).parts[0]
    assert part == ToolCall(id="toolu_1", name="add", arguments='{"a": 1}')


def test_what_is_odd_about_a_call_stays_with_it() -> None:
    data = block(0, type="tool_use", id="1", name="n", input={}, caller={"type": "direct"})
    part = fold(read(start() + data + stop(0) + ending("tool_use") + END)).parts[0]
    assert part == ToolCall(
        id="1", name="n", arguments="{}", extras={NAME: {"caller": {"type": "direct"}}}
    )


def test_citations_gather_on_their_text() -> None:
    data = block(0, type="text", text="", citations=[]) + delta(0, "text", text="So")
    data += delta(0, "citations", citation={"n": 1}) + delta(0, "citations", citation={"n": 2})
    part = fold(read(start() + data + stop(0) + ending() + END)).parts[0]
    assert part == Text(text="So", extras={NAME: {"citations": [{"n": 1}, {"n": 2}]}})


def test_a_server_tool_is_told_whole_with_its_input() -> None:
    data = block(0, type="server_tool_use", id="s1", name="web_search", input={})
    data += delta(0, "input_json", partial_json='{"query":') + delta(
        0, "input_json", partial_json='"x"}'
    )
    data += (
        stop(0) + block(1, type="web_search_tool_result", tool_use_id="s1", content=[]) + stop(1)
    )
    first, second = fold(read(start() + data + ending() + END)).parts
    assert first == Foreign(
        wire=NAME,
        value={
            "type": "server_tool_use",
            "id": "s1",
            "name": "web_search",
            "input": {"query": "x"},
        },
    )
    assert isinstance(second, Foreign)
    assert second.value["tool_use_id"] == "s1"


def test_a_block_of_an_unknown_kind_keeps_what_it_streams() -> None:
    data = block(0, type="compaction", content="") + delta(0, "compaction", content="Sum")
    data += delta(0, "compaction", content="mary") + stop(0)
    part = fold(read(start() + data + ending() + END)).parts[0]
    assert part == Foreign(wire=NAME, value={"type": "compaction", "content": "Summary"})


def test_unknown_events_pass_whatever_they_hold() -> None:
    strange = sse("message_hint", delta="text", index="x") + b": comment\n\n" + b"data: [DONE]\n\n"
    assert fold(read(start() + strange + words("Hi") + ending() + END)).fault is None


def test_event_lines_are_not_needed_and_line_ends_may_be_any() -> None:
    data = start() + words("Hi") + ending() + END
    bare = b"".join(line + b"\n\n" for line in data.split(b"\n") if line.startswith(b"data"))
    assert read(bare) == read(data) == read(data.replace(b"\n", b"\r\n"))


def test_usage_at_the_end_replaces_what_came_early() -> None:
    early = start(input_tokens=2049, cache_read_input_tokens=7, output_tokens=3)
    late = ending(input_tokens=13520, output_tokens=415, cache_read_input_tokens=0)
    assert last(read(early + late + END)).usage == Usage(input=13520, cache_read=7, output=415)


def test_cache_writes_are_told_apart_by_how_long_they_last() -> None:
    creation = {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 20}
    usage = {"input_tokens": 1, "cache_creation_input_tokens": 120, "cache_creation": creation}
    message = {"id": "m", "model": "c", "content": [], "usage": {**usage, "output_tokens": 1}}
    data = sse("message_start", message=message) + ending(output_tokens=9) + END
    assert last(read(data)).usage == Usage(input=1, cache_write=100, cache_write_hour=20, output=9)


def test_thinking_tokens_are_taken_out_of_the_output() -> None:
    data = start() + ending(output_tokens=60, output_tokens_details={"thinking_tokens": 53}) + END
    assert last(read(data)).usage == Usage(input=10, output=7, reasoning=53)


def test_usage_of_the_wrong_shape_breaks_nothing() -> None:
    data = start() + words("Hi") + ending(output_tokens="many") + END
    assert last(read(data)).fault is None


def test_nobody_counting_is_no_usage() -> None:
    data = start(input_tokens=0, output_tokens=0) + ending(output_tokens=0) + END
    assert last(read(data)).usage is None


def test_a_stop_reason_without_the_end_marker_is_an_end() -> None:
    assert last(read(start() + words("Hi") + ending())).stop


def test_a_stream_that_breaks_off_is_closed_with_a_fault_and_early_usage() -> None:
    end = last(read(start() + block(0, type="text", text="") + delta(0, "text", text="Hi")))
    assert end.fault
    assert end.fault.kind is Kind.UPSTREAM_BROKEN
    assert end.usage == Usage(input=10, output=1)
    assert end.stop is None


def test_half_an_event_at_the_end_counts_for_nothing() -> None:
    data = start() + words("Hi") + ending() + b'event: message_stop\ndata: {"type":"mess'
    assert last(read(data)).stop
    assert kind_of_fault(start() + words("Hi") + ending()[:-9]) is Kind.UPSTREAM_BROKEN


def test_a_last_event_without_its_blank_line_counts() -> None:
    assert last(read(start() + words("Hi") + ending().rstrip())).stop


@pytest.mark.parametrize(
    "event",
    [
        b"data: {oops}\n\n",
        b"data: [1]\n\n",
        b'data: {"type":"content_block_delta","index":"x"}\n\n',
        b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"\xff"}}\n\n',
        b'data: {"type":"content_block_start","index":0,"content_block":{"type":"text"}}\n\n',
    ],
)
def test_a_broken_event_ends_the_reply(event: bytes) -> None:
    assert kind_of_fault(start() + event + words("later") + ending() + END) is Kind.UPSTREAM_BROKEN


def test_an_event_past_the_bound_ends_the_reply() -> None:
    reader = WIRE.reader(100)
    events = [*reader.feed(b"data: " + b"x" * 200), *reader.feed(END), *reader.close()]
    fault = last(events).fault
    assert fault
    assert fault.kind is Kind.UPSTREAM_BROKEN


@pytest.mark.parametrize(
    ("kind", "expected", "status"),
    [
        ("overloaded_error", Kind.UPSTREAM_BROKEN, 529),
        ("api_error", Kind.UPSTREAM_BROKEN, 502),
        ("rate_limit_error", Kind.UPSTREAM_LIMITED, 429),
        ("timeout_error", Kind.UPSTREAM_SLOW, 504),
        ("invalid_request_error", Kind.UPSTREAM_REFUSED, 400),
        ("authentication_error", Kind.UPSTREAM_DENIED, 502),
        ("never_heard_of", Kind.UPSTREAM_BROKEN, 502),
    ],
)
def test_an_error_event_is_classified_by_its_type(kind: str, expected: Kind, status: int) -> None:
    error = sse("error", error={"type": kind, "message": "Alas"})
    fault = last(read(start() + words("Hi") + error + ending() + END)).fault
    assert fault
    assert (fault.kind, fault.http_status) == (expected, status)


def test_nothing_follows_the_end() -> None:
    reader = WIRE.reader(1 << 20)
    assert last(reader.feed(start() + words("Hi") + ending() + END + words("more", 1))).stop
    assert reader.feed(words("more", 2)) == []
    assert reader.close() == []


def test_pieces_without_a_start_still_become_parts() -> None:
    data = delta(0, "text", text="Hi") + delta(7, "thinking", thinking="hm")
    parts = fold(read(data + ending() + END)).parts
    assert parts == (Text(text="Hi"), Thinking(text="hm"))


def test_an_empty_stream_is_a_fault() -> None:
    assert kind_of_fault(b"") is Kind.UPSTREAM_BROKEN


def test_blocks_that_are_never_ended_end_with_the_reply() -> None:
    data = start() + block(0, type="text", text="Hi") + ending() + END
    assert fold(read(data)).parts == (Text(text="Hi"),)
    assert last(read(data)).stop


def test_blocks_side_by_side_are_told_one_after_the_other() -> None:
    data = start() + block(0, type="tool_use", id="a", name="n", input={})
    data += block(1, type="tool_use", id="b", name="n", input={})
    data += delta(1, "input_json", partial_json='{"b":') + delta(0, "input_json", partial_json="{")
    data += delta(1, "input_json", partial_json="2}") + stop(1)
    data += delta(0, "input_json", partial_json="}") + stop(0) + ending("tool_use") + END
    events = read(data)
    assert [event.index for event in events if isinstance(event, PartStart | PartEnd)] == [
        0,
        0,
        1,
        1,
    ]
    assert fold(events).parts == (
        ToolCall(id="a", name="n", arguments="{}"),
        ToolCall(id="b", name="n", arguments='{"b":2}'),
    )


def test_half_a_character_is_no_reason_to_stop() -> None:
    data = start() + words("\ud83d") + ending() + END
    assert fold(read(data)).parts == (Text(text="�"),)
    whole = start() + words("😀") + ending() + END
    assert fold(read(whole)).parts == (Text(text="😀"),)


def test_a_null_error_is_none_and_an_error_without_its_object_is_one() -> None:
    assert last(read(start() + sse("ping", error=None) + ending() + END)).fault is None
    assert kind_of_fault(start() + sse("error", message="Alas")) is Kind.UPSTREAM_BROKEN


def test_values_nested_too_deep_end_the_reply() -> None:
    deep = b'data: {"type":"ping","error":' + b"[" * 5000 + b"]" * 5000 + b"}\n\n"
    assert kind_of_fault(start() + deep + ending() + END) is Kind.UPSTREAM_BROKEN


def test_a_first_event_of_the_wrong_shape_still_begins_the_reply() -> None:
    assert kind_of_fault(sse("message_start", message={"id": 3})) is Kind.UPSTREAM_BROKEN


def test_a_piece_of_a_call_that_is_not_open_is_never_dropped_in_silence() -> None:
    piece = delta(0, "input_json", partial_json='"x":1}')
    assert kind_of_fault(start() + piece + ending("tool_use") + END) is Kind.UPSTREAM_BROKEN
