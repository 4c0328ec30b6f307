"""What Google's wire and the others make of each other's requests and answers."""

import json

import pytest
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.reply import fold
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE
from endpoints_server.wires.listed import WIRES
from tests.wires.google_generative.excerpts import (
    EVENT_BYTES,
    STYLE,
    Json,
    chunk,
    events_of,
    sse,
)

CHAT, MESSAGES = WIRES["openai_chat"], WIRES["anthropic_messages"]
SIGNED: Json = {
    "functionCall": {"name": "add", "args": {"a": 1}, "id": "call_a"},
    "thoughtSignature": "eA==",
}
ANSWER = (
    chunk({"text": "They want a sum.", "thought": True}),
    chunk({"text": "Adding."}),
    chunk(SIGNED),
    chunk({"text": "", "thoughtSignature": "eQ=="}, finish="STOP"),
)


def carried(body: Json, origin: Wire, target: Wire, model: str) -> tuple[Json, list[str]]:
    prompt = replace(origin.read_request(json.dumps(body).encode()), model=model)
    written = target.write_request(prompt, Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


def test_a_tool_loop_becomes_chat_and_names_what_only_google_knows() -> None:
    body = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Add."}]},
            {"role": "model", "parts": [{"functionCall": {"name": "add", "args": {"a": 1}}}]},
            {"parts": [{"functionResponse": {"name": "add", "response": {"result": "2"}}}]},
        ],
        "tools": [
            {"functionDeclarations": [{"name": "add", "parameters": {"type": "OBJECT"}}]},
            {"googleSearch": {}},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        "safetySettings": [{"category": "X"}],
        "generationConfig": {"topK": 3, "thinkingConfig": {"thinkingLevel": "LOW"}},
    }
    sent, losses = carried(body, WIRE, CHAT, "gpt")
    call = {"id": "call_1", "type": "function", "function": {"name": "add"}}
    call["function"] = {"name": "add", "arguments": '{"a": 1}'}
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Add."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
    ]
    function = {"name": "add", "parameters": {"type": "object"}}
    assert sent["tools"] == [{"type": "function", "function": function}]
    assert (sent["tool_choice"], sent["reasoning_effort"]) == ("required", "low")
    assert set(losses) == {"safetySettings", "top_k", "web_search"}
    assert "web_search_options" not in sent


@pytest.mark.parametrize("wire", list(WIRES.values()), ids=list(WIRES))
def test_an_answer_says_the_same_on_every_wire(wire: Wire) -> None:
    events = events_of(sse(*ANSWER))
    writer, reader = wire.writer(replace(STYLE, has_usage=True)), wire.reader(EVENT_BYTES)
    written = b"".join(writer.write(event) for event in events)
    told = fold([*reader.feed(written), *reader.close()])
    whole = wire.read_reply(wire.write_reply(fold(events), STYLE))
    for reply in (told, whole):
        said = [(type(part).__name__, getattr(part, "text", "")) for part in reply.parts]
        assert ("Text", "Adding.") in said
        assert ("Thinking", "They want a sum.") in said
        assert [part for part in said if part[0] == "ToolCall"] == [("ToolCall", "")]
        assert reply.usage is not None
        assert reply.usage.total_output == 144


def test_signatures_come_back_from_chat_to_the_call_and_the_words() -> None:
    writer = CHAT.writer(STYLE)
    written = b"".join(writer.write(event) for event in events_of(sse(*ANSWER)))
    assert b'"extra_content":{"google":{"thought_signature":"eA=="}}' in written
    reply = json.loads(CHAT.write_reply(fold(events_of(sse(*ANSWER))), STYLE))
    said = reply["choices"][0]["message"]
    turns = [{"role": "user", "content": "Add."}, said]
    turns.append({"role": "tool", "tool_call_id": "call_a", "content": "2"})
    sent, losses = carried({"model": "m", "messages": turns}, CHAT, WIRE, "gemini-3-flash")
    parts = sent["contents"][1]["parts"]
    assert SIGNED in parts
    assert {"text": "", "thoughtSignature": "eQ=="} in parts
    assert not losses


def test_no_other_upstream_is_shown_a_signature_that_a_caller_has_in_an_envelope() -> None:
    writer = MESSAGES.writer(STYLE)
    told = b"".join(writer.write(event) for event in events_of(sse(*ANSWER)))
    assert b'"data":"~es.google_generative.call.eA=="' in told
    body = {"contents": [{"role": "model", "parts": [SIGNED]}]}
    for wire in WIRES.values():
        sent, losses = carried(body, WIRE, wire, "gemini-3-flash")
        is_own = wire is WIRE
        assert ("eA==" in json.dumps(sent), "tool_call.signature" in losses) == (is_own, not is_own)
