"""Requests of this wire become prompts."""

import json
from typing import Any

import pytest

from endpoints_server.domain.fault import Failed, Kind
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
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE
from tests.wires.google_generative.excerpts import Json

NAME = "google_generative"
HI: Json = {"role": "user", "parts": [{"text": "Hi"}]}


def read(*contents: object, **fields: Any) -> Prompt:
    return WIRE.read_request(json.dumps({"contents": list(contents), **fields}).encode())


def parts(*told: object) -> tuple[Part, ...]:
    return read({"parts": list(told)}).messages[0].parts


def test_roles_are_those_of_the_user_and_the_model() -> None:
    roles = ("user", "model", "function", "tool", "system", None)
    prompt = read(*({"role": role, "parts": [{"text": "a"}]} for role in roles))
    assert [message.role for message in prompt.messages] == [
        *(Role.USER, Role.ASSISTANT, Role.USER, Role.USER, Role.SYSTEM, Role.USER)
    ]


def test_both_spellings_of_every_field_mean_the_same() -> None:
    camel = read(
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"the_a": 1}}}]},
        {"parts": [{"inlineData": {"mimeType": "image/png", "data": "eA=="}}]},
        systemInstruction={"parts": [{"text": "Be kind."}]},
        generationConfig={
            "maxOutputTokens": 9,
            "topP": 0.5,
            "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 100},
        },
        toolConfig={"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
        tools=[{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"a_b": 1}}]}],
    )
    snake = read(
        {"role": "model", "parts": [{"function_call": {"name": "f", "args": {"the_a": 1}}}]},
        {"parts": [{"inline_data": {"mime_type": "image/png", "data": "eA=="}}]},
        system_instruction={"parts": [{"text": "Be kind."}]},
        generation_config={
            "max_output_tokens": 9,
            "top_p": 0.5,
            "thinking_config": {"include_thoughts": True, "thinking_budget": 100},
        },
        tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": ["f"]}},
        tools=[{"function_declarations": [{"name": "f", "parameters_json_schema": {"a_b": 1}}]}],
    )
    assert camel == snake
    assert camel.tool_choice == ToolChoice(mode="tool", name="f")
    assert camel.reasoning == Reasoning(budget_tokens=100)


@pytest.mark.parametrize(
    "told",
    [
        "Be kind.",
        ["Be kind."],
        {"text": "Be kind."},
        [{"text": "Be kind."}],
        {"parts": {"text": "Be kind."}},
        {"role": "system", "parts": [{"text": "Be kind."}]},
    ],
)
def test_instructions_come_in_many_forms(told: object) -> None:
    assert read(HI, systemInstruction=told).system == (Text(text="Be kind."),)


def test_what_stands_alone_is_a_list_of_itself() -> None:
    body = {"contents": {"parts": {"text": "Hi"}}}
    hello = Message(role=Role.USER, parts=(Text(text="Hi"),))
    assert WIRE.read_request(json.dumps(body).encode()).messages == (hello,)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"text": ""}, (Text(text=""),)),
        ({"text": "hm", "thought": True}, (Thinking(text="hm"),)),
        (
            {"text": "hm", "thought": True, "thoughtSignature": "eA=="},
            (Thinking(text="hm", seal=Seal(NAME, "eA==")),),
        ),
        (
            {"text": "a", "thoughtSignature": "eA=="},
            (Text(text="a"), Thinking(seal=Seal(NAME, "eA==", is_redacted=True))),
        ),
        ({"thoughtSignature": "eA=="}, (Thinking(seal=Seal(NAME, "eA==", is_redacted=True)),)),
        (
            {"inlineData": {"mimeType": "audio/mpeg", "data": "eA=="}},
            (Audio(format="mp3", data="eA=="),),
        ),
        (
            {"inlineData": {"mimeType": "application/pdf", "data": "eA==", "displayName": "a"}},
            (Document(media_type="application/pdf", data="eA==", name="a"),),
        ),
        (
            {"inlineData": {"mimeType": "video/mp4", "data": "eA=="}},
            (
                Foreign(
                    wire=NAME,
                    value={
                        "type": "inlineData",
                        "inlineData": {"mimeType": "video/mp4", "data": "eA=="},
                    },
                ),
            ),
        ),
        (
            {"fileData": {"fileUri": "https://a.example/b.png", "mimeType": "image/png"}},
            (Image(url="https://a.example/b.png"),),
        ),
        (
            {"fileData": {"fileUri": "https://a.example/b", "mimeType": "application/pdf"}},
            (Document(url="https://a.example/b", media_type="application/pdf"),),
        ),
        (
            {"fileData": {"fileUri": "gs://a/b.png", "mimeType": "image/png"}},
            (Document(file_id="gs://a/b.png", media_type="image/png", wire=NAME),),
        ),
        (
            {"executableCode": {"code": "1"}, "thoughtSignature": "eA=="},
            (
                Foreign(
                    wire=NAME,
                    value={
                        "type": "executableCode",
                        "executableCode": {"code": "1"},
                        "thoughtSignature": "eA==",
                    },
                ),
            ),
        ),
        (
            {"text": "a", "videoMetadata": {"fps": 1}},
            (Text(text="a", extras={NAME: {"videoMetadata": {"fps": 1}}}),),
        ),
    ],
)
def test_each_kind_of_part_is_read(told: Json, expected: tuple[Part, ...]) -> None:
    assert parts(told) == expected


def asking(name: str, id: str = "") -> Json:
    return {"functionCall": {"name": name, "args": {}, **({"id": id} if id else {})}}


def giving(name: str, response: object, id: str = "") -> Json:
    told = {"name": name, "response": response, **({"id": id} if id else {})}
    return {"functionResponse": told}


def test_results_find_their_calls_by_id_by_name_and_by_order() -> None:
    prompt = read(
        {"role": "model", "parts": [asking("a"), asking("b"), asking("a"), asking("c", "own")]},
        {"parts": [giving("b", {}), giving("a", {}), giving("c", {}, "own"), giving("other", {})]},
        {"role": "model", "parts": [asking("a")]},
        {"parts": [giving("a", {}), giving("nobody", {})]},
    )
    ids = [
        part.id if isinstance(part, ToolCall) else part.call_id
        for message in prompt.messages
        for part in message.parts
        if isinstance(part, ToolCall | ToolResult)
    ]
    assert ids == [
        *("call_1", "call_2", "call_3", "own", "call_2", "call_1", "own", "call_3"),
        *("call_5", "call_5", "call_nobody"),
    ]


@pytest.mark.parametrize(
    ("response", "text", "is_error"),
    [
        ({"output": "blue"}, "blue", False),
        ({"result": "blue"}, "blue", False),
        ({"error": "no sea"}, "no sea", True),
        ({"temperature": 20}, '{"temperature": 20}', False),
        ({"output": {"a": 1}}, '{"output": {"a": 1}}', False),
    ],
)
def test_what_a_function_gave_is_words_or_json(response: object, text: str, is_error: bool) -> None:
    result = ToolResult(call_id="call_f", parts=(Text(text=text),), is_error=is_error)
    assert parts(giving("f", response)) == (result,)


def test_arguments_keep_their_text_and_their_signature() -> None:
    body = (
        b'{"contents": [{"role": "model", "parts": [{"thoughtSignature": "eA==",'
        b'"functionCall": {"name": "f", "args": {"a": 1.0, "b": 123456789012345678901}}}]}]}'
    )
    call = ToolCall(
        id="call_1",
        name="f",
        arguments='{"a": 1.0, "b": 123456789012345678901}',
        seal=Seal(NAME, "eA=="),
    )
    assert WIRE.read_request(body).messages[0].parts == (call,)


def test_schemas_of_the_older_form_become_json_schema() -> None:
    older = {
        "type": "OBJECT",
        "properties": {
            "type": {"type": "STRING", "nullable": True, "enum": ["a"]},
            "many": {"type": "ARRAY", "items": {"type": "INTEGER"}, "maxItems": "3"},
            "any_of": {"anyOf": [{"type": "NUMBER"}, {"type": "BOOLEAN"}]},
        },
        "required": ["type"],
        "propertyOrdering": ["type"],
    }
    schema = {
        "type": "object",
        "properties": {
            "type": {"type": ["string", "null"], "enum": ["a", None]},
            "many": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
            "any_of": {"anyOf": [{"type": "number"}, {"type": "boolean"}]},
        },
        "required": ["type"],
    }
    function = {"name": "f", "description": "F.", "parameters": older, "behavior": "BLOCKING"}
    config = {"responseMimeType": "application/json", "responseSchema": older}
    prompt = read(HI, tools=[{"functionDeclarations": [function]}], generationConfig=config)
    tool = Tool(
        name="f", description="F.", parameters=schema, extras={NAME: {"behavior": "BLOCKING"}}
    )
    assert prompt.tools == (tool,)
    assert prompt.format == Format(kind="schema", schema=schema)


def test_tools_that_the_vendor_runs_stay_as_they_are() -> None:
    prompt = read(HI, tools=[{"google_search": {}, "functionDeclarations": []}, {"urlContext": {}}])
    assert prompt.tools == (
        ForeignTool(wire=NAME, value={"type": "googleSearch", "googleSearch": {}}, details=()),
        ForeignTool(wire=NAME, value={"type": "urlContext", "urlContext": {}}),
    )
    assert prompt.has_web_search


@pytest.mark.parametrize(
    ("told", "choice", "rest"),
    [
        ({"mode": "AUTO"}, ToolChoice(mode="auto"), {}),
        ({"mode": "NONE"}, ToolChoice(mode="none"), {}),
        ({"mode": "ANY"}, ToolChoice(mode="required"), {}),
        ({"mode": "any"}, ToolChoice(mode="required"), {}),
        ({"mode": "MODE_UNSPECIFIED"}, None, {}),
        ({}, None, {}),
        ({"mode": "VALIDATED"}, ToolChoice(mode="auto"), {"mode": "VALIDATED"}),
        (
            {"mode": "ANY", "allowedFunctionNames": ["a", "b"]},
            ToolChoice(mode="required"),
            {"allowedFunctionNames": ["a", "b"]},
        ),
    ],
)
def test_which_functions_to_call(told: Json, choice: ToolChoice | None, rest: Json) -> None:
    prompt = read(HI, toolConfig={"functionCallingConfig": told})
    assert prompt.tool_choice == choice
    filed = {f"toolConfig.functionCallingConfig.{key}": value for key, value in rest.items()}
    assert prompt.extras == ({NAME: filed} if filed else {})


@pytest.mark.parametrize(
    ("told", "reasoning"),
    [
        ({"thinkingBudget": 0}, Reasoning(effort="off")),
        ({"thinkingBudget": -1}, Reasoning(is_adaptive=True)),
        ({"thinkingBudget": 512, "includeThoughts": True}, Reasoning(budget_tokens=512)),
        ({"thinkingLevel": "HIGH", "includeThoughts": True}, Reasoning(effort="high")),
        ({"thinkingLevel": "minimal"}, Reasoning(effort="minimal")),
        ({"includeThoughts": True}, Reasoning(is_adaptive=True)),
        ({"includeThoughts": False}, None),
        ({}, None),
    ],
)
def test_how_much_to_think(told: Json, reasoning: Reasoning | None) -> None:
    assert read(HI, generationConfig={"thinkingConfig": told}).reasoning == reasoning


def test_how_the_answer_is_made() -> None:
    prompt = read(
        HI,
        generationConfig={
            "temperature": 0.5,
            "topP": 0.9,
            "topK": 40.0,
            "seed": 3,
            "candidateCount": 2,
            "stopSequences": ["HALT"],
            "presencePenalty": 0.1,
            "frequencyPenalty": 0.2,
            "maxOutputTokens": 100,
            "responseMimeType": "application/json",
            "responseModalities": ["TEXT"],
            "responseLogprobs": True,
        },
        safetySettings=[{"category": "X", "threshold": "BLOCK_NONE"}],
        cachedContent="cachedContents/a",
        labels={"team_a": "b_c"},
    )
    assert prompt.sampling == Sampling(
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        seed=3,
        count=2,
        stop=("HALT",),
        presence_penalty=0.1,
        frequency_penalty=0.2,
    )
    assert prompt.ceiling_tokens == 100
    assert prompt.format == Format(kind="json")
    assert prompt.extras == {
        NAME: {
            "generationConfig.responseModalities": ["TEXT"],
            "generationConfig.responseLogprobs": True,
            "safetySettings": [{"category": "X", "threshold": "BLOCK_NONE"}],
            "cachedContent": "cachedContents/a",
            "labels": {"team_a": "b_c"},
        }
    }


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "contents"),
        ({"contents": []}, "contents"),
        ({"contents": "Hi"}, "contents"),
        ({"contents": [{"role": "wizard", "parts": []}]}, "contents[0].role"),
        ({"contents": [HI, {"parts": [{"text": 5}]}]}, "contents[1].parts[0].text"),
        ({"contents": [{"parts": [{}]}]}, "contents[0].parts[0]"),
        (
            {"contents": [{"parts": [{"functionCall": {"args": {}}}]}]},
            "contents[0].parts[0].functionCall.name",
        ),
        (
            {"contents": [{"parts": [{"functionCall": {"name": "f", "args": "{}"}}]}]},
            "contents[0].parts[0].functionCall.args",
        ),
        (
            {"contents": [{"parts": [{"functionResponse": {"name": "f", "response": "a"}}]}]},
            "contents[0].parts[0].functionResponse.response",
        ),
        ({"contents": [HI], "tools": [{"functionDeclarations": [{}]}]}, "tools[0].function"),
        ({"contents": [HI], "generationConfig": {"topK": 0.5}}, "generationConfig.topK"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(body: Json, place: str) -> None:
    with pytest.raises(Failed) as failed:
        WIRE.read_request(json.dumps(body).encode())
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    assert failed.value.fault.message.startswith(place)
    assert failed.value.fault.param.startswith(place)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"contents": [{"parts": [{"text": "\xff"}]}]}',
        b'{"contents": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"contents": [{"parts": [{"text": "a"}]}], "labels": ' + b'{"a":' * 10_000,
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(Failed) as failed:
        WIRE.read_request(body)
    assert failed.value.fault.kind is Kind.BAD_REQUEST


def test_half_a_character_is_read_as_the_replacement_character() -> None:
    body = b'{"contents": [{"parts": [{"text": "a\\ud83d, \\ud83d\\ude00"}]}]}'
    assert WIRE.read_request(body).messages[0].parts == (Text(text="a\ufffd, 😀"),)
