"""Requests of Chat Completions: read, written and relayed."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect, ThinkingRules, TurnRules
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.talk.prompt import (
    Audio,
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
    Refusal,
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
from endpoints_server.wires.openai_chat import OPENAI_CHAT

HI = {"role": "user", "content": "hi"}
PNG = "data:image/png;base64,aGVsbG8="
ADD = {"id": "call_a", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}


def read(*messages: dict[str, Any], **fields: Any) -> Prompt:
    body = {"model": "m", "messages": messages or [HI], **fields}
    return OPENAI_CHAT.read_request(json.dumps(body).encode())


def write(prompt: Prompt, dialect: Dialect | None = None) -> tuple[dict[str, Any], set[str]]:
    written = OPENAI_CHAT.write_request(prompt, dialect or Dialect())
    return json.loads(written.body), {loss.name for loss in written.losses}


def prompt_of(*messages: Message, **fields: Any) -> Prompt:
    return Prompt(model="m", messages=messages, **fields)


def user(*parts: Part) -> Message:
    return Message(role=Role.USER, parts=parts)


def test_leading_instructions_are_the_system_and_later_ones_stay() -> None:
    prompt = read(
        {"role": "system", "content": "be kind"},
        {"role": "developer", "content": [{"type": "text", "text": "be brief"}]},
        HI,
        {"role": "system", "content": "now be loud"},
    )
    assert prompt.system == (Text(text="be kind"), Text(text="be brief"))
    assert [message.role for message in prompt.messages] == [Role.USER, Role.SYSTEM]
    body, losses = write(prompt, Dialect(turns=TurnRules(has_developer_role=True)))
    assert body["messages"] == [
        {"role": "developer", "content": "be kind\n\nbe brief"},
        HI,
        {"role": "developer", "content": "now be loud"},
    ]
    assert not losses


CONTENT: list[tuple[dict[str, Any], Part]] = [
    ({"type": "text", "text": "a"}, Text(text="a")),
    (
        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
        Image(media_type="image/png", data="aGVsbG8=", detail="low"),
    ),
    (
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        Image(url="https://example.com/a.png"),
    ),
    (
        {"type": "input_audio", "input_audio": {"data": "aGVsbG8=", "format": "wav"}},
        Audio(format="wav", data="aGVsbG8="),
    ),
    (
        {
            "type": "file",
            "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "a"},
        },
        Document(media_type="application/pdf", data="aGk=", name="a"),
    ),
    (
        {"type": "file", "file": {"file_id": "file-1"}},
        Document(file_id="file-1", wire="openai_chat"),
    ),
    (
        {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
        Foreign(
            wire="openai_chat",
            value={"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
        ),
    ),
]


@pytest.mark.parametrize(("item", "part"), CONTENT)
def test_content_of_every_kind_is_read_and_written(item: dict[str, Any], part: Part) -> None:
    prompt = read({"role": "user", "content": [item, {"type": "text", "text": "b"}]})
    assert prompt.messages[0].parts == (part, Text(text="b"))
    body, losses = write(prompt)
    assert not losses
    if isinstance(part, Text):
        assert body["messages"][0]["content"] == "a\n\nb"
    else:
        assert body["messages"][0]["content"][0] == item


def test_an_image_may_be_a_bare_address() -> None:
    prompt = read({"role": "user", "content": [{"type": "image_url", "image_url": PNG}]})
    assert prompt.messages[0].parts == (Image(media_type="image/png", data="aGVsbG8="),)


@pytest.mark.parametrize("content", [None, ""])
def test_content_beside_calls_may_be_null_or_empty(content: str | None) -> None:
    turn = {"role": "assistant", "content": content, "tool_calls": [ADD]}
    prompt = read(HI, turn, {"role": "tool", "tool_call_id": "call_a", "content": "2"})
    call = ToolCall(id="call_a", name="add", arguments='{"a":1}')
    assert prompt.messages[1].parts == (call,)
    body, _ = write(prompt)
    assert body["messages"][1] == {"role": "assistant", "content": None, "tool_calls": [ADD]}


def test_results_and_the_words_after_them_are_one_turn_of_the_user() -> None:
    second = {**ADD, "id": "call_b"}
    turns: list[dict[str, Any]] = [
        HI,
        {"role": "assistant", "content": None, "tool_calls": [ADD, second]},
        {"role": "tool", "tool_call_id": "call_a", "content": "2"},
        {"role": "tool", "tool_call_id": "call_b", "content": [{"type": "text", "text": "3"}]},
        {"role": "user", "content": "go on"},
    ]
    prompt = read(*turns)
    assert prompt.messages[2].parts == (
        ToolResult(call_id="call_a", parts=(Text(text="2"),)),
        ToolResult(call_id="call_b", parts=(Text(text="3"),)),
        Text(text="go on"),
    )
    body, _ = write(prompt)
    turns[3]["content"] = "3"
    assert body["messages"] == turns


def test_legacy_functions_are_tools() -> None:
    prompt = read(
        HI,
        {"role": "assistant", "content": None, "function_call": ADD["function"]},
        {"role": "function", "name": "add", "content": "2"},
        functions=[{"name": "add", "parameters": {"type": "object"}}],
        function_call={"name": "add"},
    )
    [call] = prompt.messages[1].parts
    [result] = prompt.messages[2].parts
    assert isinstance(call, ToolCall)
    assert isinstance(result, ToolResult)
    assert call.id == result.call_id
    assert prompt.tools == (Tool(name="add", parameters={"type": "object"}),)
    assert prompt.tool_choice == ToolChoice(mode="tool", name="add")


def test_a_refusal_in_the_history_is_kept() -> None:
    prompt = read(HI, {"role": "assistant", "content": None, "refusal": "no"}, HI)
    assert prompt.messages[1].parts == (Refusal(text="no"),)
    assert write(prompt)[0]["messages"][1]["refusal"] == "no"


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_in_the_history_goes_back_under_the_endpoint_s_key(key: str) -> None:
    prompt = read(HI, {"role": "assistant", "content": "a", key: "hm"}, HI)
    assert prompt.messages[1].parts == (Thinking(text="hm"), Text(text="a"))
    body, _ = write(prompt, Dialect(thinking=ThinkingRules(key="reasoning")))
    assert body["messages"][1]["reasoning"] == "hm"


def test_seals_in_the_history_belong_to_the_wire_they_name() -> None:
    details = [
        {"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1"},
        {"type": "reasoning.encrypted", "data": "xx"},
    ]
    prompt = read(HI, {"role": "assistant", "reasoning_details": details, "content": "a"}, HI)
    assert prompt.messages[1].parts == (
        Thinking(text="hm", seal=Seal("anthropic_messages", "s")),
        Thinking(seal=Seal("openai_chat", "xx", is_redacted=True)),
        Text(text="a"),
    )
    body, losses = write(prompt)
    assert losses == {"reasoning.signature"}
    assert body["messages"][1]["reasoning_details"] == [{**details[1], "index": 0}]


def test_tools_are_read_and_written_with_their_unknown_fields() -> None:
    function = {
        "name": "add",
        "description": "adds",
        "parameters": {"type": "object"},
        "strict": True,
        "asks_first": True,
    }
    custom = {"type": "custom", "custom": {"name": "sh"}}
    prompt = read(tools=[{"type": "function", "function": function, "scope": "x"}, custom])
    assert prompt.tools == (
        Tool(
            name="add",
            description="adds",
            parameters={"type": "object"},
            is_strict=True,
            extras={"openai_chat": {"scope": "x", "function.asks_first": True}},
        ),
        ForeignTool(wire="openai_chat", value=custom),
    )
    body, losses = write(prompt)
    assert body["tools"] == [{"type": "function", "function": function, "scope": "x"}, custom]
    assert not losses


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", ToolChoice(mode="auto")),
        ("none", ToolChoice(mode="none")),
        ("required", ToolChoice(mode="required")),
        ("any", ToolChoice(mode="required")),
        (
            {"type": "function", "function": {"name": "add"}},
            ToolChoice(mode="tool", name="add"),
        ),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}, None),
        ({"type": "custom", "custom": {"name": "sh"}}, None),
    ],
)
def test_each_form_of_tool_choice_is_read_and_written(
    choice: str | dict[str, Any], expected: ToolChoice | None
) -> None:
    tools = [{"type": "function", "function": {"name": "add"}}]
    prompt = read(tools=tools, tool_choice=choice, parallel_tool_calls=False)
    assert prompt.tool_choice == expected
    body, losses = write(prompt)
    assert body["tool_choice"] == ("required" if choice == "any" else choice)
    assert body["parallel_tool_calls"] is False
    assert not losses


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, Format(kind="json")),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "strict": True}},
            Format(kind="schema", name="n", schema={}, is_strict=True),
        ),
    ],
)
def test_each_response_format_is_read_and_written(
    shape: dict[str, Any], expected: Format | None
) -> None:
    prompt = read(response_format=shape)
    assert prompt.format == expected
    assert write(prompt)[0].get("response_format", {"type": "text"}) == shape


@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh"])
def test_each_effort_is_read_and_written(effort: str) -> None:
    prompt = read(reasoning_effort=effort)
    assert prompt.reasoning == Reasoning(effort="off" if effort == "none" else effort)
    assert write(prompt)[0]["reasoning_effort"] == effort


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"effort": "low"}, Reasoning(effort="low")),
        ({"max_tokens": 4000}, Reasoning(budget_tokens=4000)),
        ({"enabled": True}, Reasoning(is_adaptive=True)),
        ({"enabled": False}, Reasoning(effort="off")),
        ({"exclude": True}, None),
    ],
)
def test_openrouter_s_reasoning_is_read(wish: dict[str, Any], expected: Reasoning | None) -> None:
    assert read(reasoning=wish).reasoning == expected


@pytest.mark.parametrize(
    ("tokens", "effort"), [(0, "none"), (1024, "low"), (4000, "medium"), (32000, "high")]
)
def test_a_budget_becomes_the_nearest_effort_and_is_named(tokens: int, effort: str) -> None:
    body, losses = write(prompt_of(user(Text(text="a")), reasoning=Reasoning(budget_tokens=tokens)))
    assert body["reasoning_effort"] == effort
    assert losses == {"reasoning.budget"}


def test_an_effort_nobody_knows_is_kept_for_this_wire() -> None:
    prompt = read(reasoning_effort="default")
    assert prompt.reasoning is None
    assert write(prompt)[0]["reasoning_effort"] == "default"


def test_the_rest_of_the_fields_are_read_and_written() -> None:
    fields = {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "stop": ["a", "b"],
        "n": 2,
        "user": "u",
        "service_tier": "flex",
        "stream": True,
        "stream_options": {"include_usage": True, "include_obfuscation": False},
        "logprobs": True,
        "logit_bias": {"50256": -100},
        "metadata": {"a": "b"},
        "prompt_cache_key": "k",
        "max_tokens": 7,
    }
    prompt = read(**fields)
    assert prompt.sampling == Sampling(
        temperature=0.5,
        top_p=0.9,
        seed=3,
        frequency_penalty=0.1,
        presence_penalty=0.2,
        stop=("a", "b"),
        count=2,
    )
    assert (prompt.ceiling_tokens, prompt.user, prompt.service_tier) == (7, "u", "flex")
    assert (prompt.is_stream, prompt.has_stream_usage) == (True, True)
    body, losses = write(prompt)
    assert {key: body.get(key) for key in fields} == fields
    assert not losses


def test_the_ceiling_goes_under_the_endpoint_s_name() -> None:
    prompt = read(max_completion_tokens=9)
    assert prompt.ceiling_tokens == 9
    assert write(prompt)[0]["max_tokens"] == 9
    body, _ = write(prompt, Dialect(ceiling_name="max_completion_tokens"))
    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body


def test_a_stream_asks_for_counts_where_the_endpoint_has_them() -> None:
    prompt = read(stream=True)
    assert write(prompt)[0]["stream_options"] == {"include_usage": True}
    assert "stream_options" not in write(prompt, Dialect(has_stream_usage=False))[0]
    assert "stream_options" not in write(read())[0]


def test_a_dialect_adds_and_drops_last() -> None:
    dialect = Dialect(add={"safe_prompt": True, "temperature": 1}, drop=("user",))
    body, _ = write(read(user="u", temperature=0.1), dialect)
    assert (body["safe_prompt"], body["temperature"]) == (True, 1)
    assert "user" not in body


def test_cache_marks_are_read_and_named_as_lost() -> None:
    control = {"type": "ephemeral", "ttl": "1h"}
    prompt = read(
        {"role": "system", "content": "s", "cache_control": control},
        {"role": "user", "content": [{"type": "text", "text": "a", "cache_control": control}]},
        tools=[{"type": "function", "function": {"name": "add"}, "cache_control": {}}],
    )
    hour = CacheMark("1h")
    assert prompt.system == (Text(text="s", cache=hour),)
    assert prompt.messages[0].parts == (Text(text="a", cache=hour),)
    assert prompt.tools == (Tool(name="add", cache=CacheMark()),)
    body, losses = write(prompt)
    assert losses == {"cache_control"}
    assert "cache_control" not in json.dumps(body)


def test_unknown_fields_of_a_turn_stay_with_it() -> None:
    turn = {"role": "assistant", "content": "a", "audio": {"id": "audio_1"}, "name": "bot"}
    call = {**ADD, "extra_content": {"vendor": {"mark": "x"}}, "note": 1}
    calls = {"role": "assistant", "content": None, "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": "call_a", "content": "2", "name": "add", "took": 3}
    body, losses = write(read(HI, turn, HI, calls, result))
    assert body["messages"] == [HI, turn, HI, calls, result]
    assert not losses


def test_pictures_a_tool_gave_follow_in_a_turn_of_the_user() -> None:
    result = ToolResult(
        call_id="call_a",
        parts=(Text(text="seen"), Image(media_type="image/png", data="aGVsbG8=")),
        is_error=True,
    )
    body, losses = write(prompt_of(user(Text(text="look"), result)))
    assert [turn["role"] for turn in body["messages"]] == ["tool", "user"]
    assert body["messages"][0] == {"role": "tool", "tool_call_id": "call_a", "content": "seen"}
    assert body["messages"][1]["content"] == [
        {"type": "image_url", "image_url": {"url": PNG}},
        {"type": "text", "text": "look"},
    ]
    assert losses == {"tool_result.is_error"}


def test_empty_arguments_are_an_empty_object() -> None:
    turn = Message(role=Role.ASSISTANT, parts=(ToolCall(id="c", name="now"),))
    body, _ = write(prompt_of(user(Text(text="a")), turn))
    assert body["messages"][1]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_what_has_no_place_here_is_named() -> None:
    prompt = prompt_of(
        user(Text(text="a"), Document(url="https://example.com/a.pdf")),
        Message(role=Role.ASSISTANT, parts=(Image(url="https://example.com/a.png"),)),
        sampling=Sampling(top_k=4),
        tool_choice=ToolChoice(mode="required"),
        tools=(ForeignTool(wire="some_wire", value={"type": "search"}),),
    )
    losses = write(prompt)[1]
    assert losses == {"document.url", "assistant.image", "top_k", "tool_choice", "tools.search"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [{"role": "robot", "content": "a"}]}, "$.messages[0].role"),
        ({"messages": [HI, {"role": "user", "content": 3}]}, "$.messages[...].content"),
        ({"messages": [{"role": "user", "content": [{"text": "a"}]}]}, "type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "text"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "image_url"),
        ({"messages": [{"role": "tool", "content": "2"}]}, "tool_call_id"),
        ({"tools": [{"type": "function", "function": {}}]}, "name"),
        ({"stop": [1]}, "stop"),
        ({"model": None}, "model"),
    ],
)
def test_a_wrong_type_is_refused_by_the_name_of_its_field(
    fields: dict[str, Any], named: str
) -> None:
    body = json.dumps({"model": "m", "messages": [HI], **fields}).encode()
    with pytest.raises(Failed) as caught:
        OPENAI_CHAT.read_request(body)
    assert caught.value.fault.kind is Kind.BAD_REQUEST
    assert named.split("[...]")[0].removeprefix("$.") in caught.value.fault.message


@pytest.mark.parametrize("body", [b"", b"[]", b"hello", b'{"model": "\xff"}', b'{"model": "m"}'])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(Failed) as caught:
        OPENAI_CHAT.read_request(body)
    assert caught.value.fault.kind is Kind.BAD_REQUEST


def test_a_relayed_request_keeps_nested_bytes() -> None:
    body = b'{"model":"a", "messages" : [ {"role":"user","content":"\\u00e9"} ],"x":1.0,"x":2.50}'
    sent = OPENAI_CHAT.relay_request(body, "b", Dialect(), False).body
    assert b'[ {"role":"user","content":"\\u00e9"} ]' in sent
    assert json.loads(sent)["model"] == "b"
    assert b'"x":2.50' in sent
    assert b"1.0" not in sent


def test_a_relayed_stream_asks_for_counts_beside_what_the_caller_asked() -> None:
    body = b'{"model":"a","stream":true,"stream_options":{"include_obfuscation":false}}'
    options = {"include_obfuscation": False, "include_usage": True}
    sent = json.loads(OPENAI_CHAT.relay_request(body, "b", Dialect(), True).body)
    assert sent["stream_options"] == options
    plain = Dialect(has_stream_usage=False)
    assert b"include_usage" not in OPENAI_CHAT.relay_request(body, "b", plain, True).body
    null = b'{"model":"a","stream":true,"stream_options":null}'
    sent = json.loads(OPENAI_CHAT.relay_request(null, "b", Dialect(), True).body)
    assert sent["stream_options"] == {"include_usage": True}


def test_half_a_character_of_the_caller_is_read_as_its_replacement() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"a\\ude00"}]}'
    prompt = OPENAI_CHAT.read_request(body)
    assert prompt.messages[0].parts == (Text(text="a\ufffd"),)


def test_values_nested_too_deep_are_refused() -> None:
    body = b'{"model":"m","messages":[],"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    with pytest.raises(Failed):
        OPENAI_CHAT.read_request(body)
