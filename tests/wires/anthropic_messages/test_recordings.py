"""Every recorded exchange: read as the official SDK reads it, relayed byte for byte."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Part, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, fold
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE

Recording = dict[str, Any]

EVENT_BYTES = 16 * 1024 * 1024
STYLE = Style(id="msg_own", model="own", created_at=1, request_id="req_own")
EMPTY = {"type": "text", "text": ""}
BLANKS = (EMPTY, {"type": "text", "text": " "})
SILENT = {"stream": False, "tools": [], "system": [], "ttl": "5m", "is_error": False}
TOLD = (
    "text",
    "reasoning",
    "tool_calls",
    "finish_reason",
    "model",
    "response_id",
    "usage_norm",
)
END_MARKER = b"event: message_stop"


@pytest.fixture(scope="module")
def recordings(shared: Path) -> list[Recording]:
    folder = shared / "corpus" / "anthropic-messages"
    found = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]
    return [recording for recording in found if recording["endpoint"] == "messages"]


def cut(data: bytes, chance: random.Random) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        size = chance.choice((1, 2, 7, 60, 500, 4000))
        yield data[start : start + size]
        start += size


def read_stream(data: bytes, chance: random.Random) -> Reply:
    reader = WIRE.reader(EVENT_BYTES)
    events = [event for piece in cut(data, chance) for event in reader.feed(piece)]
    return fold(events + reader.close())


def mend_stream(data: bytes, chance: random.Random) -> tuple[bytes, bytes, Seen]:
    mender = WIRE.mender(STYLE, EVENT_BYTES)
    passed = b"".join(mender.feed(piece) for piece in cut(data, chance))
    return passed, mender.close(), mender.seen


def normal(usage: Usage | None) -> dict[str, int] | None:
    if usage is None:
        return None
    return {
        "input": usage.total_input,
        "output": usage.total_output,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write + usage.cache_write_hour,
        "reasoning": usage.reasoning,
    }


def call_of(part: ToolCall) -> dict[str, Any]:
    return {"id": part.id, "name": part.name, "arguments": json.loads(part.arguments)}


def text_of(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))


def as_expected(reply: Reply) -> dict[str, Any]:
    thoughts = [part.text for part in reply.parts if isinstance(part, Thinking)]
    return {
        "text": text_of(reply.parts),
        "reasoning": "".join(thoughts) or None,
        "tool_calls": [call_of(part) for part in reply.parts if isinstance(part, ToolCall)],
        "finish_reason": reply.stop.raw if reply.stop else None,
        "model": reply.model,
        "response_id": reply.id,
        "usage_norm": normal(reply.usage),
    }


def told(expected: dict[str, Any]) -> dict[str, Any]:
    return {name: expected[name] for name in TOLD if name not in expected.get("ambiguous", ())}


def check(reply: Reply, recording: Recording) -> None:
    assert reply.fault is None, recording["id"]
    expected = told(recording["expect"])
    found = as_expected(reply)
    assert {name: found[name] for name in expected} == expected, recording["id"]


def plain(value: Any) -> Any:
    """Say a request in one way where the API has several, and without what says nothing."""
    if isinstance(value, list):
        return [each for item in value if (each := plain(item)) not in BLANKS]
    if not isinstance(value, dict):
        return value
    silent = SILENT | ({"description": ""} if "input_schema" in value else {})
    kept = {name: inner for name, inner in value.items() if inner not in (None, silent.get(name))}
    said = {name: plain(inner) for name, inner in kept.items()}
    for name in ("content", "system"):
        if isinstance(said.get(name), str):
            said[name] = [{"type": "text", "text": said[name]}]
    if "output_format" in said:
        said["output_config"] = {"format": said.pop("output_format")}
    return {name: inner for name, inner in said.items() if name != "system" or inner != [EMPTY]}


def streams(recordings: list[Recording]) -> Iterator[tuple[Recording, bytes]]:
    for recording in recordings:
        if "sse" in recording["response"]:
            yield recording, recording["response"]["sse"].encode()


def bodies(recordings: list[Recording]) -> Iterator[tuple[Recording, bytes]]:
    for recording in recordings:
        if "body" in recording["response"]:
            yield recording, json.dumps(recording["response"]["body"]).encode()


def test_a_stream_cut_anywhere_reads_as_the_official_client_reads_it(
    recordings: list[Recording],
) -> None:
    chance = random.Random(1)
    for recording, data in streams(recordings):
        check(read_stream(data, chance), recording)


def test_a_whole_answer_reads_as_the_official_client_reads_it(
    recordings: list[Recording],
) -> None:
    for recording, data in bodies(recordings):
        if recording["expect"]["kind"] == "message":
            check(WIRE.read_reply(data), recording)


def test_a_whole_answer_is_relayed_byte_for_byte(recordings: list[Recording]) -> None:
    for recording, data in bodies(recordings):
        passed, seen = WIRE.mend_reply(data, STYLE)
        assert passed == data, recording["id"]
        assert (seen.fault is None) is (recording["expect"]["kind"] == "message")


def test_a_stream_is_relayed_byte_for_byte_with_its_end_held_back(
    recordings: list[Recording],
) -> None:
    chance = random.Random(2)
    for recording, data in streams(recordings):
        passed, ending, seen = mend_stream(data, chance)
        assert passed + ending == data.rstrip() + b"\n\n", recording["id"]
        assert END_MARKER not in passed
        assert ending.startswith(END_MARKER)
        assert seen.fault is None


def test_what_a_mender_saw_is_what_a_reader_read(recordings: list[Recording]) -> None:
    chance = random.Random(3)
    for recording, data in streams(recordings):
        reply = read_stream(data, chance)
        _, _, seen = mend_stream(data, chance)
        assert (seen.model, seen.usage, seen.stop) == (reply.model, reply.usage, reply.stop)
        assert seen.is_ended
        words = "".join(seen.texts)
        assert all(part.text in words for part in reply.parts if isinstance(part, Text | Thinking))
        assert recording["expect"]["kind"] == "message"


def test_a_stream_of_whole_events_is_the_same_object(recordings: list[Recording]) -> None:
    for _, data in streams(recordings):
        mender = WIRE.mender(STYLE, EVENT_BYTES)
        for event in (event + b"\n\n" for event in data.split(b"\n\n") if event):
            passed = mender.feed(event)
            assert passed is event or (not passed and event.startswith(END_MARKER))


def test_a_stream_read_and_written_again_reads_the_same(recordings: list[Recording]) -> None:
    chance = random.Random(4)
    for recording, data in streams(recordings):
        reader, writer = WIRE.reader(EVENT_BYTES), WIRE.writer(STYLE)
        events = [*reader.feed(data), *reader.close()]
        written = b"".join(writer.write(event) for event in events)
        assert read_stream(written, chance) == fold(events), recording["id"]


def test_a_whole_answer_read_and_written_again_reads_the_same(
    recordings: list[Recording],
) -> None:
    for recording, data in bodies(recordings):
        if recording["expect"]["kind"] == "message":
            reply = WIRE.read_reply(data)
            assert WIRE.read_reply(WIRE.write_reply(reply, STYLE)) == reply, recording["id"]


def test_a_recorded_error_is_classified_and_keeps_its_bytes(recordings: list[Recording]) -> None:
    for recording, data in bodies(recordings):
        expected = recording["expect"]
        if expected["kind"] == "error":
            fault = WIRE.read_fault(recording["response"]["status"], {}, data)
            assert fault.http_status == expected["error"]["status"]
            assert fault.message == expected["error"]["message"]
            assert fault.body == data


def test_a_request_read_and_written_again_says_the_same(recordings: list[Recording]) -> None:
    count = 0
    for recording in recordings:
        body = (recording["request"] or {}).get("body") or {}
        if "model" not in body:
            continue
        count += 1
        prompt = WIRE.read_request(json.dumps(body).encode())
        written = WIRE.write_request(prompt, Dialect())
        if is_changed_on_purpose(body):
            continue
        assert plain(json.loads(written.body)) == plain(body), recording["id"]
        assert not written.losses, recording["id"]
    assert count


def is_changed_on_purpose(body: Recording) -> bool:
    """Tell what is said otherwise.

    That is no words at all, an effort with no word about thinking, and thinking switched off where
    it is off anyway.
    """
    is_wordless = all(not message["content"] for message in body["messages"])
    is_effort_alone = "effort" in body.get("output_config", {}) and "thinking" not in body
    return is_wordless or is_effort_alone or body.get("thinking") == {"type": "disabled"}
