"""Conversations between this wire and others, there and back, as tool loops and reasoning go."""

import json
from typing import Any

from inline_snapshot import snapshot

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.reply import fold, unfold
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as MESSAGES
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as GOOGLE
from endpoints_server.wires.openai_chat import OPENAI_CHAT as CHAT
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE
from tests.wires.openai_responses.excerpts import EVENT_BYTES, STYLE

Json = dict[str, Any]


def carry(body: Json, origin: Wire, target: Wire) -> tuple[Json, list[str]]:
    prompt = origin.read_request(json.dumps(body).encode())
    written = target.write_request(prompt, Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


def carry_reply(body: Json, origin: Wire, target: Wire) -> Json:
    told: Json = json.loads(target.write_reply(origin.read_reply(json.dumps(body).encode()), STYLE))
    return told


def carry_stream(stream: bytes, origin: Wire, target: Wire) -> bytes:
    reader, writer = origin.reader(EVENT_BYTES), target.writer(STYLE)
    events = [*reader.feed(stream), *reader.close()]
    return b"".join(writer.write(event) for event in events)


LOOK = {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": False}
ASKED: Json = {
    "model": "m",
    "instructions": "You are a coder.",
    "input": [{"role": "user", "content": "What is here?"}],
    "tools": [LOOK, {"type": "namespace", "name": "agents"}, {"type": "web_search"}],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "reasoning": {"effort": "low", "summary": "auto"},
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "thread",
    "max_output_tokens": 9000,
}


def test_a_coding_clients_request_becomes_messages() -> None:
    assert carry(ASKED, WIRE, MESSAGES) == snapshot(
        (
            {
                "model": "m",
                "max_tokens": 9000,
                "messages": [{"role": "user", "content": "What is here?"}],
                "system": "You are a coder.",
                "tools": [
                    {"type": "web_search_20250305", "name": "web_search"},
                    {"name": "look", "input_schema": {"type": "object"}},
                ],
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
                "thinking": {"type": "enabled", "budget_tokens": 2048},
            },
            ["tools.namespace", "prompt_cache_key", "reasoning.summary"],
        )
    )


def test_a_coding_clients_request_becomes_chat() -> None:
    assert carry(ASKED, WIRE, CHAT) == snapshot(
        (
            {
                "prompt_cache_key": "thread",
                "model": "m",
                "messages": [
                    {"role": "system", "content": "You are a coder."},
                    {"role": "user", "content": "What is here?"},
                ],
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "look", "parameters": {"type": "object"}},
                    }
                ],
                "tool_choice": "auto",
                "parallel_tool_calls": False,
                "reasoning_effort": "low",
                "max_tokens": 9000,
            },
            ["tools.namespace", "reasoning.summary", "web_search"],
        )
    )


def test_signed_thinking_survives_a_tool_loop_of_a_client_of_this_wire() -> None:
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [
            {"type": "thinking", "thinking": "Look first.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "aGlk"},
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "."}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 5},
    }
    output = carry_reply(answer, MESSAGES, WIRE)["output"]
    assert [item["type"] for item in output] == [
        "reasoning",
        "reasoning",
        "message",
        "function_call",
    ]
    result = {"type": "function_call_output", "call_id": "toolu_1", "output": "a.py"}
    goes_on = {**ASKED, "input": [*ASKED["input"], *output, result]}
    sent, losses = carry(goes_on, WIRE, MESSAGES)
    assert sent["messages"][1] == {"role": "assistant", "content": answer["content"]}
    assert sent["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "a.py"}
    ]
    assert sent["thinking"]["type"] == "enabled"
    assert not {"reasoning", "reasoning.history", "reasoning.signature"} & {*losses}
    elsewhere, losses = carry(goes_on, WIRE, CHAT)
    assert "c2ln" not in json.dumps(elsewhere)
    assert "reasoning.signature" in losses


def test_the_signature_of_a_call_survives_a_tool_loop_of_a_client_of_this_wire() -> None:
    call = {"functionCall": {"name": "look", "args": {"at": "."}}, "thoughtSignature": "c2ln"}
    answer = {
        "responseId": "r",
        "candidates": [{"content": {"role": "model", "parts": [call]}, "finishReason": "STOP"}],
    }
    output = carry_reply(answer, GOOGLE, WIRE)["output"]
    assert [item["type"] for item in output] == ["reasoning", "function_call"]
    result = {"type": "function_call_output", "call_id": output[1]["call_id"], "output": "a.py"}
    goes_on = {**ASKED, "input": [*ASKED["input"], *output, result]}
    sent, losses = carry(goes_on, WIRE, GOOGLE)
    (part,) = sent["contents"][1]["parts"]
    assert part["thoughtSignature"] == "c2ln"
    assert part["functionCall"]["args"] == {"at": "."}
    assert not {"tool_call.signature", "reasoning.signature"} & {*losses}
    sent, losses = carry(goes_on, WIRE, MESSAGES)
    assert "c2ln" not in json.dumps(sent)
    assert "tool_call.signature" in losses


def test_encrypted_reasoning_survives_a_tool_loop_of_a_chat_client() -> None:
    answer = {
        "id": "resp_1",
        "model": "gpt",
        "status": "completed",
        "output": [
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "Look first."}],
                "encrypted_content": "ENC1",
            },
            {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "ENC2"},
            {
                "type": "function_call",
                "id": "fc_1",
                "call_id": "call_1",
                "name": "look",
                "arguments": '{"at":"."}',
            },
        ],
    }
    message = carry_reply(answer, WIRE, CHAT)["choices"][0]["message"]
    asked = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "What is here?"},
            message,
            {"role": "tool", "tool_call_id": "call_1", "content": "a.py"},
        ],
        "tools": [{"type": "function", "function": {"name": "look", "parameters": {}}}],
    }
    sent, losses = carry(asked, CHAT, WIRE)
    assert sent["include"] == ["reasoning.encrypted_content"]
    assert [
        (item.get("encrypted_content"), item["summary"])
        for item in sent["input"]
        if item["type"] == "reasoning"
    ] == [("ENC1", [{"type": "summary_text", "text": "Look first."}]), ("ENC2", [])]
    assert [item["type"] for item in sent["input"]] == [
        "message",
        "reasoning",
        "reasoning",
        "function_call",
        "function_call_output",
    ]
    assert losses == []


def test_a_stream_that_went_over_each_wire_and_back_says_the_same() -> None:
    reply = MESSAGES.read_reply(
        json.dumps(
            {
                "id": "msg_1",
                "model": "claude",
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                    {"type": "text", "text": "Looking."},
                    {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": 1}},
                    {"type": "tool_use", "id": "toolu_2", "name": "look", "input": {}},
                ],
                "stop_reason": "tool_use",
                "usage": {"input_tokens": 3, "cache_read_input_tokens": 2, "output_tokens": 5},
            }
        ).encode()
    )
    for other in (MESSAGES, CHAT):
        writer = other.writer(STYLE)
        stream = b"".join(writer.write(event) for event in unfold(reply))
        there = carry_stream(stream, other, WIRE)
        reader = WIRE.reader(EVENT_BYTES)
        again = fold([*reader.feed(there), *reader.close()])
        assert again.parts == reply.parts
        assert again.stop
        assert reply.stop
        assert again.stop.kind is reply.stop.kind
        back = carry_stream(there, WIRE, other)
        reader = other.reader(EVENT_BYTES)
        assert fold([*reader.feed(back), *reader.close()]).parts == reply.parts


def test_an_error_in_a_stream_becomes_an_error_of_this_wire() -> None:
    error = b'data: {"error": {"message": "boom", "code": 429}}\n\n'
    begun = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    written = carry_stream(begun + error, CHAT, WIRE)
    told = [json.loads(line[6:]) for line in written.split(b"\n") if line.startswith(b"data: ")]
    assert [event["type"] for event in told[-2:]] == ["error", "response.failed"]
    assert told[-1]["response"]["error"] == {"code": "rate_limit_exceeded", "message": "boom"}


def test_pictures_and_files_of_a_result_go_over_to_messages() -> None:
    output = [
        {"type": "input_text", "text": "See:"},
        {"type": "input_image", "image_url": "data:image/png;base64,aGk="},
    ]
    body = {
        "model": "m",
        "input": [
            {"role": "user", "content": "Look."},
            {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": output},
        ],
        "tools": [LOOK],
        "max_output_tokens": 100,
    }
    sent, losses = carry(body, WIRE, MESSAGES)
    (result,) = sent["messages"][-1]["content"]
    assert [block["type"] for block in result["content"]] == ["text", "image"]
    assert losses == []
    sent, losses = carry(body, WIRE, CHAT)
    assert [turn["role"] for turn in sent["messages"][-2:]] == ["tool", "user"]
    assert sent["messages"][-1]["content"][0]["type"] == "image_url"
    assert losses == []
