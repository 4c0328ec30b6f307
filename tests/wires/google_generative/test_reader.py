"""Streams and whole answers become events and replies."""

import json

import pytest

from endpoints_server.domain.fault import Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Foreign, Part, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Stop, StopKind, fold
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE
from tests.wires.google_generative.excerpts import COUNTS, Json, array, chunk, events_of, sse

NAME = "google_generative"
JOE: Json = {
    "functionCall": {"name": "favorite_color", "args": {"_person": "Joe"}, "id": "0b3pdf3o"},
    "thoughtSignature": "EqQFCqEFARFNMg==",
}
HADLEY: Json = {"functionCall": {"name": "favorite_color", "args": {"_person": "Hadley"}}}
EMPTY: Json = {"text": ""}


def parts_of(stream: bytes) -> tuple[Part, ...]:
    reply = fold(events_of(stream))
    assert reply.fault is None
    return reply.parts


def test_calls_come_whole_with_their_signature_and_an_id_made_up_where_there_is_none() -> None:
    stream = sse(chunk(JOE), chunk(HADLEY), chunk(EMPTY, finish="STOP"))
    first, second = parts_of(stream)
    assert first == ToolCall(
        id="0b3pdf3o",
        name="favorite_color",
        arguments='{"_person": "Joe"}',
        seal=Seal(NAME, "EqQFCqEFARFNMg=="),
    )
    assert isinstance(second, ToolCall)
    assert second.id.startswith("call_")
    assert parts_of(stream)[1] == second
    assert fold(events_of(stream)).stop == Stop(kind=StopKind.TOOL, raw="STOP", wire=NAME)


def test_an_id_that_was_given_twice_names_the_first_call_alone() -> None:
    first, second = parts_of(sse(chunk(JOE, JOE, finish="STOP")))
    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert (first.id, second.id[:5]) == ("0b3pdf3o", "call_")


def test_usage_is_that_of_the_last_element() -> None:
    later: Json = COUNTS | {"promptTokenCount": 90, "candidatesTokenCount": 35}
    later |= {"cachedContentTokenCount": 60, "toolUsePromptTokenCount": 7, "serviceTier": "x"}
    stream = sse(chunk({"text": "a"}), chunk(EMPTY, finish="STOP", usageMetadata=later))
    usage = Usage(input=37, cache_read=60, output=35, reasoning=127)
    assert fold(events_of(stream)).usage == usage


def test_usage_of_the_wrong_shape_tells_nothing_and_breaks_nothing() -> None:
    stream = sse(chunk({"text": "a"}, finish="STOP", usageMetadata={"promptTokenCount": "many"}))
    reply = fold(events_of(stream))
    assert (reply.usage, reply.fault) == (None, None)


def test_a_signature_seals_the_thoughts_it_stands_on_or_thoughts_that_are_not_shown() -> None:
    stream = sse(
        chunk({"text": "Let me ", "thought": True}),
        chunk({"text": "think.", "thought": True, "thoughtSignature": "one"}),
        chunk({"text": "May."}),
        chunk({"text": "", "thoughtSignature": "two"}, finish="STOP"),
    )
    assert parts_of(stream) == (
        Thinking(text="Let me think.", seal=Seal(NAME, "one")),
        Text(text="May."),
        Thinking(seal=Seal(NAME, "two", is_redacted=True)),
    )


def test_an_element_without_parts_still_ends_the_answer() -> None:
    reply = fold(events_of(sse(chunk({"text": "foo"}), chunk(finish="STOP"))))
    assert reply.parts == (Text(text="foo"),)
    assert reply.stop == Stop(kind=StopKind.END, raw="STOP", wire=NAME)


def test_code_that_the_vendor_ran_is_kept_as_it_was() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "print(1)"}}
    done = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}
    assert parts_of(sse(chunk(code, done, {"text": "1"}, finish="STOP"))) == (
        Foreign(wire=NAME, value={"type": "executableCode", **code}),
        Foreign(wire=NAME, value={"type": "codeExecutionResult", **done}),
        Text(text="1"),
    )


def test_only_the_first_of_several_candidates_is_told() -> None:
    told = chunk({"text": "a"}, finish="STOP")
    other = {"content": {"parts": [{"text": "b"}]}, "finishReason": "MAX_TOKENS", "index": 1}
    told["candidates"].append(other)
    reply = fold(events_of(sse(told)))
    assert reply.parts == (Text(text="a"),)
    assert reply.stop is not None
    assert reply.stop.kind is StopKind.END


def test_sources_stay_with_the_words() -> None:
    told = chunk({"text": "May."}, finish="STOP")
    told["candidates"][0]["groundingMetadata"] = {"webSearchQueries": ["when"]}
    extras = {NAME: {"groundingMetadata": {"webSearchQueries": ["when"]}}}
    assert parts_of(sse(told)) == (Text(text="May.", extras=extras),)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("MAX_TOKENS", StopKind.LENGTH),
        ("SAFETY", StopKind.FILTER),
        ("RECITATION", StopKind.FILTER),
        ("PROHIBITED_CONTENT", StopKind.FILTER),
        ("MALFORMED_FUNCTION_CALL", StopKind.UNKNOWN),
        ("SOMETHING_LATER", StopKind.UNKNOWN),
    ],
)
def test_finish_reasons_keep_their_word(word: str, kind: StopKind) -> None:
    reply = fold(events_of(sse(chunk({"text": "a"}, finish=word))))
    assert reply.stop == Stop(kind=kind, raw=word, wire=NAME)


def test_a_blocked_prompt_is_an_empty_answer_that_was_filtered() -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": COUNTS}
    for reply in (
        fold(events_of(sse(blocked))),
        WIRE.read_reply(json.dumps(blocked).encode()),
    ):
        stop = Stop(kind=StopKind.FILTER, raw="PROHIBITED_CONTENT", wire=NAME)
        assert (reply.parts, reply.stop, reply.fault) == ((), stop, None)


@pytest.mark.parametrize("step", [0, 1, 7])
def test_an_array_reads_as_its_elements(step: int) -> None:
    odd = chunk({"text": 'He said "[{\\" and \n left ]}'})
    stream = array(odd, chunk(JOE), chunk(EMPTY, finish="STOP"))
    same = sse(odd, chunk(JOE), chunk(EMPTY, finish="STOP")).replace(b'"_person": ', b'"_person":')
    assert events_of(stream, step) == events_of(same)
    calls = [part for part in fold(events_of(stream)).parts if isinstance(part, ToolCall)]
    assert [call.arguments for call in calls] == ['{"_person": "Joe"}'.replace(" ", "")]
    assert WIRE.read_reply(stream) == fold(events_of(stream))


def test_an_error_in_the_middle_ends_the_answer() -> None:
    error = {"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}
    for stream in (sse(chunk({"text": "a"}), error), array(chunk({"text": "a"}), error)):
        reply = fold(events_of(stream))
        assert reply.fault is not None
        assert reply.fault.kind is Kind.UPSTREAM_BROKEN
        assert reply.fault.message == "The upstream broke off: Overloaded."


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (sse(chunk({"text": "a"})), "broke off"),
        (array(chunk({"text": "a"}))[:-30], "broke off"),
        (b"data: {\r\n\r\n", "not valid JSON"),
        (b"data: " + b"x" * (1 << 21), "too large"),
        (b"", "broke off"),
    ],
)
def test_what_is_no_whole_answer_is_a_fault(stream: bytes, words: str) -> None:
    fault = fold(events_of(stream)).fault
    assert fault is not None
    assert words in fault.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"candidates": []}'])
def test_what_is_no_answer_at_all_is_a_fault(body: bytes) -> None:
    assert WIRE.read_reply(body).fault is not None


def test_half_a_character_is_read_as_the_replacement_character() -> None:
    stream = sse(chunk({"text": "QQQ"}, finish="STOP")).replace(b"QQQ", b"\\ud83d!")
    assert parts_of(stream) == (Text(text="\ufffd!"),)
