"""Requests as clients send them: read, written, and relayed."""

import json
from typing import Any

import pytest
from inline_snapshot import snapshot

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.talk.crossing import cross
from endpoints_server.domain.talk.prompt import (
    Audio,
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
    Seal,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from endpoints_server.domain.wire import Target
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE
from endpoints_server.wires.openai_responses.schema import NAME

Json = dict[str, Any]
PLAIN = Dialect()
SEALED = "reasoning.encrypted_content"


def read(items: object = "Hi", **fields: Any) -> Prompt:
    return WIRE.read_request(json.dumps({"model": "m", "input": items, **fields}).encode())


def turns(*items: Json) -> list[tuple[str, tuple[Part, ...]]]:
    return [(message.role.value, message.parts) for message in read(list(items)).messages]


def write(prompt: Prompt) -> tuple[Json, list[str]]:
    written = WIRE.write_request(prompt, Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


def asked(*parts: Part, **fields: Any) -> Prompt:
    return Prompt(model="m", messages=(Message(role=Role.USER, parts=parts),), **fields)


def relay(body: bytes, dialect: Dialect = PLAIN) -> tuple[Json, list[str]]:
    written = WIRE.relay_request(body, "up", dialect, False)
    return json.loads(written.body), [loss.name for loss in written.losses]


def refused(body: bytes) -> tuple[int, str]:
    with pytest.raises(Failed) as caught:
        WIRE.read_request(body)
    return caught.value.fault.http_status, caught.value.fault.param


CODER = {
    "model": "m",
    "instructions": "You are a coder.",
    "input": [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "A."}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "List."}]},
        {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "Use the shell."}],
            "encrypted_content": "ENC",
            "content": None,
        },
        {
            "type": "message",
            "role": "assistant",
            "id": "msg_1",
            "phase": "commentary",
            "content": [{"type": "output_text", "text": "Listing."}],
        },
        {
            "type": "function_call",
            "id": "fc_1",
            "status": "completed",
            "name": "shell",
            "arguments": '{"c": "ls"}',
            "call_id": "call_1",
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "a.py"},
    ],
    "tools": [
        {"type": "function", "name": "shell", "strict": False, "parameters": {"type": "object"}},
        {"type": "namespace", "name": "agents", "tools": []},
        {"type": "web_search", "external_web_access": False},
        {"type": "custom", "name": "patch", "format": {"type": "grammar"}},
    ],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "reasoning": {"effort": "high", "summary": "auto"},
    "store": False,
    "include": [SEALED],
    "prompt_cache_key": "thread",
    "client_metadata": {"x": "y"},
    "stream": True,
}


def test_a_coding_clients_request_is_read() -> None:
    prompt = WIRE.read_request(json.dumps(CODER).encode())
    assert prompt.system == (Text(text="You are a coder."), Text(text="A."))
    assert prompt.messages == (
        Message(role=Role.USER, parts=(Text(text="List."),)),
        Message(
            role=Role.ASSISTANT,
            parts=(
                Thinking(text="Use the shell.", seal=Seal(NAME, "ENC")),
                Text(text="Listing.", extras={NAME: {"message.phase": "commentary"}}),
                ToolCall(id="call_1", name="shell", arguments='{"c": "ls"}'),
            ),
        ),
        Message(role=Role.USER, parts=(ToolResult(call_id="call_1", parts=(Text(text="a.py"),)),)),
    )
    assert prompt.tools[0] == Tool(name="shell", parameters={"type": "object"})
    foreign = [tool.value["type"] for tool in prompt.tools if isinstance(tool, ForeignTool)]
    assert foreign == ["namespace", "web_search", "custom"]
    assert prompt.reasoning == Reasoning(effort="high")
    assert (prompt.is_parallel, prompt.is_stream) == (False, True)
    assert prompt.extras == {
        NAME: {
            "prompt_cache_key": "thread",
            "client_metadata": {"x": "y"},
            "reasoning.summary": "auto",
        }
    }


def test_what_is_read_is_written_again() -> None:
    body, losses = write(WIRE.read_request(json.dumps(CODER).encode()))
    assert losses == []
    for key in ("tools", "tool_choice", "parallel_tool_calls", "reasoning", "store", "include"):
        assert body[key] == CODER[key], key
    assert (body["prompt_cache_key"], body["client_metadata"]) == ("thread", {"x": "y"})
    kinds = [item["type"] for item in body["input"]]
    assert kinds[2:] == ["reasoning", "message", "function_call", "function_call_output"]
    assert body["input"][2]["encrypted_content"] == "ENC"
    assert body["input"][3]["phase"] == "commentary"


def test_an_input_that_is_text_is_what_the_user_says() -> None:
    assert read("Hi").messages == (Message(role=Role.USER, parts=(Text(text="Hi"),)),)


def test_items_may_go_without_a_type_and_with_plain_content() -> None:
    assert turns({"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}) == [
        ("user", (Text(text="Hi"),)),
        ("assistant", (Text(text="Ho"),)),
    ]


def test_pictures_files_and_sound_are_read() -> None:
    content = [
        {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"},
        {"type": "input_image", "image_url": "https://x.example/a.png", "detail": "high"},
        {"type": "input_file", "filename": "a.csv", "file_data": "data:text/csv;base64,aGk="},
        {"type": "input_file", "file_url": "https://x.example/a.pdf"},
        {"type": "input_file", "file_id": "file_1"},
        {"type": "input_image", "file_id": "file_2"},
        {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
    ]
    ((_, parts),) = turns({"role": "user", "content": content})
    assert parts == (
        Image(media_type="image/png", data="aGk="),
        Image(url="https://x.example/a.png", detail="high"),
        Document(media_type="text/csv", data="aGk=", name="a.csv"),
        Document(url="https://x.example/a.pdf"),
        Document(file_id="file_1", wire=NAME),
        Foreign(wire=NAME, value={"type": "input_image", "file_id": "file_2"}),
        Audio(format="wav", data="aGk="),
    )


def test_a_tools_output_may_be_text_or_content_or_anything() -> None:
    content = [
        {"type": "input_text", "text": "Seen."},
        {"type": "input_image", "image_url": "data:image/png;base64,aGk="},
    ]
    outputs: list[object] = ["text", content, {"ok": True}, "", None]
    items = [{"type": "function_call_output", "call_id": "c", "output": each} for each in outputs]
    ((role, results),) = turns(*items)
    assert role == "user"
    assert [result.parts for result in results if isinstance(result, ToolResult)] == [
        (Text(text="text"),),
        (Text(text="Seen."), Image(media_type="image/png", data="aGk=")),
        (Text(text='{"ok":true}'),),
        (),
        (),
    ]


def test_what_the_model_said_at_once_is_one_turn() -> None:
    call = {"type": "function_call", "name": "f", "arguments": {"a": 1}, "call_id": "c"}
    found = turns(
        {"role": "assistant", "content": "One."},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "assistant", "content": "Two."},
        call,
        {"role": "assistant", "content": "Three."},
        {"type": "function_call_output", "call_id": "c", "output": "x"},
        {"role": "user", "content": "And?"},
        {"role": "user", "content": "Well?"},
    )
    assert [(role, len(parts)) for role, parts in found] == [
        ("assistant", 2),
        ("assistant", 3),
        ("user", 2),
        ("user", 1),
    ]
    assert found[0][1] == (Text(text="One."), Refusal(text="No."))
    assert isinstance(found[1][1][1], ToolCall)
    assert found[1][1][1].arguments == '{"a":1}'


def test_items_that_only_this_wire_knows_keep_their_side() -> None:
    kinds = ("web_search_call", "computer_call", "computer_call_output", "compaction")
    found = turns(*({"type": kind, "id": "x"} for kind in kinds))
    assert [role for role, _ in found] == ["assistant", "user", "assistant"]
    body, losses = write(read([{"type": kind, "id": "x"} for kind in kinds]))
    assert [item["type"] for item in body["input"]] == list(kinds)
    assert losses == []


def test_system_turns_lead_or_stay_where_they_are() -> None:
    prompt = read(
        [
            {"role": "system", "content": "A."},
            {"role": "user", "content": "Hi"},
            {"role": "developer", "content": "B."},
        ]
    )
    assert prompt.system == (Text(text="A."),)
    assert [message.role for message in prompt.messages] == [Role.USER, Role.SYSTEM]


TOOLS: list[Json] = [
    {"type": "function", "name": name, "parameters": {}} for name in ("a", "b", "c")
]
FUNCTION = {"type": "function", "name": "a"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("required", ToolChoice(mode="required")),
        ("none", ToolChoice(mode="none")),
        (FUNCTION, ToolChoice(mode="tool", name="a")),
        ({"type": "web_search"}, None),
        ({"type": "custom", "name": "x"}, None),
    ],
)
def test_a_choice_of_tools_is_read(choice: object, expected: ToolChoice | None) -> None:
    prompt = read(tools=TOOLS, tool_choice=choice)
    assert prompt.tool_choice == expected
    assert write(prompt)[0]["tool_choice"] == choice


def test_a_choice_among_some_tools_offers_those_alone() -> None:
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [FUNCTION]}
    prompt = read(tools=TOOLS, tool_choice=allowed)
    assert [tool.name for tool in prompt.tools if isinstance(tool, Tool)] == ["a"]
    assert prompt.tool_choice == ToolChoice(mode="required")
    others = {**allowed, "tools": [FUNCTION, {"type": "web_search"}]}
    kept = read(tools=[*TOOLS, {"type": "web_search"}], tool_choice=others)
    assert len(kept.tools) == 4
    assert kept.extras == {NAME: {"tool_choice": others}}


@pytest.mark.parametrize(
    ("effort", "expected"),
    [
        ("none", Reasoning(effort="off")),
        ("xhigh", Reasoning(effort="xhigh")),
        ("enormous", None),
        (None, None),
    ],
)
def test_an_effort_is_read(effort: str | None, expected: Reasoning | None) -> None:
    assert read(reasoning={"effort": effort}).reasoning == expected


def test_the_shape_of_the_answer_is_read() -> None:
    schema = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    text = {"format": schema, "verbosity": "low"}
    prompt = read(text=text)
    assert prompt.format == Format(
        kind="schema", name="n", schema={"type": "object"}, is_strict=True
    )
    assert write(prompt)[0]["text"] == text
    assert read(text={"format": {"type": "json_object"}}).format == Format(kind="json")
    assert read(text={"format": {"type": "text"}}).format is None


def test_what_asks_for_nothing_is_nothing_to_lose() -> None:
    usual = {"store": False, "background": False, "truncation": "disabled", "include": [SEALED]}
    assert read(**usual).extras == {}
    asked_for = {"store": True, "include": ["file_search_call.results"], "truncation": "auto"}
    assert read(**asked_for).extras == {NAME: asked_for}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": {"id": "conv_1"}}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"input": [{"role": "user", "content": "a"}, {"type": "item_reference", "id": "x"}]}, ""),
    ],
)
def test_what_only_an_upstream_remembers_is_not_translated(fields: Json, param: str) -> None:
    with pytest.raises(Failed) as caught:
        read(**fields) if "input" not in fields else read(fields["input"])
    fault = caught.value.fault
    assert (fault.kind, fault.http_status) == (Kind.UNTRANSLATABLE, 400)
    assert fault.param == (param or "input[1]")
    body = json.dumps({"model": "m", "input": "Hi", **fields}).encode()
    assert {**json.loads(body), "model": "up"} == relay(body)[0]


def test_reasoning_that_is_only_referred_to_is_lost_by_name_and_its_call_is_kept() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    items = [
        {"role": "user", "content": "Hi"},
        {"type": "item_reference", "id": "rs_1"},
        {**call, "id": "fc_1"},
        {"type": "function_call_output", "call_id": "c", "output": "42"},
    ]
    prompt = read(items)
    assert [message.role for message in prompt.messages] == [Role.USER, Role.ASSISTANT, Role.USER]
    crossed, losses = cross(prompt, "openai_chat")
    assert [loss.name for loss in losses] == ["content.item_reference"]
    (kept,) = crossed.messages[1].parts
    assert isinstance(kept, ToolCall)
    assert kept.id == "c"


@pytest.mark.parametrize(
    ("items", "param"),
    [
        ([{"type": "message", "role": "critic", "content": "x"}], "input[0].role"),
        ([{"type": "message", "content": "x"}], "input[0].role"),
        ([{"content": "x"}], "input[0].type"),
        ([7], "input[0]"),
        ([{"role": "user", "content": [{"type": "input_text"}]}], "input[0].content[0].text"),
        ([{"type": "function_call", "name": "f", "arguments": "{}"}], "input[0].call_id"),
        ([{"type": "function_call", "call_id": "c", "arguments": 5, "name": "f"}], "arguments"),
        ([{"type": "function_call_output", "output": "x"}], "input[0]"),
        ({"role": "user"}, "input"),
        (None, "input"),
    ],
)
def test_a_mistake_is_told_with_its_place(items: object, param: str) -> None:
    status, told = refused(json.dumps({"model": "m", "input": items}).encode())
    assert status == 400
    assert told.endswith(param)


def test_half_a_character_is_replaced_wherever_it_stands() -> None:
    for body in (
        b'{"model": "m", "input": "a\\ud83d"}',
        b'{"model": "m", "input": [{"role": "user", "content": "a\\ud83d"}]}',
    ):
        assert WIRE.read_request(body).messages[0].parts == (Text(text="a\ufffd"),)


def test_nothing_of_a_thousand_tools_or_of_strange_ids_is_lost() -> None:
    tools = [{"type": "function", "name": f"t{n}", "parameters": {}} for n in range(1000)]
    call = {"type": "function_call", "call_id": "same", "name": "t1", "arguments": "not json"}
    orphan = {"type": "function_call_output", "call_id": "nobody's", "output": "x"}
    body, losses = write(read([call, call, orphan], tools=tools))
    assert len(body["tools"]) == 1000
    assert [item["call_id"] for item in body["input"]] == ["same", "same", "nobody's"]
    assert body["input"][0]["arguments"] == "not json"
    assert losses == []


def test_a_request_of_ours_keeps_nothing_upstream() -> None:
    history = (
        Message(role=Role.USER, parts=(Text(text="Hi"),)),
        Message(
            role=Role.ASSISTANT,
            parts=(
                Thinking(text="Mine.", seal=Seal(NAME, "ENC")),
                Thinking(text="Theirs.", seal=Seal("anthropic_messages", "sig")),
                Thinking(text="Nobody's."),
                Text(text="Ho"),
                ToolCall(id="c", name="f"),
            ),
        ),
        Message(role=Role.USER, parts=(ToolResult(call_id="c", is_error=True),)),
    )
    prompt = Prompt(
        model="m",
        system=(Text(text="A."), Text(text="B.")),
        messages=history,
        tools=(Tool(name="f"),),
        ceiling_tokens=5,
        reasoning=Reasoning(budget_tokens=8000),
    )
    assert write(prompt) == snapshot(
        (
            {
                "model": "m",
                "input": [
                    {
                        "type": "message",
                        "role": "system",
                        "content": [
                            {"type": "input_text", "text": "A."},
                            {"type": "input_text", "text": "B."},
                        ],
                    },
                    {"type": "message", "role": "user", "content": "Hi"},
                    {
                        "type": "reasoning",
                        "summary": [{"type": "summary_text", "text": "Mine."}],
                        "encrypted_content": "ENC",
                    },
                    {
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "output_text", "text": "Ho"}],
                    },
                    {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c", "output": ""},
                ],
                "store": False,
                "tools": [
                    {
                        "type": "function",
                        "name": "f",
                        "parameters": {"type": "object", "properties": {}},
                        "strict": False,
                    }
                ],
                "reasoning": {"effort": "medium", "summary": "auto"},
                "include": ["reasoning.encrypted_content"],
                "max_output_tokens": 16,
            },
            [
                "reasoning.signature",
                "reasoning.history",
                "tool_result.is_error",
                "reasoning.budget",
                "max_tokens",
            ],
        )
    )


def test_sealed_reasoning_is_asked_for_where_the_model_thinks() -> None:
    hello = Text(text="Hi")
    assert "include" not in write(asked(hello))[0]
    assert "include" not in write(asked(hello, reasoning=Reasoning(effort="off")))[0]
    assert write(asked(hello, reasoning=Reasoning(effort="low")))[0]["include"] == [SEALED]
    assert write(asked(hello, reasoning=Reasoning(effort="off")))[0]["reasoning"] == {
        "effort": "none"
    }


def test_web_search_is_a_tool() -> None:
    body, _ = write(asked(Text(text="Hi"), has_web_search=True))
    assert body["tools"] == [{"type": "web_search"}]
    assert "web_search" not in body


def test_a_relayed_body_keeps_its_bytes_and_takes_what_is_configured() -> None:
    body = b'{"model": "m", "input": [{"role" : "user","content":"x"}], "max_tokens": 9}'
    dialect = Dialect(add={"reasoning.effort": "low", "web_search": True}, drop=("user",))
    written = WIRE.relay_request(body, "up", dialect, False)
    assert b'[{"role" : "user","content":"x"}]' in written.body
    assert json.loads(written.body) == {
        "model": "up",
        "input": [{"role": "user", "content": "x"}],
        "max_output_tokens": 9,
        "reasoning": {"effort": "low"},
        "tools": [{"type": "web_search"}],
    }
    whole, _ = relay(b'{"model": "m", "stream": true}', Dialect(is_whole=True))
    assert whole == {"model": "up", "stream": False}


def test_a_seal_of_another_wire_is_not_relayed() -> None:
    ours = {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"}
    theirs = {**ours, "encrypted_content": "~es.anthropic_messages.open.sig"}
    said = {"role": "user", "content": 'What is "~es."?'}
    body = json.dumps({"model": "m", "input": [said, theirs, ours]}).encode()
    assert relay(body) == ({"model": "up", "input": [said, ours]}, ["reasoning.signature"])
    clean = json.dumps({"model": "m", "input": [said, ours]}).encode()
    assert relay(clean) == ({"model": "up", "input": [said, ours]}, [])
    strange = b'{"model": "m", "input": "\\"~es."}'
    assert relay(strange) == ({"model": "up", "input": '"~es.'}, [])


def test_the_address_may_end_before_the_operation_or_in_it() -> None:
    for base in ("https://x.example/v1", "https://x.example/v1/", "https://x.example/v1/responses"):
        assert WIRE.address(base, Target()) == "https://x.example/v1/responses"
    azure = "https://x.example/openai?api-version=1"
    assert WIRE.address(azure, Target()) == "https://x.example/openai/responses?api-version=1"
