"""Streams that pass by on the same wire, framed the way their caller asked for."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import StopKind, fold
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE
from tests.wires.google_generative.excerpts import (
    EVENT_BYTES,
    STYLE,
    array,
    chunk,
    events_of,
    mended,
    sse,
)
from tests.wires.made import cut, cuts, replies, told

HELLO, MORE = chunk({"text": "Hello"}), chunk({"text": " you"})
STOP = chunk({"text": "."}, finish="STOP")
AS_ARRAY = replace(STYLE, query="")


def events_in(stream: bytes) -> list[Any]:
    return [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b"data: ")]


def test_a_clean_feed_passes_as_the_very_object() -> None:
    mender = WIRE.mender(STYLE, EVENT_BYTES)
    data = sse(HELLO) + b": keep-alive\r\n\r\n" + sse(MORE)
    assert mender.feed(data) is data


def test_the_last_element_is_held_back_until_the_stream_is_closed() -> None:
    mender = WIRE.mender(STYLE, EVENT_BYTES)
    usage = {"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2}}
    assert mender.feed(sse(HELLO, STOP)) == sse(HELLO)
    assert mender.feed(sse(usage)) == sse(STOP)
    assert mender.close() == sse(usage)
    assert mender.close() == b""
    assert mender.seen.is_ended
    assert mender.seen.usage == Usage(input=3, output=2)
    assert mender.seen.texts == ["Hello", "."]
    assert mender.seen.stop is not None
    assert mender.seen.stop.kind is StopKind.END


@pytest.mark.parametrize("step", [0, 1, 9])
def test_who_did_not_ask_for_events_gets_one_array(step: int) -> None:
    for stream in (sse(HELLO, MORE, STOP), array(HELLO, MORE, STOP)):
        assert json.loads(mended(stream, AS_ARRAY, step)) == [HELLO, MORE, STOP]


def test_the_array_comes_as_its_elements_do() -> None:
    mender = WIRE.mender(AS_ARRAY, EVENT_BYTES)
    assert json.loads(mender.feed(sse(HELLO)) + b"]") == [HELLO]
    assert json.loads(b"[" + mender.feed(b": still there\r\n\r\n" + sse(MORE))[1:] + b"]") == [MORE]


@pytest.mark.parametrize("step", [0, 1, 9])
def test_who_asked_for_events_gets_them_of_an_array_too(step: int) -> None:
    assert events_in(mended(array(HELLO, MORE, STOP), STYLE, step)) == [HELLO, MORE, STOP]


def test_a_last_event_without_its_blank_line_still_counts() -> None:
    stream = sse(HELLO, STOP)[:-4]
    assert events_in(mended(stream)) == [HELLO, STOP]


def test_a_stream_that_breaks_off_ends_in_an_error() -> None:
    assert "broke off" in events_in(mended(sse(HELLO)))[-1]["error"]["message"]
    *_, last = json.loads(mended(sse(HELLO), AS_ARRAY))
    assert last["error"]["status"] == "UNAVAILABLE"


def test_an_error_passes_in_our_words_and_nothing_after_it() -> None:
    error = {"error": {"code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED"}}
    mender = WIRE.mender(STYLE, EVENT_BYTES)
    assert mender.feed(sse(HELLO, error, MORE)) == sse(HELLO)
    assert mender.seen.fault is not None
    assert mender.seen.fault.kind is Kind.UPSTREAM_LIMITED
    assert events_in(mender.close())[0]["error"]["code"] == 429


def test_a_fault_from_outside_takes_the_place_of_the_end() -> None:
    mender = WIRE.mender(STYLE, EVENT_BYTES)
    mender.feed(sse(HELLO))
    told = events_in(mender.close(Fault(kind=Kind.UPSTREAM_SLOW, message="Too slow.")))
    assert told[0]["error"]["message"] == "Too slow."
    assert mender.seen.usage is not None


def test_json_of_an_unknown_shape_passes() -> None:
    odd = {"candidates": {"of": "another age"}}
    assert events_in(mended(sse(odd, STOP))) == [odd, STOP]


@settings(max_examples=25, deadline=None)
@given(drawn=st.data(), places=cuts)
def test_an_array_passes_and_reads_the_same_wherever_it_is_cut(
    drawn: st.DataObject, places: list[int]
) -> None:
    events = drawn.draw(told(drawn.draw(replies(WIRE.name))))
    writer = WIRE.writer(AS_ARRAY)
    data = b"".join(writer.write(event) for event in events)
    assert isinstance(json.loads(data), list)
    mender, reader = WIRE.mender(AS_ARRAY, EVENT_BYTES), WIRE.reader(EVENT_BYTES)
    pieces = cut(data, places)
    assert b"".join(mender.feed(piece) for piece in pieces) + mender.close() == data
    read = [event for piece in pieces for event in reader.feed(piece)] + reader.close()
    assert read == events_of(data)
    assert fold(read).fault is None
