"""Streams as vendors send them."""

import pytest

from endpoints_server.domain.fault import Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Part, Refusal, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import PartEnd, PartStart, Reply, ReplyEnd, StopKind
from endpoints_server.wires.openai_chat import OPENAI_CHAT
from tests.wires.openai_chat.excerpts import (
    DONE,
    EVENT_BYTES,
    call,
    chunk,
    event,
    events_of,
    reply_of,
)

HELLO = chunk({"role": "assistant", "content": "Hello"})
STOP = chunk(finish="stop")


def calls_in(reply: Reply) -> list[tuple[str, str, str]]:
    found = [part for part in reply.parts if isinstance(part, ToolCall)]
    return [(one.id, one.name, one.arguments) for one in found]


def test_comments_unknown_keys_and_empty_chunks_are_passed_over() -> None:
    azure = event({"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": []})
    padded = chunk({"content": " you"}, p="xxxx", obfuscation="yy", provider="z")
    reply = reply_of(b": OPENROUTER PROCESSING\n\n", azure, HELLO, b": \n\n", padded, STOP, DONE)
    assert reply.parts == (Text(text="Hello you"),)
    assert (reply.id, reply.model, reply.created_at) == ("c1", "m1", 5)
    assert reply.fault is None


def test_a_stream_in_crlf_without_an_end_marker_is_whole() -> None:
    reply = reply_of((HELLO + STOP).replace(b"\n", b"\r\n"))
    assert reply.parts == (Text(text="Hello"),)
    assert reply.fault is None


def test_data_needs_no_space_after_the_colon() -> None:
    assert reply_of(HELLO.replace(b"data: ", b"data:"), STOP).parts == (Text(text="Hello"),)


def test_a_last_event_without_its_blank_line_counts() -> None:
    assert reply_of(HELLO + STOP.rstrip()).fault is None
    assert reply_of(HELLO + DONE.rstrip()).fault is None


def test_the_first_id_and_model_that_say_something_stand() -> None:
    reply = reply_of(HELLO, chunk({"content": "!"}, id="other", created=99), STOP, DONE)
    assert (reply.id, reply.created_at) == ("c1", 5)


def test_a_finish_reason_may_come_twice_and_the_last_that_says_one_stands() -> None:
    last = event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
    reply = reply_of(HELLO, chunk(finish="length"), chunk(finish="length"), last, DONE)
    assert reply.stop
    assert (reply.stop.kind, reply.stop.raw) == (StopKind.LENGTH, "length")


def test_only_the_first_choice_is_read() -> None:
    other = {"index": 1, "delta": {"content": "no"}, "finish_reason": "length"}
    reply = reply_of(HELLO, chunk(choices=[other]), STOP, DONE)
    assert reply.parts == (Text(text="Hello"),)
    assert reply.stop
    assert reply.stop.kind is StopKind.END


BY_THE_BOOK = [
    {"tool_calls": [call("add", "", index=0, id="call_a", type="function")]},
    {"tool_calls": [call(None, '{"a":', index=0)]},
    {"tool_calls": [call(None, "1}", index=0)]},
    {"tool_calls": [call("sub", '{"b":2}', index=1, id="call_b", type="function")]},
]
EMPTY_IDS_LATER = [
    {"tool_calls": [call("add", "", index=0, id="call_a", type="function")]},
    {"tool_calls": [call(None, '{"a":1}', index=0, id="")]},
    {"tool_calls": [call("sub", "", index=1, id="call_b", type="function")]},
    {"tool_calls": [call(None, '{"b":2}', index=1, id="")]},
    {"tool_calls": [call(None, "", index=1, id="")]},
]
NO_INDEX = [
    {"tool_calls": [call("add", '{"a":1}', id="call_a"), call("sub", '{"b":2}', id="call_b")]}
]
ONE_INDEX_FOR_ALL = [
    {"tool_calls": [call("add", '{"a":1}', index=0, id="call_a")]},
    {"tool_calls": [call("sub", '{"b":2}', index=0, id="call_b")]},
]
REPEATED_IDS_AND_NAMES = [
    {"tool_calls": [call("add", '{"a":', index=0, id="call_a")]},
    {"tool_calls": [call("add", "1}", index=0, id="call_a")]},
    {"tool_calls": [call("sub", '{"b":2}', index=1, id="call_b")]},
]
FRESH_ID_ON_EVERY_PIECE = [
    {"tool_calls": [call("add", '{"a":', index=0, id="call_a")]},
    {"tool_calls": [call(None, "1}", index=0, id="call_x")]},
    {"tool_calls": [call("sub", '{"b":2}', index=1, id="call_b")]},
]
MIXED = [
    {"tool_calls": [call("add", "", index=0, id="call_a"), call("sub", "", index=1, id="call_b")]},
    {"tool_calls": [call(None, '{"b":', index=1), call(None, '{"a":', index=0)]},
    {"tool_calls": [call(None, "2}", index=1), call(None, "1}", index=0)]},
]
NULL_INDEX = [
    {"tool_calls": [call("add", '{"a":', index=None, id="call_a")]},
    {"tool_calls": [call(None, "1}", index=None, id=None)]},
    {"tool_calls": [call("sub", '{"b":2}', index=None, id="call_b")]},
]


@pytest.mark.parametrize(
    "deltas",
    [
        BY_THE_BOOK,
        EMPTY_IDS_LATER,
        NO_INDEX,
        ONE_INDEX_FOR_ALL,
        REPEATED_IDS_AND_NAMES,
        FRESH_ID_ON_EVERY_PIECE,
        MIXED,
        NULL_INDEX,
    ],
)
def test_tool_calls_come_out_whole_however_their_pieces_are_marked(
    deltas: list[dict[str, object]],
) -> None:
    events = events_of(*[chunk(delta) for delta in deltas], chunk(finish="tool_calls"), DONE)
    reply = reply_of(*[chunk(delta) for delta in deltas], chunk(finish="tool_calls"), DONE)
    assert calls_in(reply) == [("call_a", "add", '{"a":1}'), ("call_b", "sub", '{"b":2}')]
    marks = [type(event) for event in events if isinstance(event, PartStart | PartEnd)]
    assert marks == [PartStart, PartEnd, PartStart, PartEnd]


def test_calls_without_any_id_get_ids_of_their_own() -> None:
    delta = {"tool_calls": [call("add", '{"a":1}', id=""), call("add", '{"a":2}', id="")]}
    reply = reply_of(chunk(delta, "stop"), DONE)
    first, second = calls_in(reply)
    assert first[0].startswith("call_")
    assert first[0] != second[0]
    assert (first[2], second[2]) == ('{"a":1}', '{"a":2}')
    assert calls_in(reply_of(chunk(delta, "stop", id="c2"), DONE))[0][0] != first[0]


def test_arguments_may_be_an_object() -> None:
    piece = {"index": 0, "id": "call_a", "function": {"name": "add", "arguments": {"a": 1}}}
    reply = reply_of(chunk({"tool_calls": [piece]}), STOP, DONE)
    assert calls_in(reply) == [("call_a", "add", '{"a":1}')]


def test_words_between_the_pieces_of_a_call_lose_nothing() -> None:
    reply = reply_of(
        chunk({"tool_calls": [call("add", '{"a":', index=0, id="call_a")]}),
        chunk({"content": "wait"}),
        chunk({"tool_calls": [call(None, "1}", index=0)]}),
        STOP,
        DONE,
    )
    assert calls_in(reply) == [("call_a", "add", '{"a":1}')]
    assert Text(text="wait") in reply.parts


@pytest.mark.parametrize("reason", ["stop", "tool_calls", None])
def test_a_stream_with_calls_stopped_for_them_whatever_it_says(reason: str | None) -> None:
    delta = {"tool_calls": [call("add", "{}", index=0, id="call_a")]}
    reply = reply_of(chunk(delta), chunk(finish=reason), DONE)
    assert reply.stop
    assert reply.stop.kind is StopKind.TOOL
    assert reply.stop.raw == (reason or "")


def test_a_legacy_function_call_is_a_call() -> None:
    reply = reply_of(
        chunk({"role": "assistant", "content": None, "function_call": call("add", "")["function"]}),
        chunk({"function_call": {"arguments": '{"a":1}'}}),
        chunk(finish="function_call"),
        DONE,
    )
    assert [(name, text) for _, name, text in calls_in(reply)] == [("add", '{"a":1}')]
    assert reply.stop
    assert reply.stop.kind is StopKind.TOOL


MISTRAL = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
CLAUDE = "anthropic-claude-v1"
REASONING: dict[str, tuple[list[dict[str, object]], tuple[Part, ...]]] = {
    "reasoning_content": (
        [{"reasoning_content": "h"}, {"reasoning_content": "m"}],
        (Thinking(text="hm"),),
    ),
    "nulls": (
        [{"content": None, "reasoning_content": "hm"}, {"content": "a", "reasoning_content": None}],
        (Thinking(text="hm"), Text(text="a")),
    ),
    "reasoning beside details": (
        [{"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}],
        (Thinking(text="hm"),),
    ),
    "details alone": (
        [{"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]}],
        (Thinking(text="hm"),),
    ),
    "thinking parts": (
        [{"content": [MISTRAL, {"type": "text", "text": "a"}]}],
        (Thinking(text="hm"), Text(text="a")),
    ),
    "signature": (
        [
            {"reasoning": "hm", "reasoning_details": [{"text": "hm", "format": CLAUDE}]},
            {"reasoning_details": [{"signature": "sig", "format": CLAUDE}]},
        ],
        (Thinking(text="hm", seal=Seal("anthropic_messages", "sig")),),
    ),
    "sealed": (
        [{"reasoning_details": [{"data": "xx", "format": "openai-responses-v1"}]}],
        (Thinking(seal=Seal("openai_responses", "xx", is_redacted=True)),),
    ),
    "tags are words": ([{"content": "<think>hm</think>a"}], (Text(text="<think>hm</think>a"),)),
    "refusal": ([{"refusal": "no"}, {"refusal": ", sorry"}], (Refusal(text="no, sorry"),)),
}


@pytest.mark.parametrize("case", REASONING)
def test_reasoning_is_found_in_each_of_its_places(case: str) -> None:
    deltas, parts = REASONING[case]
    assert reply_of(*[chunk(delta) for delta in deltas], STOP, DONE).parts == parts


COUNTS = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}
USAGES = {
    "plain": (COUNTS, Usage(input=10, output=4)),
    "cached": (
        {**COUNTS, "prompt_tokens_details": {"cached_tokens": 6}},
        Usage(input=4, cache_read=6, output=4),
    ),
    "cached beside": ({**COUNTS, "cached_tokens": 6}, Usage(input=4, cache_read=6, output=4)),
    "cache hits": (
        {**COUNTS, "prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 4},
        Usage(input=4, cache_read=6, output=4),
    ),
    "written": (
        {**COUNTS, "prompt_tokens_details": {"cached_tokens": 6, "cache_write_tokens": 3}},
        Usage(input=1, cache_read=6, cache_write=3, output=4),
    ),
    "written beside": (
        {**COUNTS, "cache_creation_input_tokens": 3},
        Usage(input=7, cache_write=3, output=4),
    ),
    "reasoning": (
        {**COUNTS, "completion_tokens_details": {"reasoning_tokens": 3}},
        Usage(input=10, output=1, reasoning=3),
    ),
    "reasoning left out": (
        {**COUNTS, "total_tokens": 34, "completion_tokens_details": {"reasoning_tokens": 20}},
        Usage(input=10, output=4, reasoning=20),
    ),
    "nothing cached by anybody's count": (
        {**COUNTS, "prompt_tokens_details": None, "completion_tokens_details": {}},
        Usage(input=10, output=4),
    ),
}


@pytest.mark.parametrize("case", USAGES)
def test_counts_are_made_disjoint(case: str) -> None:
    counts, usage = USAGES[case]
    last = chunk(choices=[], usage=counts)
    assert reply_of(HELLO, STOP, last, DONE).usage == usage


def test_counts_are_found_in_each_of_their_places_and_never_added_up() -> None:
    in_choice = chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop", "usage": COUNTS}])
    groq = chunk(finish="stop", x_groq={"id": "r", "usage": COUNTS}, usage=COUNTS)
    early = chunk({"content": "a"}, usage={**COUNTS, "completion_tokens": 1, "total_tokens": 11})
    expected = Usage(input=10, output=4)
    assert reply_of(HELLO, in_choice, DONE).usage == expected
    assert reply_of(HELLO, groq, chunk(choices=[], usage=COUNTS), DONE).usage == expected
    assert reply_of(early, chunk(finish="stop", usage=COUNTS), DONE).usage == expected
    empty = {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}
    assert reply_of(HELLO, chunk(finish="stop", usage=empty), DONE).usage is None


BREAKS = {
    "broken JSON": [HELLO, b'data: {"choices": [\n\n', STOP, DONE],
    "invalid UTF-8": [HELLO, b'data: {"id": "\xff\xfe"}\n\n', DONE],
    "too large": [HELLO, b"data: " + b"x" * EVENT_BYTES * 2],
    "cut short": [HELLO, chunk({"content": " wor"})[:-9]],
    "nothing at all": [],
    "a page": [b"<html><body>Bad Gateway</body></html>"],
    "an error": [HELLO, event({"error": {"message": "oh", "code": 500}}), STOP, DONE],
    "an error in words": [HELLO, event({"error": "oh"})],
    "a bare error": [b'{"error": {"message": "oh"}}'],
}


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_stream_ends_in_a_fault_and_nothing_follows(case: str) -> None:
    reader = OPENAI_CHAT.reader(EVENT_BYTES)
    events = [event for piece in BREAKS[case] for event in reader.feed(piece)]
    events += reader.close()
    last = events[-1]
    assert isinstance(last, ReplyEnd)
    assert last.fault
    assert last.fault.kind is Kind.UPSTREAM_BROKEN
    assert sum(isinstance(event, ReplyEnd) for event in events) == 1
    assert reader.feed(HELLO) == []
    assert reader.close() == []
    if "error" in case:
        assert "oh" in last.fault.message


def test_an_error_in_a_stream_is_told_by_its_code() -> None:
    limited = reply_of(HELLO, event({"error": {"message": "slow down", "code": 429}}))
    filtered = reply_of(
        event({"error": {"message": "no", "code": "content_filter", "status": 400}})
    )
    assert limited.fault
    assert limited.fault.kind is Kind.UPSTREAM_LIMITED
    assert limited.parts == (Text(text="Hello"),)
    assert filtered.fault
    assert (filtered.fault.kind, filtered.fault.http_status) == (Kind.UPSTREAM_REFUSED, 400)


def test_nothing_after_the_end_marker_is_read() -> None:
    assert reply_of(HELLO, STOP, DONE, chunk({"content": "more"})).parts == (Text(text="Hello"),)


def test_half_a_character_is_read_as_its_replacement() -> None:
    half = HELLO.replace(b"Hello", b"a\\ud83d")
    assert reply_of(half, STOP, DONE).parts == (Text(text="a\ufffd"),)


def test_values_nested_too_deep_are_a_broken_upstream() -> None:
    deep = b'data: {"choices": [{"delta": {"content": ' + b"[" * 20_000 + b"\n\n"
    reply = reply_of(HELLO, deep)
    assert reply.fault
    assert reply.fault.kind is Kind.UPSTREAM_BROKEN
