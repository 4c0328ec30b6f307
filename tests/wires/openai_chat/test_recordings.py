"""Every recording of Chat Completions is read as the official client reads it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, fold
from endpoints_server.domain.wire import Style
from endpoints_server.wires.openai_chat import OPENAI_CHAT
from endpoints_server.wires.openai_chat.request.refused import refused_by

EVENT_BYTES = 1 << 22
STYLE = Style(id="chatcmpl-1", model="m", created_at=1, request_id="req", has_usage=True)
Recording = dict[str, Any]


@pytest.fixture(scope="module")
def recordings(shared: Path) -> list[Recording]:
    files = sorted((shared / "corpus" / "openai-chat").glob("*/*.json"))
    assert files
    return [json.loads(file.read_text()) for file in files]


def streams(recordings: list[Recording]) -> Iterator[tuple[Recording, bytes]]:
    for recording in recordings:
        if recording["response"].get("sse") is not None:
            yield recording, recording["response"]["sse"].encode()


def bodies(recordings: list[Recording]) -> Iterator[tuple[Recording, bytes]]:
    for recording in recordings:
        if recording["response"].get("body") is not None:
            yield recording, json.dumps(recording["response"]["body"]).encode()


def requests(recordings: list[Recording]) -> Iterator[Recording]:
    for recording in recordings:
        if recording["request"] and isinstance(recording["request"]["body"], dict):
            yield recording["request"]["body"]


def pieces(data: bytes, chance: Random) -> Iterator[bytes]:
    while data:
        length = chance.choice([1, 2, 3, 7, 50, 400, 5000])
        yield data[:length]
        data = data[length:]


def read_stream(data: bytes, seed: int) -> Reply:
    reader = OPENAI_CHAT.reader(EVENT_BYTES)
    events = [event for piece in pieces(data, Random(seed)) for event in reader.feed(piece)]
    return fold([*events, *reader.close()])


def mend_stream(data: bytes, seed: int, style: Style = STYLE) -> bytes:
    mender = OPENAI_CHAT.mender(style, EVENT_BYTES)
    passed = b"".join(mender.feed(piece) for piece in pieces(data, Random(seed)))
    return passed + mender.close()


def parsed(arguments: str) -> object:
    if not arguments:
        return {}
    try:
        return json.loads(arguments)
    except ValueError:
        return {"__unparsed__": arguments}


def told(reply: Reply) -> Recording:
    """Say of a reply what `expect` says of a recording."""
    calls = [part for part in reply.parts if isinstance(part, ToolCall)]
    thought = "".join(part.text for part in reply.parts if isinstance(part, Thinking))
    return {
        "text": "".join(part.text for part in reply.parts if isinstance(part, Text)),
        "reasoning": thought or None,
        "refusal": "".join(part.text for part in reply.parts if isinstance(part, Refusal)) or None,
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": parsed(call.arguments)}
            for call in calls
        ],
        "finish_reason": (reply.stop.raw or None) if reply.stop else None,
        "model": reply.model or None,
        "response_id": reply.id or None,
        "usage_norm": usage_told(reply.usage),
    }


def usage_told(usage: Usage | None) -> dict[str, int] | None:
    if usage is None:
        return None
    return {
        "input": usage.total_input,
        "output": usage.total_output,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def differences(recording: Recording, reply: Reply) -> dict[str, object]:
    """Give what a reply says otherwise than `expect`, but for what that leaves open."""
    expect = recording["expect"]
    said, expected = told(reply), dict(expect)
    skipped = set(expect.get("ambiguous", ())) | better_than_the_client(recording)
    expected["tool_calls"] = [
        call if call["id"] else {**call, "id": said_call["id"]}
        for call, said_call in zip(tools_called(expect), said["tool_calls"], strict=False)
    ]
    if usage := expected["usage_norm"]:
        expected["usage_norm"] = {**usage, "reasoning": min(usage["reasoning"], usage["output"])}
    return {
        key: (value, expected.get(key))
        for key, value in said.items()
        if key not in skipped and value != expected.get(key)
    }


def tools_called(expect: Recording) -> list[Recording]:
    """Give the calls of `expect`, legacy ones in the shape of the others."""
    fields = ("id", "name", "arguments")
    return [{key: call[key] for key in fields} for call in expect["tool_calls"] if call["name"]]


def better_than_the_client(recording: Recording) -> set[str]:
    """Name what we read and the official client does not.

    Azure's first chunk has an empty model, and Cloudflare sends an object where text belongs.
    """
    if recording["provider"] == "azure" and recording["expect"]["model"] == "":
        return {"model"}
    has_object = "content': {" in str(recording["response"].get("body"))
    return {"text"} if recording["provider"] == "cloudflare" and has_object else set()


def test_every_stream_reads_as_the_official_client_reads_it(recordings: list[Recording]) -> None:
    found = {}
    for seed, (recording, data) in enumerate(streams(recordings)):
        if wrong := differences(recording, read_stream(data, seed)):
            found[recording["id"]] = wrong
    assert not found


def test_every_whole_answer_reads_as_the_official_client_reads_it(
    recordings: list[Recording],
) -> None:
    found = {}
    for recording, data in bodies(recordings):
        reply = OPENAI_CHAT.read_reply(data)
        if recording["expect"]["kind"] == "error" or "error_in_body" in recording["features"]:
            assert reply.fault
        elif wrong := differences(recording, reply):
            found[recording["id"]] = wrong
    assert not found


def test_every_error_body_becomes_a_fault_with_the_upstream_s_words(
    recordings: list[Recording],
) -> None:
    for recording, data in bodies(recordings):
        status = recording["response"]["status"]
        if status >= 400:
            fault = OPENAI_CHAT.read_fault(status, {}, data)
            is_ours = status in {401, 403}
            assert fault.message == recording["expect"]["error"]["message"] or is_ours
            assert fault.body == data


def test_a_mended_stream_reads_as_it_did_before(recordings: list[Recording]) -> None:
    for seed, (recording, data) in enumerate(streams(recordings)):
        before, after = read_stream(data, seed), read_stream(mend_stream(data, seed), seed + 1)
        expected, said = told(before), told(after)
        if not before.id:  # an id made up for a call then comes from our own
            for call in [*expected["tool_calls"], *said["tool_calls"]]:
                call.pop("id")
        if before.stop and before.stop.raw:
            assert said == expected, recording["id"]
        else:
            assert said["text"] == expected["text"], recording["id"]
        assert after.fault is None


def test_the_official_client_puts_every_mended_stream_together(
    recordings: list[Recording],
) -> None:
    """Where it does not parse a cut answer it says so; a handmade stream repeats call ids."""
    for seed, (recording, data) in enumerate(streams(recordings)):
        if '"index":1,"logprobs"' in recording["response"]["sse"]:
            continue  # the client takes several choices in order only
        state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
        for line in mend_stream(data, seed).splitlines():
            if line.startswith(b"data: {"):
                state.handle_chunk(ChatCompletionChunk.construct(**json.loads(line[6:])))
        message = state.current_completion_snapshot.choices[0].message
        expect = recording["expect"]
        assert (message.content or "") == expect["text"], recording["id"]
        called = [
            (call.function.name, parsed(call.function.arguments))
            for call in message.tool_calls or ()
        ]
        if (
            "tool_calls" not in expect.get("ambiguous", ())
            and "handmade" not in recording["features"]
        ):
            expected = [(call["name"], call["arguments"]) for call in tools_called(expect)]
            assert called == expected or "legacy" in str(expect["tool_calls"]), recording["id"]


def test_a_stream_of_the_book_passes_byte_by_byte(recordings: list[Recording]) -> None:
    clean = 0
    for seed, (recording, data) in enumerate(streams(recordings)):
        if recording["provider"] == "openai" and "response_only" not in recording["features"]:
            assert mend_stream(data, seed) == data, recording["id"]
            clean += 1
    assert clean > 100


def test_a_mender_counts_what_a_reader_counts(recordings: list[Recording]) -> None:
    for _, data in streams(recordings):
        mender = OPENAI_CHAT.mender(STYLE, EVENT_BYTES)
        mender.feed(data)
        mender.close()
        reply = read_stream(data, 0)
        assert mender.seen.usage == reply.usage
        assert mender.seen.stop
        assert reply.stop
        assert mender.seen.stop.kind == reply.stop.kind
        assert mender.seen.model == reply.model


def flat(content: object) -> object:
    """Join a list that is only text, as a request is written."""
    if isinstance(content, list) and all(item.keys() == {"type", "text"} for item in content):
        return "\n\n".join(item["text"] for item in content)
    return content


def test_every_request_reads_and_is_written_back_with_all_its_fields(
    recordings: list[Recording],
) -> None:
    for asked in requests(recordings):
        prompt = OPENAI_CHAT.read_request(json.dumps(asked).encode())
        dialect = Dialect(
            ceiling_name="max_tokens" if "max_tokens" in asked else "max_completion_tokens",
            has_stream_usage="stream_options" in asked,
        )
        written = OPENAI_CHAT.write_request(prompt, dialect)
        lost = {loss.name for loss in written.losses}
        if wish := asked.pop("reasoning", None):
            effort = json.loads(written.body).get("reasoning_effort")
            assert effort == wish["effort"] if "effort" in wish else "reasoning.adaptive" in lost
        assert_kept(asked, json.loads(written.body), lost)


def assert_kept(asked: Recording, written: Recording, lost: set[str]) -> None:
    elsewhere = {"messages", "tools", "functions", "function_call"}
    refused = lost & set(refused_by(asked["model"]))
    for key, value in asked.items():
        if value is not None and key not in elsewhere | refused:
            assert bare(written.get(key, DEFAULTS.get(key))) == bare(as_written(key, value)), key
    functions = [{"function": function} for function in asked.get("functions") or ()]
    assert_tools_kept([*(asked.get("tools") or ()), *functions], written.get("tools") or ())
    assert_turns_kept(asked["messages"], written["messages"], lost)


DEFAULTS = {"stream": False, "n": 1, "tool_choice": "auto", "response_format": {"type": "text"}}
"""What need not be written."""


def as_written(key: str, value: Any) -> object:
    """Give a field in the form we write it."""
    match key, value:
        case "tool_choice", "any":
            return "required"
        case "stop", str():
            return [value]
        case _:
            return value


def bare(value: object) -> object:
    """Leave out what is null or empty text at any depth."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if inner not in (None, "")}
    return value


def assert_tools_kept(asked: Sequence[Recording], written: Sequence[Recording]) -> None:
    for before, after in zip(asked, written, strict=True):
        kept = {key: value for key, value in before["function"].items() if value not in (None, "")}
        assert after["function"] == kept


def assert_turns_kept(asked: list[Recording], written: list[Recording], lost: set[str]) -> None:
    said = [flat(turn.get("content")) or None for turn in written]
    for turn in asked:
        if turn["role"] not in {"system", "developer"}:
            assert (flat(turn.get("content")) or None) in said
    assert [call for turn in written for call in turn.get("tool_calls") or ()] == [
        {key: bare(call[key]) for key in ("id", "type", "function")}
        for turn in asked
        for call in turn.get("tool_calls") or ()
    ]
    if any("cache_control" in turn for turn in asked):
        assert "cache_control" in lost
