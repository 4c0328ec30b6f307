"""What the events of a stream are read as."""

import pytest

from endpoints_server.domain.fault import Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Foreign, Refusal, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import PartDelta, PartStart, Reply, StopKind, fold
from endpoints_server.wires.openai_responses.schema import NAME
from tests.wires.openai_responses.excerpts import (
    USAGE,
    added,
    created,
    delta,
    done,
    ended,
    read,
    response,
    sse,
    words,
)

CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look"}


def reply_of(*pieces: bytes) -> Reply:
    return fold(read(*pieces))


def test_words_are_told_as_they_come() -> None:
    events = read(created(), words("Hi"), ended())
    assert PartDelta(index=0, text="Hi") in events
    reply = fold(events)
    assert (reply.id, reply.model, reply.created_at) == ("resp_1", "gpt", 5)
    assert reply.parts == (Text(text="Hi"),)
    assert reply.usage == Usage(input=14, cache_read=3, output=5, reasoning=4)
    assert reply.stop is not None
    assert (reply.stop.kind, reply.stop.raw) == (StopKind.END, "completed")


def test_a_call_is_known_by_its_call_id() -> None:
    pieces = [delta("function_call_arguments", 0, text) for text in ('{"a"', ":1}")]
    item = done(0, **CALL, arguments='{"a":1}')
    reply = reply_of(created(), added(0, **CALL, arguments=""), *pieces, item, ended())
    assert reply.parts == (ToolCall(id="call_1", name="look", arguments='{"a":1}'),)
    assert reply.stop
    assert reply.stop.kind is StopKind.TOOL


def test_arguments_that_no_delta_told_stand_in_the_item() -> None:
    item = done(0, **CALL, arguments='{"a":1}')
    assert reply_of(created(), item, ended()).parts[0] == ToolCall(
        id="call_1", name="look", arguments='{"a":1}'
    )
    half = delta("function_call_arguments", 0, '{"a"')
    opened = added(0, **CALL, arguments="")
    assert reply_of(created(), opened, half, item, ended()).parts[0] == ToolCall(
        id="call_1", name="look", arguments='{"a":1}'
    )


def test_a_summary_in_pieces_is_one_reasoning_with_its_seal() -> None:
    told = [
        delta("reasoning_summary_text", 0, text, summary_index=place)
        for place, text in ((0, "One"), (0, "."), (1, "Two."))
    ]
    summary = [{"type": "summary_text", "text": "One."}, {"type": "summary_text", "text": "Two."}]
    item = {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "ENC"}
    reply = reply_of(created(), added(0, type="reasoning"), *told, done(0, **item), ended())
    assert reply.parts == (Thinking(text="One.\n\nTwo.", seal=Seal(NAME, "ENC")),)


def test_raw_reasoning_is_read_where_there_is_no_summary() -> None:
    told = delta("reasoning_text", 0, "Let me see.", content_index=0)
    item = done(0, type="reasoning", id="uuid", summary=[], content=[])
    assert reply_of(created(), told, item, ended()).parts == (Thinking(text="Let me see."),)


def test_reasoning_told_both_ways_is_told_once() -> None:
    raw = delta("reasoning_text", 0, "raw", content_index=0)
    summary = delta("reasoning_summary_text", 0, "summary", summary_index=0)
    reply = reply_of(created(), raw, summary, done(0, type="reasoning", summary=[]), ended())
    assert reply.parts == (Thinking(text="raw"),)


def test_reasoning_in_sealed_form_only_is_known_as_such() -> None:
    item = done(0, type="reasoning", id="rs_1", summary=[], encrypted_content="ENC")
    assert reply_of(created(), item, ended()).parts == (
        Thinking(seal=Seal(NAME, "ENC", is_redacted=True)),
    )


def test_citations_come_with_the_end_of_their_words() -> None:
    cited = [{"type": "url_citation", "url": "https://x.example", "start_index": 0}]
    part = {"type": "output_text", "text": "Hi", "annotations": cited}
    closed = sse("response.content_part.done", output_index=0, content_index=0, part=part)
    reply = reply_of(created(), delta("output_text", 0, "Hi", content_index=0), closed, ended())
    assert reply.parts == (Text(text="Hi", extras={NAME: {"annotations": cited}}),)


def test_a_refusal_is_a_refusal() -> None:
    reply = reply_of(created(), delta("refusal", 0, "No.", content_index=0), ended())
    assert reply.parts == (Refusal(text="No."),)


def test_an_item_that_only_this_wire_knows_is_told_whole() -> None:
    item = {"type": "web_search_call", "id": "ws_1", "action": {"query": "x"}}
    reply = reply_of(
        created(),
        added(0, type="web_search_call", id="ws_1"),
        sse("response.web_search_call.searching", output_index=0, item_id="ws_1"),
        done(0, **item),
        words("Found.", 1),
        ended(),
    )
    assert reply.parts == (Foreign(wire=NAME, value=item), Text(text="Found."))


def test_items_whose_pieces_are_mixed_are_told_one_after_the_other() -> None:
    second = {**CALL, "call_id": "call_2"}
    events = read(
        created(),
        added(0, **CALL),
        added(1, **second),
        delta("function_call_arguments", 1, '{"b":2}'),
        delta("function_call_arguments", 0, '{"a":1}'),
        done(1, **second, arguments='{"b":2}'),
        done(0, **CALL, arguments='{"a":1}'),
        ended(),
    )
    assert [event.index for event in events if isinstance(event, PartStart)] == [0, 1]
    calls = [part for part in fold(events).parts if isinstance(part, ToolCall)]
    assert [(call.id, call.arguments) for call in calls] == [
        ("call_1", '{"a":1}'),
        ("call_2", '{"b":2}'),
    ]


def test_what_only_the_last_event_holds_is_read_from_it() -> None:
    content = [{"type": "output_text", "text": "All at once."}]
    message = {"type": "message", "role": "assistant", "content": content}
    reply = reply_of(created(), ended(output=[message, {**CALL, "arguments": "{}"}]))
    assert reply.parts == (
        Text(text="All at once."),
        ToolCall(id="call_1", name="look", arguments="{}"),
    )
    assert reply.stop
    assert reply.stop.kind is StopKind.TOOL


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ({"reason": "max_output_tokens"}, StopKind.LENGTH),
        ({"reason": "content_filter"}, StopKind.FILTER),
        (None, StopKind.LENGTH),
    ],
)
def test_an_incomplete_answer_says_why(reason: object, kind: StopKind) -> None:
    reply = reply_of(created(), words("Hi"), ended("incomplete", incomplete_details=reason))
    assert reply.stop
    assert reply.stop.kind is kind


def test_comments_keepalives_unknown_events_and_markers_tell_nothing() -> None:
    alive = sse("keepalive", sequence_number=7)
    unknown = sse("response.something.new", delta={"deep": 1}, output_index="?")
    reply = reply_of(
        b": \n\n", created(), alive, unknown, words("Hi"), ended(), b"data: [DONE]\n\n"
    )
    assert reply.parts == (Text(text="Hi"),)
    assert reply.fault is None


def test_events_without_names_are_read_alike() -> None:
    stream = created() + words("Hi") + ended()
    nameless = b"\n".join(line for line in stream.split(b"\n") if not line.startswith(b"event:"))
    assert reply_of(nameless) == reply_of(stream)


ERROR = {"type": "tokens", "code": "rate_limit_exceeded", "message": "Too much.", "param": None}


@pytest.mark.parametrize(
    "told",
    [
        sse("error", error=ERROR),
        sse("error", code=ERROR["code"], message=ERROR["message"], param=None),
        sse("response.failed", response=response("failed", error=ERROR)),
    ],
)
def test_an_error_ends_the_answer_in_each_of_its_forms(told: bytes) -> None:
    reply = reply_of(created(), words("Hi"), told, words("more"))
    assert reply.parts == (Text(text="Hi"),)
    assert reply.fault
    assert (reply.fault.kind, reply.fault.code) == (Kind.UPSTREAM_LIMITED, "rate_limit_exceeded")
    assert "Too much." in reply.fault.message


def test_a_cancelled_answer_is_none() -> None:
    fault = reply_of(created(), ended("cancelled")).fault
    assert fault
    assert fault.kind is Kind.UPSTREAM_BROKEN


def test_without_its_last_event_an_answer_is_not_whole() -> None:
    reply = reply_of(created(), words("Hi"))
    assert reply.parts == (Text(text="Hi"),)
    assert reply.stop is None
    assert reply.fault
    assert reply.fault.kind is Kind.UPSTREAM_BROKEN


def test_usage_of_another_shape_breaks_nothing() -> None:
    for usage in (None, 7, {"input_tokens": "many"}, {**USAGE, "input_tokens_details": None}):
        assert reply_of(created(), words("Hi"), ended(usage=usage)).fault is None


def test_reasoning_left_out_of_the_output_is_in_the_total() -> None:
    usage = {**USAGE, "output_tokens": 5, "total_tokens": 26}
    reply = reply_of(created(), words("Hi"), ended(usage=usage))
    assert reply.usage == Usage(input=14, cache_read=3, output=5, reasoning=4)


def test_half_a_character_in_an_item_is_replaced() -> None:
    item = b'{"type":"response.output_item.done","output_index":0,"item":{"type":"message",'
    item += b'"role":"assistant","content":[{"type":"output_text","text":"a\\ud83d"}]}}'
    reply = reply_of(created(), b"data: " + item + b"\n\n", ended())
    assert reply.parts == (Text(text="a\ufffd"),)
