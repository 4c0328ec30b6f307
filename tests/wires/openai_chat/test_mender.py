"""Streams that pass by on the same wire."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk, ParsedChatCompletion

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.wires.openai_chat import OPENAI_CHAT
from tests.wires.openai_chat import test_reader
from tests.wires.openai_chat.excerpts import (
    DONE,
    EVENT_BYTES,
    STYLE,
    call,
    chunk,
    chunks_in,
    deltas_in,
    event,
    mended,
)

HELLO = chunk({"role": "assistant", "content": "Hello"})
MORE = chunk({"content": " you"})
STOP = chunk(finish="stop")
USAGE = chunk(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5})


def client_reads(stream: bytes) -> ParsedChatCompletion[None]:
    """Let the official client put a stream together."""
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for found in chunks_in(stream):
        state.handle_chunk(ChatCompletionChunk.model_validate(found))
    return state.get_final_completion()


def test_a_clean_feed_passes_as_the_very_object() -> None:
    mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
    data = HELLO + b": keep-alive\n\n" + MORE
    assert mender.feed(data) is data


def test_half_an_event_waits_for_its_other_half() -> None:
    mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
    assert mender.feed(HELLO + MORE[:20]) == HELLO
    assert mender.feed(MORE[20:]) == MORE


def test_the_end_marker_is_held_back_for_the_close() -> None:
    mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
    assert mender.feed(HELLO + STOP + DONE + b": more\n\n") == HELLO + STOP
    assert mender.seen.is_ended
    assert mender.feed(MORE) == b""
    assert mender.close() == DONE
    assert mender.close() == b""


def test_the_end_marker_keeps_its_own_line_ends() -> None:
    stream = (HELLO + STOP + DONE).replace(b"\n", b"\r\n")
    assert mended([stream]) == stream


def test_a_missing_end_marker_is_added_after_a_finish_reason() -> None:
    assert mended([HELLO, STOP]) == HELLO + STOP + DONE


def test_a_missing_finish_reason_is_added_before_the_end_marker() -> None:
    passed = mended([HELLO, DONE])
    assert passed.startswith(HELLO)
    assert passed.endswith(DONE)
    assert client_reads(passed).choices[0].finish_reason == "stop"
    pieces = chunk(
        {"role": "assistant", "tool_calls": [call("add", "{}", index=0, id="a", type="function")]}
    )
    assert client_reads(mended([pieces, DONE])).choices[0].finish_reason == "tool_calls"


def test_a_finish_reason_that_was_sent_stays() -> None:
    pieces = chunk(
        {"role": "assistant", "tool_calls": [call("add", "{}", index=0, id="a", type="function")]},
        "stop",
    )
    assert mended([pieces, DONE]) == pieces + DONE


def test_a_missing_role_is_added_to_the_first_delta_of_each_choice() -> None:
    first = chunk({"content": "a"})
    second = chunk(choices=[{"index": 1, "delta": {"content": "b"}, "finish_reason": None}])
    ends = chunk(choices=[{"index": 1, "delta": {}, "finish_reason": "stop"}])
    found = chunks_in(mended([first, second, MORE, STOP, ends, DONE]))
    assert [chunk["choices"][0]["delta"].get("role") for chunk in found] == [
        "assistant",
        "assistant",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "deltas",
    [
        test_reader.EMPTY_IDS_LATER,
        test_reader.NO_INDEX,
        test_reader.ONE_INDEX_FOR_ALL,
        test_reader.REPEATED_IDS_AND_NAMES,
        test_reader.FRESH_ID_ON_EVERY_PIECE,
        test_reader.MIXED,
        test_reader.NULL_INDEX,
    ],
)
def test_tool_calls_are_mended_for_the_official_client(deltas: list[dict[str, Any]]) -> None:
    stream = [chunk({"role": "assistant", **delta}) for delta in deltas]
    passed = mended([*stream, STOP, DONE])
    message = client_reads(passed).choices[0].message
    found = [
        (one.id, one.type, one.function.name, one.function.arguments)
        for one in message.tool_calls or ()
    ]
    assert found == [
        ("call_a", "function", "add", '{"a":1}'),
        ("call_b", "function", "sub", '{"b":2}'),
    ]


def test_calls_by_the_book_pass_untouched() -> None:
    stream = [chunk({"role": "assistant", **delta}) for delta in test_reader.BY_THE_BOOK]
    assert mended([*stream, STOP, DONE]) == b"".join([*stream, STOP, DONE])


def test_a_call_of_a_custom_tool_passes_untouched() -> None:
    first = {"index": 0, "id": "call_a", "type": "custom", "custom": {"name": "sh", "input": ""}}
    later = {"index": 0, "custom": {"input": "ls"}}
    stream = [chunk({"role": "assistant", "tool_calls": [first]}), chunk({"tool_calls": [later]})]
    assert mended([*stream, STOP, DONE]) == b"".join([*stream, STOP, DONE])


def test_what_is_not_mended_in_a_chunk_is_kept() -> None:
    first = chunk({"content": "a"}, provider={"deep": [1, 2.5, None]})
    [kept, *_] = chunks_in(mended([first, STOP, DONE]))
    assert kept["provider"] == {"deep": [1, 2.5, None]}


def test_counts_nobody_asked_for_are_seen_and_not_passed() -> None:
    mender = OPENAI_CHAT.mender(replace(STYLE, has_usage=False), EVENT_BYTES)
    assert mender.feed(HELLO + STOP + USAGE) == HELLO + STOP
    assert mender.seen.usage == Usage(input=3, output=2)
    assert mended([HELLO, STOP, USAGE, DONE]) == HELLO + STOP + USAGE + DONE


def test_an_empty_chunk_without_counts_passes() -> None:
    azure = event({"id": "", "model": "", "choices": [], "prompt_filter_results": []})
    stream = azure + HELLO + STOP + DONE
    assert mended([stream], replace(STYLE, has_usage=False)) == stream


def test_the_pieces_answered_are_seen() -> None:
    mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
    thought = chunk({"role": "assistant", "reasoning_content": "hm"})
    calls = chunk({"tool_calls": [call("add", '{"a":1}', index=0, id="a", type="function")]})
    mender.feed(thought + MORE + calls)
    assert "".join(mender.seen.texts) == 'hm youadd{"a":1}'
    assert mender.seen.model == "m1"


def faulty(pieces: Iterable[bytes]) -> tuple[Fault | None, bytes, bytes]:
    mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
    passed = b"".join(mender.feed(piece) for piece in pieces)
    ending = mender.close()
    assert mender.feed(MORE) == b""
    return mender.seen.fault, passed, ending


@pytest.mark.parametrize("case", test_reader.BREAKS)
def test_a_broken_stream_passes_up_to_the_break_and_ends_in_an_error(case: str) -> None:
    fault, passed, ending = faulty(test_reader.BREAKS[case])
    assert fault
    assert fault.kind is Kind.UPSTREAM_BROKEN
    assert passed in {b"", HELLO}
    [error] = chunks_in(ending)
    assert error["error"]["code"] == "upstream_error"
    assert error["error"]["es"]["request_id"] == "req_7"
    assert b"[DONE]" not in ending


def test_a_fault_of_ours_takes_the_place_of_the_end_marker() -> None:
    mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
    mender.feed(HELLO)
    ending = mender.close(Fault(kind=Kind.UPSTREAM_SLOW, message="too slow"))
    assert json.loads(ending[6:])["error"]["message"] == "too slow"
    assert b"[DONE]" not in ending


def test_a_chunk_of_unknown_shape_passes() -> None:
    strange = event({"choices": "none", "object": "something"})
    assert mended([HELLO, strange, STOP, DONE]) == HELLO + strange + STOP + DONE


def test_a_choice_without_an_index_gets_one() -> None:
    bare = chunk(
        choices=[{"delta": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}]
    )
    [found] = chunks_in(mended([bare, DONE]))
    assert found["choices"][0]["index"] == 0
    assert deltas_in(mended([bare, DONE])) == [{"role": "assistant", "content": "a"}]


def test_entries_of_reasoning_without_an_index_get_one() -> None:
    bare = [{"type": "reasoning.text", "text": "h"}, {"type": "reasoning.encrypted", "data": "x"}]
    more = [{"type": "reasoning.text", "text": "m"}]
    stream = [
        chunk({"role": "assistant", "reasoning_details": bare}),
        chunk({"reasoning_details": more}),
    ]
    message = client_reads(mended([*stream, STOP, DONE])).choices[0].message
    assert (message.model_extra or {})["reasoning_details"] == [
        {"type": "reasoning.text", "text": "hm", "index": 0},
        {"type": "reasoning.encrypted", "data": "x", "index": 1},
    ]
    by_the_book = chunk({"role": "assistant", "reasoning_details": [{**more[0], "index": 0}]})
    assert mended([by_the_book, STOP, DONE]) == by_the_book + STOP + DONE


def test_half_a_character_passes_as_it_came() -> None:
    half = HELLO.replace(b"Hello", b"a\\ud83d")
    assert mended([half, STOP, DONE]) == half + STOP + DONE


def test_a_backslash_in_words_is_not_taken_for_half_a_character() -> None:
    words = "see \\ud83d"
    [found, *_] = chunks_in(mended([chunk({"content": words}), STOP, DONE]))
    assert found["choices"][0]["delta"] == {"content": words, "role": "assistant"}


def test_counts_that_were_asked_for_stand_in_the_last_chunk() -> None:
    counts = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    early = chunk({"role": "assistant", "content": "a"}, usage=counts)
    passed = mended([early, STOP, DONE])
    assert passed.startswith(early + STOP)
    last = chunks_in(passed)[-1]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 5
    in_choice = {"index": 0, "delta": {"role": "assistant"}, "finish_reason": "stop"}
    moonshot = chunk(choices=[{**in_choice, "usage": counts}])
    assert chunks_in(mended([moonshot, DONE]))[-1]["usage"]["total_tokens"] == 5
    unasked = replace(STYLE, has_usage=False)
    assert mended([early, STOP, DONE], unasked) == early + STOP + DONE


def test_reasoning_passes_in_the_chosen_field() -> None:
    thought = chunk({"reasoning": "hm", "content": "so"})
    details = chunk({"reasoning": "m", "reasoning_details": [{"type": "x", "index": 0}]})
    stream = HELLO + thought + details + STOP + DONE
    assert mended([stream]) == stream
    assert mended([stream], replace(STYLE, reasoning_key="reasoning")) == stream
    passed = mended([stream], replace(STYLE, reasoning_key="reasoning_content"))
    first, *moved, last = deltas_in(passed)
    assert moved == [
        {"reasoning_content": "hm", "content": "so"},
        {"reasoning_content": "m", "reasoning_details": [{"type": "x", "index": 0}]},
    ]
    assert [first, last] == [deltas_in(stream)[0], deltas_in(stream)[-1]]


def test_reasoning_in_both_fields_is_left_there() -> None:
    both = chunk({"role": "assistant", "reasoning": "hm", "reasoning_content": "hm"})
    stream = both + STOP + DONE
    assert mended([stream], replace(STYLE, reasoning_key="reasoning_content")) == stream
