"""Events and replies become streams and whole answers, as Google's own SDK reads them."""

import json
from typing import Any

import pytest
from google.genai.types import GenerateContentResponse
from msgspec.structs import replace

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
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE
from tests.wires.google_generative.excerpts import STYLE, events_of

NAME = "google_generative"
FULL = Reply(
    id="r",
    model="gemini",
    parts=(
        Thinking(text="hm", seal=Seal(NAME, "b25l")),
        Text(text="Let me see."),
        ToolCall(id="call_1", name="add", arguments='{"a": 1.0}', seal=Seal(NAME, "dHdv")),
    ),
    stop=Stop(kind=StopKind.TOOL),
    usage=Usage(input=4, cache_read=6, output=3, reasoning=2),
)


def streamed(reply: Reply) -> bytes:
    writer = WIRE.writer(STYLE)
    return b"".join(writer.write(event) for event in unfold(reply))


def whole(reply: Reply) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(WIRE.write_reply(reply, STYLE))
    return written


def test_a_whole_answer_is_what_the_sdk_expects() -> None:
    answer = GenerateContentResponse.model_validate(whole(FULL))
    assert answer.text == "Let me see."
    assert answer.function_calls is not None
    assert answer.function_calls[0].args == {"a": 1}
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.prompt_token_count == 10
    assert answer.usage_metadata.cached_content_token_count == 6
    assert answer.usage_metadata.thoughts_token_count == 2
    assert answer.usage_metadata.total_token_count == 15
    assert (answer.model_version, answer.response_id) == ("gemini", "r")


def test_a_streamed_answer_reads_back_as_it_was() -> None:
    read = fold(events_of(streamed(FULL)))
    assert read.parts == FULL.parts
    assert read.usage == FULL.usage


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (Text(text="a"), [{"text": "a"}]),
        (Refusal(text="no"), [{"text": "no"}]),
        (Thinking(text="hm"), [{"text": "hm", "thought": True}]),
        (
            Thinking(text="hm", seal=Seal("w", "x")),
            [{"text": "hm", "thought": True, "thoughtSignature": "fmVzLncub3Blbi54"}],
        ),
        (
            Thinking(seal=Seal("w", "x", is_redacted=True)),
            [{"text": "", "thoughtSignature": "fmVzLncucmVkYWN0ZWQueA=="}],
        ),
        (
            Thinking(seal=Seal(NAME, "eA==", is_redacted=True)),
            [{"text": "", "thoughtSignature": "eA=="}],
        ),
        (
            ToolCall(id="c", name="f", arguments="{", seal=Seal("w", "x")),
            [
                {
                    "functionCall": {"id": "c", "name": "f", "args": {}},
                    "thoughtSignature": "fmVzLncub3Blbi54",
                }
            ],
        ),
        (Foreign(wire="w", value={"type": "search"}), []),
        (
            Foreign(wire=NAME, value={"type": "executableCode", "executableCode": {"code": "1"}}),
            [{"executableCode": {"code": "1"}}],
        ),
    ],
)
def test_each_part_has_its_form(part: Part, written: list[object]) -> None:
    reply = replace(FULL, parts=(part,))
    assert whole(reply)["candidates"][0]["content"]["parts"] == written
    told = [json.loads(event[6:]) for event in streamed(reply).split(b"\n\n") if event]
    parts = [found for each in told for found in each["candidates"][0]["content"]["parts"]]
    assert parts == [*written, {"text": ""}]


@pytest.mark.parametrize(
    ("stop", "word"),
    [
        (None, "STOP"),
        (Stop(kind=StopKind.TOOL, raw="tool_calls", wire="w"), "STOP"),
        (Stop(kind=StopKind.LENGTH, raw="length", wire="w"), "MAX_TOKENS"),
        (Stop(kind=StopKind.FILTER, raw="content_filter", wire="w"), "SAFETY"),
        (Stop(kind=StopKind.REFUSAL), "SAFETY"),
        (Stop(kind=StopKind.UNKNOWN, raw="odd", wire="w"), "OTHER"),
        (Stop(kind=StopKind.FILTER, raw="RECITATION", wire=NAME), "RECITATION"),
    ],
)
def test_a_stop_is_told_in_the_nearest_word(stop: Stop | None, word: str) -> None:
    assert whole(replace(FULL, stop=stop))["candidates"][0]["finishReason"] == word


def test_words_of_all_kinds_are_written_as_json() -> None:
    text = 'a "quoted" \\ line\n日本 🎈'
    assert fold(events_of(streamed(replace(FULL, parts=(Text(text=text),))))).parts == (
        Text(text=text),
    )


def test_a_fault_is_the_last_element_and_the_whole_answer() -> None:
    reply = Reply(fault=Fault(kind=Kind.UPSTREAM_BROKEN, message="It broke."))
    assert whole(reply)["error"]["message"] == "It broke."
    assert json.loads(streamed(reply)[6:])["error"]["code"] == 502


def test_an_empty_answer_is_an_array_with_its_end() -> None:
    writer = WIRE.writer(replace(STYLE, query=""))
    written = b"".join(writer.write(event) for event in unfold(Reply(stop=FULL.stop)))
    assert [each["candidates"][0]["finishReason"] for each in json.loads(written)] == ["STOP"]
