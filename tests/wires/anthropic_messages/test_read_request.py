"""Every field of a request, and what is said about those of the wrong type."""

import json
from typing import Any

import pytest

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.talk.prompt import (
    CacheMark,
    Document,
    Foreign,
    ForeignTool,
    Format,
    Image,
    Message,
    Part,
    Prompt,
    Reasoning,
    Role,
    Sampling,
    Seal,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE

NAME = "anthropic_messages"
TURN = {"role": "user", "content": "Hi"}


def read(**fields: Any) -> Prompt:
    body = {"model": "m", "max_tokens": 9, "messages": [TURN], **fields}
    return WIRE.read_request(json.dumps(body).encode())


def part_of(block: dict[str, Any], role: str = "user") -> Part:
    (message,) = read(messages=[{"role": role, "content": [block]}]).messages
    return message.parts[0]


def kept(**fields: object) -> dict[str, dict[str, object]]:
    return {NAME: fields}


def test_the_smallest_request_is_a_prompt() -> None:
    assert read() == Prompt(
        model="m",
        messages=(Message(role=Role.USER, parts=(Text(text="Hi"),)),),
        ceiling_tokens=9,
    )


def test_every_known_field_has_its_place() -> None:
    prompt = read(
        system=[{"type": "text", "text": "S", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        temperature=1,
        top_p=0.5,
        top_k=4,
        stop_sequences=["END"],
        stream=True,
        metadata={"user_id": "u"},
        service_tier="auto",
        tool_choice={"type": "tool", "name": "t", "disable_parallel_tool_use": True},
    )
    assert prompt.system == (Text(text="S", cache=CacheMark("1h")),)
    assert prompt.sampling == Sampling(temperature=1.0, top_p=0.5, top_k=4, stop=("END",))
    assert (prompt.is_stream, prompt.user, prompt.service_tier) == (True, "u", "auto")
    assert prompt.tool_choice == ToolChoice(mode="tool", name="t")
    assert prompt.is_parallel is False
    assert prompt.extras == {}


def test_what_is_unknown_is_kept_for_this_wire() -> None:
    prompt = read(
        context_management={"edits": []},
        container=None,
        metadata={"user_id": "u", "odd": 1},
        thinking={"type": "adaptive", "display": "summarized"},
        output_config={"effort": "low", "task_budget": 5},
        tool_choice={"type": "auto", "odd": 2},
    )
    assert prompt.extras == kept(
        context_management={"edits": []},
        metadata={"odd": 1},
        thinking={"display": "summarized"},
        output_config={"task_budget": 5},
        tool_choice={"odd": 2},
    )


def test_a_system_turn_stays_where_it_is() -> None:
    prompt = read(messages=[TURN, {"role": "system", "content": "Mind this."}, TURN])
    assert [message.role for message in prompt.messages] == [Role.USER, Role.SYSTEM, Role.USER]


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, Reasoning(budget_tokens=2000)),
        ({"thinking": {"type": "adaptive"}}, Reasoning(is_adaptive=True)),
        ({"thinking": {"type": "disabled"}}, Reasoning(effort="off")),
        ({"output_config": {"effort": "max"}}, Reasoning(effort="max")),
        (
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
            Reasoning(effort="high", is_adaptive=True),
        ),
        (
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}},
            Reasoning(effort="off"),
        ),
        ({"thinking": None}, None),
    ],
)
def test_how_much_to_think_is_read(fields: dict[str, Any], reasoning: Reasoning | None) -> None:
    assert read(**fields).reasoning == reasoning


@pytest.mark.parametrize("name", ["output_config", "output_format"])
def test_a_schema_for_the_answer_is_read_under_either_name(name: str) -> None:
    asked = {"type": "json_schema", "schema": {"type": "object"}}
    prompt = read(**{name: {"format": asked} if name == "output_config" else asked})
    assert prompt.format == Format(kind="schema", schema={"type": "object"})


def test_tools_of_the_caller_and_of_the_vendor_are_told_apart() -> None:
    mark = {"type": "ephemeral"}
    schema = {"type": "object", "properties": {}}
    own = {"name": "a", "description": "d", "input_schema": schema, "strict": True}
    odd = {"type": "custom", "name": "b", "input_schema": schema, "eager_input_streaming": True}
    search = {"type": "web_search_20250305", "name": "web_search", "cache_control": mark}
    assert read(tools=[{**own, "cache_control": mark}, odd, search]).tools == (
        Tool(name="a", description="d", parameters=schema, is_strict=True, cache=CacheMark()),
        Tool(name="b", parameters=schema, extras=kept(eager_input_streaming=True)),
        ForeignTool(wire=NAME, value=search, details=("cache_control",)),
    )


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "text", "text": "So", "citations": [{"n": 1}]},
            Text(text="So", extras=kept(citations=[{"n": 1}])),
        ),
        ({"type": "text", "text": "So", "citations": None}, Text(text="So")),
        (
            {"type": "text", "text": "So", "cache_control": {"type": "ephemeral", "scope": "all"}},
            Text(text="So", cache=CacheMark(), extras=kept(cache_control={"scope": "all"})),
        ),
        (
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "AA"},
            },
            Image(media_type="image/png", data="AA"),
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}},
            Image(url="https://x/y.png"),
        ),
        (
            {
                "type": "document",
                "title": "T",
                "context": "C",
                "citations": {"enabled": True},
                "source": {"type": "base64", "media_type": "application/pdf", "data": "AA"},
            },
            Document(
                media_type="application/pdf",
                data="AA",
                name="T",
                extras=kept(context="C", citations={"enabled": True}),
            ),
        ),
        (
            {"type": "document", "source": {"type": "url", "url": "https://x/y.pdf"}},
            Document(url="https://x/y.pdf"),
        ),
        (
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "words"},
            },
            Document(media_type="text/plain", text="words"),
        ),
        (
            {"type": "document", "source": {"type": "file", "file_id": "f1"}},
            Document(file_id="f1", wire=NAME),
        ),
        (
            {"type": "tool_result", "tool_use_id": "t", "content": "3", "is_error": True},
            ToolResult(call_id="t", parts=(Text(text="3"),), is_error=True),
        ),
        ({"type": "tool_result", "tool_use_id": "t"}, ToolResult(call_id="t")),
        (
            {
                "type": "tool_result",
                "tool_use_id": "t",
                "is_error": False,
                "cache_control": {"type": "ephemeral"},
                "content": [
                    {"type": "text", "text": "3"},
                    {"type": "tool_reference", "tool_name": "x"},
                ],
            },
            ToolResult(
                call_id="t",
                parts=(
                    Text(text="3"),
                    Foreign(wire=NAME, value={"type": "tool_reference", "tool_name": "x"}),
                ),
                cache=CacheMark(),
            ),
        ),
    ],
)
def test_every_block_of_a_user_becomes_its_part(block: dict[str, Any], part: Part) -> None:
    assert part_of(block) == part


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            Thinking(text="hm", seal=Seal(NAME, "s")),
        ),
        ({"type": "thinking", "thinking": "hm", "signature": ""}, Thinking(text="hm")),
        (
            {"type": "redacted_thinking", "data": "d"},
            Thinking(seal=Seal(NAME, "d", is_redacted=True)),
        ),
        (
            {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}},
            ToolCall(id="t", name="n", arguments='{"a": 1}'),
        ),
        (
            {"type": "tool_use", "id": "t", "name": "n", "input": {}, "caller": {"type": "direct"}},
            ToolCall(id="t", name="n", arguments="{}", extras=kept(caller={"type": "direct"})),
        ),
    ],
)
def test_every_block_of_an_assistant_becomes_its_part(block: dict[str, Any], part: Part) -> None:
    assert part_of(block, "assistant") == part


@pytest.mark.parametrize(
    "block",
    [
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"q": 1}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
        {"type": "mcp_tool_use", "id": "s", "name": "x", "server_name": "y", "input": {}},
        {"type": "search_result", "source": "x", "title": "y", "content": []},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {"type": "document", "source": {"type": "hologram"}},
        {"type": "not_yet_invented", "odd": 1},
    ],
)
def test_a_block_that_only_this_wire_knows_stays_as_it_is(block: dict[str, Any]) -> None:
    assert part_of(block) == Foreign(wire=NAME, value=block)


def test_a_document_made_of_blocks_is_readable_and_kept() -> None:
    source = {"type": "content", "content": [{"type": "text", "text": "a"}]}
    part = part_of({"type": "document", "source": source})
    assert part == Document(text="a", extras=kept(source=source))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"model": 3}, "model"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": [{"role": "narrator", "content": ""}]}, "messages.0.role"),
        ({"messages": [TURN, {"role": "user"}]}, "messages.1"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"temperature": True}, "temperature"),
        ({"stream": 0}, "stream"),
        ({"system": 3}, "system"),
        ({"system": [{"type": "text"}]}, "system.0"),
        ({"stop_sequences": [1]}, "stop_sequences.0"),
        ({"tools": [{"input_schema": {}}]}, "tools.0"),
        ({"tools": [{"name": "a", "input_schema": "x"}]}, "tools.0.input_schema"),
        ({"tool_choice": {"type": "perhaps"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"thinking": {"type": "enabled", "budget_tokens": "x"}}, "thinking.budget_tokens"),
        ({"output_config": {"effort": 3}}, "output_config.effort"),
        ({"output_format": {"type": "json_schema", "schema": []}}, "output_format.schema"),
        ({"metadata": {"user_id": 3}}, "metadata.user_id"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(Failed) as caught:
        read(**fields)
    assert caught.value.fault.kind is Kind.BAD_REQUEST
    assert caught.value.fault.param == named
    assert caught.value.fault.message.startswith(named)


@pytest.mark.parametrize(
    ("block", "named"),
    [
        ({"text": "x"}, ".type"),
        ({"type": "text", "text": 1}, ".text"),
        ({"type": "text", "text": "", "cache_control": {"ttl": "1d"}}, ".cache_control.ttl"),
        ({"type": "image", "source": "x"}, ".source"),
        ({"type": "tool_use", "id": "t", "name": "n", "input": "x"}, ".input"),
        ({"type": "tool_result", "tool_use_id": 1}, ".tool_use_id"),
        ({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text"}]}, ".content.0"),
    ],
)
def test_a_block_of_the_wrong_shape_is_named(block: dict[str, Any], named: str) -> None:
    with pytest.raises(Failed) as caught:
        part_of(block)
    assert caught.value.fault.param == f"messages.0.content.0{named}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 5000,
        b'{"a":' * 5000,
        b'{"model":"m","messages":[{"role":"user","content":"\xff"}]}',
    ],
)
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Failed) as caught:
        WIRE.read_request(body)
    assert caught.value.fault.kind is Kind.BAD_REQUEST


def test_a_message_quotes_no_long_value_of_the_callers() -> None:
    with pytest.raises(Failed) as caught:
        read(temperature="secret words of a caller")
    assert "secret words" not in caught.value.fault.message


@pytest.mark.parametrize(
    "thread", [{"type": "create"}, {"type": "continue", "previous_message_id": "msg_1"}]
)
def test_a_conversation_kept_elsewhere_is_refused_in_the_code_that_clients_know(
    thread: dict[str, str],
) -> None:
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    with pytest.raises(Failed) as refused:
        WIRE.read_request(json.dumps(asked | {"thread": thread}).encode())
    fault = refused.value.fault
    told = json.loads(WIRE.write_fault(fault, "req_1"))["error"]
    assert (fault.http_status, fault.rule.has_next) == (400, True)
    assert told["details"]["error_code"] == "thread_unsupported_request"
    assert "`messages`" in told["message"]
    assert WIRE.read_request(json.dumps(asked | {"thread": None}).encode()).messages
