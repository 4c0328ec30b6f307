"""What passes on the same wire, and what is noticed."""

import json

import pytest

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import StopKind
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE
from tests.wires.openai_responses.excerpts import (
    STYLE,
    USAGE,
    added,
    created,
    delta,
    done,
    ended,
    mender,
    payloads,
    response,
    sse,
    words,
)

CLEAN = created() + sse("keepalive", sequence_number=3) + words("Hi")
CALL = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": ""}


def test_clean_bytes_pass_as_the_same_object() -> None:
    machine = mender()
    assert machine.feed(CLEAN) is CLEAN
    assert machine.feed(ended()) == b""
    assert machine.close() == ended()


def test_the_last_event_is_held_back_with_the_marker_behind_it() -> None:
    machine = mender()
    assert machine.feed(CLEAN + ended() + b"data: [DONE]\n\n" + words("more")) == CLEAN
    assert machine.seen.is_ended
    assert machine.close() == ended() + b"data: [DONE]\n\n"
    assert machine.close() == b""


def test_everything_worth_knowing_is_seen() -> None:
    machine = mender()
    machine.feed(created() + delta("reasoning_summary_text", 0, "hm") + words("Hi", 1))
    machine.feed(added(2, **CALL) + delta("function_call_arguments", 2, "{}") + done(2, **CALL))
    machine.feed(ended(usage={**USAGE, "cost": 0.5}))
    seen = machine.seen
    assert seen.model == "gpt"
    assert seen.texts == ["hm", "Hi", "look", "{}"]
    assert seen.usage == Usage(input=14, cache_read=3, output=5, reasoning=4)
    assert seen.reported_cost_nano_usd == 500_000_000
    assert seen.stop
    assert seen.stop.kind is StopKind.TOOL


def test_calls_that_only_the_last_event_holds_are_seen() -> None:
    machine = mender()
    machine.feed(created() + ended(output=[CALL]))
    assert machine.seen.stop
    assert machine.seen.stop.kind is StopKind.TOOL


ERROR = {"code": "server_error", "message": "It broke.", "type": "server_error", "param": None}


@pytest.mark.parametrize(
    "told",
    [
        sse("error", sequence_number=4, error=ERROR),
        sse("response.failed", response=response("failed", error=ERROR)),
    ],
)
def test_a_failure_stops_what_passes_and_is_told_at_the_close(told: bytes) -> None:
    machine = mender()
    assert machine.feed(CLEAN + told + words("more")) == CLEAN
    assert machine.seen.fault
    assert machine.feed(words("more")) == b""
    error, failed = payloads(machine.close())
    assert (error["code"], failed["response"]["error"]["code"]) == ("server_error",) * 2
    assert "It broke." in error["message"]
    assert failed["response"]["id"] == "resp_1"


def test_a_stream_that_breaks_off_is_ended_with_an_error() -> None:
    machine = mender()
    assert machine.feed(CLEAN + ended()[:40]) == CLEAN
    assert [event["type"] for event in payloads(machine.close())] == ["error", "response.failed"]
    assert machine.seen.fault
    assert machine.seen.fault.kind is Kind.UPSTREAM_BROKEN


def test_a_fault_of_ours_takes_the_place_of_the_end() -> None:
    machine = mender()
    machine.feed(CLEAN)
    error, _ = payloads(machine.close(Fault(kind=Kind.UPSTREAM_SLOW, message="Too slow.")))
    assert error["message"] == "Too slow."


def test_a_last_event_without_its_blank_line_counts() -> None:
    machine = mender()
    machine.feed(CLEAN + ended()[:-1])
    assert machine.close() == ended()


def test_a_delta_of_null_is_left_out() -> None:
    empty = sse("response.output_text.delta", output_index=0, content_index=0, delta=None)
    assert mender().feed(CLEAN + empty) == CLEAN


def test_events_of_strange_shapes_pass() -> None:
    strange = [
        sse("response.output_text.delta", output_index="0", delta={"text": "Hi"}),
        sse("response.output_item.added", output_index=0, item={**CALL, "name": 7}),
        sse("response.created", response={"id": 7}),
    ]
    machine = mender()
    assert machine.feed(b"".join(strange)) == b"".join(strange)
    last = sse("response.completed", sequence_number="9", response={"created_at": "now"})
    assert machine.feed(last) == b""
    assert machine.close() == last
    assert machine.seen.fault is None


def test_a_failure_of_a_strange_shape_is_one() -> None:
    machine = mender()
    machine.feed(CLEAN + sse("response.failed", response={"created_at": "now"}))
    assert machine.seen.fault
    assert [event["type"] for event in payloads(machine.close())] == ["error", "response.failed"]


def test_what_is_no_json_is_a_fault() -> None:
    machine = mender()
    assert machine.feed(CLEAN + b"data: {\n\n") == CLEAN
    assert machine.seen.fault


def whole(**fields: object) -> bytes:
    return json.dumps(response("completed", usage=USAGE, error=None) | fields).encode()


def test_a_whole_answer_passes_as_it_is() -> None:
    content = [{"type": "output_text", "text": "Hi"}]
    message = {"type": "message", "role": "assistant", "content": content}
    body = whole(output=[message, CALL], unknown={"kept": 1})
    passed, seen = WIRE.mend_reply(body, STYLE)
    assert passed == body
    assert seen.texts == ["Hi", "look", ""]
    assert seen.usage == Usage(input=14, cache_read=3, output=5, reasoning=4)
    assert seen.stop
    assert seen.stop.kind is StopKind.TOOL


def test_an_item_of_a_strange_shape_passes_too() -> None:
    body = whole(output=[{"type": "message", "content": 7}])
    assert WIRE.mend_reply(body, STYLE) == (body, WIRE.mend_reply(body, STYLE)[1])
    assert WIRE.mend_reply(body, STYLE)[1].fault is None
    assert WIRE.read_reply(body).fault is not None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error": {"message": "no", "code": "rate_limit_exceeded"}}', Kind.UPSTREAM_LIMITED),
        (whole(status="failed", output=[]), Kind.UPSTREAM_BROKEN),
        (b"<html>", Kind.UPSTREAM_BROKEN),
        (b'{"object": "list"}', Kind.UPSTREAM_BROKEN),
        (whole(output=[{"text": "x"}]).replace(b"x", b"\xff"), Kind.UPSTREAM_BROKEN),
    ],
)
def test_what_is_no_answer_is_a_fault(body: bytes, kind: Kind) -> None:
    for fault in (WIRE.mend_reply(body, STYLE)[1].fault, WIRE.read_reply(body).fault):
        assert fault
        assert fault.kind is kind
