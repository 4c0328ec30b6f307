"""How a prompt is put so that the API takes it, and what is named as lost on the way."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
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
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE

NAME = "anthropic_messages"
HI = Text(text="Hi")
CALL = ToolCall(id="c1", name="add", arguments='{"a": 1.10}')
RESULT = ToolResult(call_id="c1", parts=(Text(text="3"),))
SEALED = Thinking(text="hm", seal=Seal(NAME, "sig"))
TOOL = Tool(name="add", parameters={"type": "object"})


def user(*parts: Part) -> Message:
    return Message(role=Role.USER, parts=parts)


def assistant(*parts: Part) -> Message:
    return Message(role=Role.ASSISTANT, parts=parts)


def system(*parts: Part) -> Message:
    return Message(role=Role.SYSTEM, parts=parts)


def write(*messages: Message, **fields: Any) -> tuple[dict[str, Any], list[str]]:
    prompt = Prompt(model="m", messages=messages or (user(HI),), **fields)
    written = WIRE.write_request(prompt, Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


def turns(*messages: Message) -> list[dict[str, Any]]:
    body, _ = write(*messages)
    found: list[dict[str, Any]] = body["messages"]
    return found


def said(role: str, *texts: str) -> dict[str, Any]:
    blocks = [{"type": "text", "text": text} for text in texts]
    return {"role": role, "content": texts[0] if len(texts) == 1 else blocks}


def test_the_smallest_prompt_gets_the_ceiling_that_the_api_demands() -> None:
    body, losses = write()
    assert body == {"model": "m", "max_tokens": 8192, "messages": [said("user", "Hi")]}
    assert losses == []


def test_turns_of_one_role_become_one() -> None:
    assert turns(user(HI), user(Text(text="there")), assistant(HI), assistant(HI), user(HI)) == [
        said("user", "Hi", "there"),
        said("assistant", "Hi", "Hi"),
        said("user", "Hi"),
    ]


def test_results_stand_first_in_the_turn_after_their_calls() -> None:
    (_, _, turn) = turns(user(HI), assistant(CALL), user(HI), user(RESULT))
    assert [block["type"] for block in turn["content"]] == ["tool_result", "text"]


def test_texts_without_a_word_are_left_out_with_the_turns_they_leave_empty() -> None:
    blank = Text(text=" \n")
    assert turns(user(blank, HI), assistant(Text(text="")), user(HI)) == [said("user", "Hi", "Hi")]


def test_a_conversation_begins_with_the_user() -> None:
    for messages in ((assistant(HI),), (system(HI),), (user(Text(text="")),)):
        body, losses = write(*messages)
        assert body["messages"][0]["role"] == "user"
        assert "messages.first" in losses


def test_words_put_into_the_assistants_mouth_end_without_white_space() -> None:
    assert turns(user(HI), assistant(Text(text="It is \n")))[-1] == said("assistant", "It is")


def test_a_system_turn_from_the_middle_joins_the_system_text() -> None:
    body, losses = write(user(HI), system(Text(text="B")), user(HI), system=(Text(text="A"),))
    assert body["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert body["messages"] == [said("user", "Hi", "Hi")]
    assert losses == ["system.position"]


def test_arguments_keep_their_bytes() -> None:
    prompt = Prompt(model="m", messages=(user(HI), assistant(CALL), user(RESULT)))
    assert b'"input":{"a": 1.10}' in WIRE.write_request(prompt, Dialect()).body


@pytest.mark.parametrize(("arguments", "losses"), [("", []), ('{"a":', ["tool_call.arguments"])])
def test_arguments_that_are_no_object_become_an_empty_one(
    arguments: str, losses: list[str]
) -> None:
    call = replace(CALL, arguments=arguments)
    body, lost = write(user(HI), assistant(call), user(RESULT))
    assert body["messages"][1]["content"][0]["input"] == {}
    assert lost == losses


def test_ids_are_made_fit_and_told_apart_in_calls_and_results_alike() -> None:
    ids = ["functions.add:0", "functions_add_0", "", "functions.add:0"]
    messages = [user(HI)]
    for each in ids:
        call, result = replace(CALL, id=each), replace(RESULT, call_id=each)
        messages += [assistant(call), user(result)]
    written = turns(*messages)[1:]
    calls = [turn["content"][0]["id"] for turn in written[::2]]
    results = [turn["content"][0]["tool_use_id"] for turn in written[1::2]]
    assert calls == results
    assert calls == ["functions_add_0", "functions_add_0_2", "call", "functions_add_0_3"]


def test_every_part_has_its_block() -> None:
    mark = CacheMark("1h")
    pdf = Document(media_type="application/pdf", data="AA", name="T", cache=mark)
    result = ToolResult(
        call_id="c1",
        parts=(Text(text="3"), Image(url="https://x/y.png")),
        is_error=True,
        cache=CacheMark(),
    )
    (_, spoken, turn) = turns(
        user(HI),
        assistant(
            SEALED, Thinking(seal=Seal(NAME, "d", is_redacted=True)), Refusal(text="No"), CALL
        ),
        user(result, Image(data="/9j/AA"), Document(url="https://x/y.pdf"), pdf),
    )
    hour = {"type": "ephemeral", "ttl": "1h"}
    assert spoken["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "No"},
        {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1.1}},
    ]
    source = {"type": "base64", "media_type": "application/pdf", "data": "AA"}
    assert turn["content"] == [
        {
            "type": "tool_result",
            "tool_use_id": "c1",
            "content": [
                {"type": "text", "text": "3"},
                {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}},
            ],
            "is_error": True,
            "cache_control": {"type": "ephemeral"},
        },
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/AA"},
        },
        {"type": "document", "source": {"type": "url", "url": "https://x/y.pdf"}},
        {"type": "document", "source": source, "title": "T", "cache_control": hour},
    ]


def test_a_text_file_in_base64_is_sent_as_its_text() -> None:
    document = Document(media_type="text/plain", data="d29yZHM=")
    assert turns(user(document))[0]["content"][0]["source"] == {
        "type": "text",
        "media_type": "text/plain",
        "data": "words",
    }


@pytest.mark.parametrize(
    ("message", "loss"),
    [
        (user(HI, Audio(format="wav", data="AA")), "content.audio"),
        (user(HI, Image(url="https://x", detail="high")), "content.image.detail"),
        (user(HI, SEALED), "content.thinking"),
        (user(HI, Foreign(wire="other", value={"type": "video"})), "content.video"),
        (user(HI, Document(file_id="f", wire="other")), "content.file_id"),
        (assistant(HI, Image(url="https://x")), "content.image"),
        (assistant(HI, Thinking(text="free")), "reasoning.history"),
        (assistant(HI, Thinking(text="x", seal=Seal("other", "s"))), "reasoning.signature"),
        (assistant(replace(CALL, seal=Seal("other", "s"))), "tool_call.signature"),
        (Message(role=Role.USER, parts=(HI,), name="ann"), "messages.name"),
    ],
)
def test_what_a_turn_cannot_hold_is_named(message: Message, loss: str) -> None:
    _, losses = write(user(HI), message)
    assert loss in losses


@pytest.mark.parametrize(
    ("fields", "loss"),
    [
        ({"sampling": Sampling(seed=1)}, "seed"),
        ({"sampling": Sampling(count=2)}, "n"),
        ({"sampling": Sampling(frequency_penalty=0.5)}, "frequency_penalty"),
        ({"sampling": Sampling(presence_penalty=0.5)}, "presence_penalty"),
        ({"sampling": Sampling(stop=("\n", "END"))}, "stop"),
        ({"sampling": Sampling(temperature=1.7)}, "temperature"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"format": Format(kind="json")}, "response_format"),
        ({"format": Format(kind="schema", schema={}, name="n")}, "response_format.name"),
        ({"tool_choice": ToolChoice(mode="required")}, "tool_choice"),
        ({"is_parallel": False}, "parallel_tool_calls"),
        ({"extras": {"openai_chat": {"logprobs": True}}}, "logprobs"),
        ({"tools": (ForeignTool(wire="other", value={"type": "search"}),)}, "tools.search"),
    ],
)
def test_a_wish_that_the_api_does_not_know_is_named(fields: dict[str, Any], loss: str) -> None:
    body, losses = write(**fields)
    assert losses == [loss]
    assert body["messages"]


def test_a_temperature_above_the_range_is_brought_down_to_it() -> None:
    assert write(sampling=Sampling(temperature=1.7))[0]["temperature"] == 1.0


def test_tools_and_their_choice_are_written_with_what_the_api_demands() -> None:
    tools = (
        Tool(name="now"),
        Tool(name="a", description="d", parameters={"properties": {}}, is_strict=True),
        replace(TOOL, cache=CacheMark(), extras={NAME: {"eager_input_streaming": True}}),
        ForeignTool(wire=NAME, value={"type": "bash_20250124", "name": "bash"}),
    )
    body, losses = write(tools=tools, tool_choice=ToolChoice(mode="required"), is_parallel=False)
    empty = {"type": "object", "properties": {}}
    assert body["tools"] == [
        {"name": "now", "input_schema": empty},
        {"name": "a", "description": "d", "input_schema": empty, "strict": True},
        {
            "name": "add",
            "input_schema": {"type": "object"},
            "cache_control": {"type": "ephemeral"},
            "eager_input_streaming": True,
        },
        {"type": "bash_20250124", "name": "bash"},
    ]
    assert body["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    assert losses == []


@pytest.mark.parametrize(
    ("choice", "is_parallel", "written"),
    [
        (None, None, None),
        (None, True, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice(), None, {"type": "auto"}),
        (ToolChoice(mode="none"), False, {"type": "none"}),
        (ToolChoice(mode="tool", name="add"), None, {"type": "tool", "name": "add"}),
    ],
)
def test_every_choice_has_its_word(
    choice: ToolChoice | None, is_parallel: bool | None, written: object
) -> None:
    body, _ = write(tools=(TOOL,), tool_choice=choice, is_parallel=is_parallel)
    assert body.get("tool_choice") == written


def test_a_schema_for_the_answer_is_kept_as_it_is() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "title": "T"}
    body, losses = write(format=Format(kind="schema", schema=schema, is_strict=True))
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": schema}}
    assert losses == []


@pytest.mark.parametrize(
    ("reasoning", "ceiling", "budget", "max_tokens"),
    [
        (Reasoning(budget_tokens=2000), 5000, 2000, 5000),
        (Reasoning(budget_tokens=2000), None, 2000, 8192),
        (Reasoning(effort="minimal"), None, 1024, 8192),
        (Reasoning(effort="low"), None, 2048, 8192),
        (Reasoning(effort="high"), None, 16384, 20480),
        (Reasoning(effort="high"), 8000, 6000, 8000),
        (Reasoning(effort="low"), 100_000, 2048, 100_000),
        (Reasoning(), None, 8192, 12288),
    ],
)
def test_a_budget_stays_below_the_ceiling(
    reasoning: Reasoning, ceiling: int | None, budget: int, max_tokens: int
) -> None:
    body, losses = write(reasoning=reasoning, ceiling_tokens=ceiling)
    assert body["thinking"] == {"type": "enabled", "budget_tokens": budget}
    assert body["max_tokens"] == max_tokens
    assert losses == []


def test_a_budget_that_fills_the_ceiling_is_shrunk_and_named() -> None:
    body, losses = write(reasoning=Reasoning(budget_tokens=4000), ceiling_tokens=4000)
    assert body["thinking"]["budget_tokens"] == 3600
    assert losses == ["reasoning.budget_tokens"]


def test_adaptive_thinking_and_none_at_all_have_words_of_their_own() -> None:
    body, _ = write(reasoning=Reasoning(is_adaptive=True, effort="high"))
    assert body["thinking"] == {"type": "adaptive"}
    assert body["output_config"] == {"effort": "high"}
    assert write(reasoning=Reasoning(effort="off"))[0]["thinking"] == {"type": "disabled"}


@pytest.mark.parametrize(
    ("messages", "fields"),
    [
        ((), {"ceiling_tokens": 1200}),
        ((), {"tools": (TOOL,), "tool_choice": ToolChoice(mode="required")}),
        ((user(HI), assistant(CALL), user(RESULT)), {"tools": (TOOL,)}),
        ((user(HI), assistant(Thinking(text="free"), CALL), user(RESULT)), {"tools": (TOOL,)}),
        ((user(HI), assistant(HI)), {}),
    ],
)
def test_thinking_is_off_and_named_where_the_api_would_refuse_it(
    messages: tuple[Message, ...], fields: dict[str, Any]
) -> None:
    body, losses = write(*messages, reasoning=Reasoning(effort="high"), **fields)
    assert "thinking" not in body
    assert "reasoning" in losses


def test_thinking_goes_on_where_the_turn_began_with_it() -> None:
    body, losses = write(
        user(HI),
        assistant(SEALED, CALL),
        user(RESULT),
        tools=(TOOL,),
        reasoning=Reasoning(budget_tokens=2000),
    )
    assert body["thinking"]["type"] == "enabled"
    assert losses == []


def test_beside_thinking_tokens_are_drawn_as_the_api_allows() -> None:
    think = Reasoning(is_adaptive=True)
    sampling = Sampling(temperature=0.5, top_k=3, top_p=0.9)
    body, losses = write(reasoning=think, sampling=sampling)
    assert body.keys() & {"temperature", "top_k", "top_p"} == set()
    assert losses == ["temperature", "top_k", "top_p"]
    body, losses = write(reasoning=think, sampling=Sampling(temperature=1, top_p=0.96))
    assert (body["temperature"], body["top_p"], losses) == (1, 0.96, [])


def test_extras_of_this_wire_go_back_where_they_were() -> None:
    extras = {
        NAME: {
            "context_management": {"edits": []},
            "metadata": {"odd": 1},
            "thinking": {"display": "summarized"},
        }
    }
    body, losses = write(extras=extras, user="u", reasoning=Reasoning(is_adaptive=True))
    assert body["context_management"] == {"edits": []}
    assert body["metadata"] == {"odd": 1, "user_id": "u"}
    assert body["thinking"] == {"display": "summarized", "type": "adaptive"}
    assert losses == []
