"""Every recorded exchange: read as the official SDK reads it, relayed byte for byte."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.prompt import Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, fold, unfold
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE
from endpoints_server.wires.openai_responses.read_items import PARAGRAPH
from tests.wires.openai_responses.excerpts import STYLE

Recording = dict[str, Any]
EVENT_BYTES = 16 * 1024 * 1024
TERMINAL = (b'"response.completed"', b'"response.incomplete"', b'"response.failed"')


@pytest.fixture(scope="module")
def recordings(shared: Path) -> list[Recording]:
    folder = shared / "corpus" / "openai-responses"
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]


def cut(data: bytes, chance: random.Random) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        size = chance.choice((1, 2, 7, 60, 500, 4000))
        yield data[start : start + size]
        start += size


def read(recording: Recording) -> Reply:
    """Read an answer; a stream in pieces of any size."""
    response = recording["response"]
    if response.get("sse") is None:
        return WIRE.read_reply(json.dumps(response["body"]).encode())
    reader, chance = WIRE.reader(EVENT_BYTES), random.Random(recording["id"])
    pieces = cut(response["sse"].encode(), chance)
    return fold([*(event for piece in pieces for event in reader.feed(piece)), *reader.close()])


def said(parts: tuple[Part, ...], kind: type[Text | Refusal | Thinking]) -> str:
    return "".join(part.text for part in parts if isinstance(part, kind))


def arguments_of(call: ToolCall) -> Any:
    try:
        return json.loads(call.arguments or "{}")
    except ValueError:
        return {"__unparsed__": call.arguments}


def test_every_answer_is_read_as_the_sdk_reads_it(recordings: list[Recording]) -> None:
    answered = [each for each in recordings if each["expect"]["kind"] == "message"]
    assert len(answered) > 500
    for recording in answered:
        expect, reply = recording["expect"], read(recording)
        assert reply.fault is None, recording["id"]
        calls = [part for part in reply.parts if isinstance(part, ToolCall)]
        found = (
            said(reply.parts, Text),
            said(reply.parts, Refusal),
            said(reply.parts, Thinking).replace(PARAGRAPH, ""),
            [(call.id, call.name, arguments_of(call)) for call in calls],
        )
        wanted = (
            expect["text"] or "",
            expect.get("refusal") or "",
            (expect["reasoning"] or "").replace(PARAGRAPH, ""),
            [(call["id"], call["name"], call["arguments"]) for call in expect["tool_calls"]],
        )
        assert found == wanted, recording["id"]


def test_every_error_is_a_fault(recordings: list[Recording]) -> None:
    for recording in recordings:
        if recording["expect"]["kind"] != "error":
            continue
        status, body = recording["response"]["status"], recording["response"].get("body")
        told = recording["expect"]["error"]["message"]
        if status == 200:
            fault = read(recording).fault
        else:
            fault = WIRE.read_fault(status, {}, json.dumps(body).encode())
        assert fault, recording["id"]
        assert told in fault.message or status == 401, recording["id"]


def test_every_stream_passes_byte_by_byte(recordings: list[Recording]) -> None:
    for recording in recordings:
        stream = (recording["response"].get("sse") or "").encode()
        if not stream or recording["expect"]["kind"] == "error":
            continue
        mender, chance = WIRE.mender(STYLE, EVENT_BYTES), random.Random(recording["id"])
        passed = b"".join(mender.feed(piece) for piece in cut(stream, chance))
        assert not any(kind in passed for kind in TERMINAL), recording["id"]
        whole = passed + mender.close()
        assert stream.startswith(whole), recording["id"]
        assert stream[len(whole) :].strip() == b"", recording["id"]


def test_every_answer_is_written_so_that_it_reads_the_same(recordings: list[Recording]) -> None:
    for recording in recordings:
        reply = read(recording)
        if reply.fault is not None:
            continue
        writer, reader = WIRE.writer(STYLE), WIRE.reader(EVENT_BYTES)
        stream = b"".join(writer.write(event) for event in unfold(reply))
        again = fold([*reader.feed(stream), *reader.close()])
        whole = WIRE.read_reply(WIRE.write_reply(reply, STYLE))
        for each in (again, whole):
            assert each.parts == with_arguments(reply.parts), recording["id"]
            assert each.usage == reply.usage, recording["id"]


def with_arguments(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Say no arguments as the empty object that is written for them."""
    return tuple(
        ToolCall(id=part.id, name=part.name, arguments=part.arguments or "{}")
        if isinstance(part, ToolCall)
        else part
        for part in parts
    )


def test_every_request_is_read_and_relayed(recordings: list[Recording]) -> None:
    read_ones = 0
    for recording in recordings:
        body = (recording["request"] or {}).get("body")
        if body is None:
            continue
        relayed = WIRE.relay_request(json.dumps(body).encode(), "up", Dialect(), False)
        assert json.loads(relayed.body) == {**body, "model": "up"}, recording["id"]
        if "previous_response_id" in body:
            continue
        prompt = WIRE.read_request(json.dumps(body).encode())
        written = WIRE.write_request(prompt, Dialect())
        again = WIRE.read_request(written.body)
        assert {loss.name for loss in written.losses} <= {"reasoning.history"}, recording["id"]
        assert written.losses or again.messages == prompt.messages, recording["id"]
        read_ones += not written.losses
    assert read_ones > 500
