"""What passes on the same wire, what is mended, and what is noticed."""

import json

import pytest

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE
from tests.wires.anthropic_messages.excerpts import (
    END,
    PING,
    STYLE,
    block,
    delta,
    ending,
    mender,
    sse,
    start,
    stop,
    told,
    words,
)

CLEAN = start() + PING + words("Hi") + ending()


def test_clean_bytes_pass_as_the_same_object() -> None:
    machine = mender()
    assert machine.feed(CLEAN) is CLEAN
    assert machine.feed(END) == b""
    assert machine.close() == END


def test_the_end_marker_is_held_back_within_a_feed() -> None:
    machine = mender()
    assert machine.feed(CLEAN + END) == CLEAN
    assert machine.seen.is_ended
    assert machine.close() == END


def test_an_event_that_is_not_whole_waits() -> None:
    machine = mender()
    assert machine.feed(CLEAN[:-10]) + machine.feed(CLEAN[-10:]) == CLEAN
    assert machine.feed(END[:5]) == b""
    assert machine.feed(END[5:]) == b""
    assert machine.close() == END


def test_everything_worth_knowing_is_seen() -> None:
    machine = mender()
    machine.feed(start(input_tokens=4, cache_read_input_tokens=3, output_tokens=1))
    assert machine.seen.usage == Usage(input=4, cache_read=3, output=1)
    machine.feed(block(0, type="thinking", thinking="") + delta(0, "thinking", thinking="hm"))
    machine.feed(stop(0) + words("Hi", 1) + ending("max_tokens", output_tokens=9) + END)
    assert machine.seen.model == "claude"
    assert machine.seen.texts == ["hm", "Hi"]
    assert machine.seen.usage == Usage(input=4, cache_read=3, output=9)
    assert machine.seen.stop
    assert machine.seen.stop.raw == "max_tokens"


def test_a_missing_end_marker_is_made() -> None:
    machine = mender()
    machine.feed(CLEAN)
    assert told(machine.close()) == [{"type": "message_stop"}]
    assert machine.seen.fault is None


def test_a_last_event_without_its_blank_line_is_completed() -> None:
    machine = mender()
    passed = machine.feed((CLEAN + END).rstrip(b"\n"))
    assert passed + machine.close() == CLEAN + END


def test_missing_event_lines_are_added() -> None:
    machine = mender()
    bare = b"".join(line + b"\n\n" for line in CLEAN.split(b"\n") if line.startswith(b"data"))
    assert machine.feed(bare) == CLEAN


def test_a_first_message_without_its_fields_is_completed() -> None:
    machine = mender()
    (event,) = told(machine.feed(sse("message_start", message={"id": "msg_1", "odd": 1})))
    assert event["message"] == {
        "id": "msg_1",
        "odd": 1,
        "type": "message",
        "role": "assistant",
        "model": STYLE.model,
        "content": [],
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def test_an_ending_without_usage_is_completed() -> None:
    machine = mender()
    machine.feed(start())
    (event,) = told(machine.feed(sse("message_delta", delta={"stop_reason": "end_turn"})))
    assert event["usage"] == {"output_tokens": 1}


def test_a_block_without_a_start_or_an_end_gets_them() -> None:
    machine = mender()
    passed = machine.feed(start() + delta(0, "text", text="Hi") + ending() + END) + machine.close()
    assert [event["type"] for event in told(passed)] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_comments_pass_and_the_marker_of_another_wire_does_not() -> None:
    machine = mender()
    assert machine.feed(b": busy\n\n" + start() + b"data: [DONE]\n\n") == b": busy\n\n" + start()


@pytest.mark.parametrize("broken", [b"data: {oops}\n\n", b'data: {"type":"ping\xff"}\n\n'])
def test_a_broken_event_stops_the_stream(broken: bytes) -> None:
    machine = mender()
    assert machine.feed(start() + broken + words("Hi")) == start()
    assert machine.feed(words("more")) == b""
    assert machine.seen.fault
    assert machine.seen.fault.kind is Kind.UPSTREAM_BROKEN
    assert told(machine.close())[0]["error"]["type"] == "api_error"


def test_an_error_event_is_noticed_and_told_once_in_our_shape() -> None:
    machine = mender()
    error = sse("error", error={"type": "overloaded_error", "message": "Overloaded"})
    assert machine.feed(start() + error + END) == start()
    assert machine.seen.fault
    assert machine.seen.fault.http_status == 529
    (event,) = told(machine.close())
    assert event["error"]["type"] == "overloaded_error"
    assert "Overloaded" in event["error"]["message"]
    assert event["error"]["es"]["request_id"] == STYLE.request_id


def test_a_stream_that_breaks_off_ends_with_an_error() -> None:
    machine = mender()
    machine.feed(start() + block(0, type="text", text="") + delta(0, "text", text="Hi"))
    (event,) = told(machine.close())
    assert event["type"] == "error"
    assert machine.seen.fault
    assert machine.seen.usage == Usage(input=10, output=1)


def test_a_fault_of_ours_ends_a_stream() -> None:
    machine = mender()
    machine.feed(start())
    (event,) = told(machine.close(Fault(kind=Kind.UPSTREAM_SLOW, message="Too slow.")))
    assert event["error"]["type"] == "timeout_error"


def test_an_event_past_the_bound_stops_the_stream() -> None:
    machine = WIRE.mender(STYLE, 100)
    assert machine.feed(b"data: " + b"x" * 200) == b""
    assert machine.seen.fault


def test_a_whole_answer_is_completed_only_where_it_lacks_something() -> None:
    body = b'{ "content": [], "model": "m", "stop_reason": "end_turn", "odd": 1.10 }'
    passed, seen = WIRE.mend_reply(body, STYLE)
    assert json.loads(passed) == {
        "content": [],
        "model": "m",
        "stop_reason": "end_turn",
        "odd": 1.1,
        "id": "",
        "type": "message",
        "role": "assistant",
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    assert b"1.10" in passed
    assert seen.model == "m"
    assert WIRE.mend_reply(passed, STYLE)[0] is passed


def test_half_a_character_passes_as_it_came() -> None:
    machine = mender()
    data = start() + words("\ud83d") + words("\ude00", 1)
    assert machine.feed(data) is data
    assert machine.seen.texts == ["�", "�"]
