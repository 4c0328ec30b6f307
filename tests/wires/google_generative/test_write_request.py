"""Prompts become requests of this wire, and what it cannot carry is named."""

import json
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.prompt import (
    Audio,
    Document,
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
PLAIN = Dialect()
SKIP = "skip_thought_signature_validator"
CALL = ToolCall(id="call_1", name="look", arguments='{"at": "sea"}')
RESULT = ToolResult(call_id="call_1", parts=(Text(text="blue"),))
PICTURE = Image(media_type="image/png", data="eA==")


def say(*parts: Part, role: Role = Role.USER) -> Message:
    return Message(role=role, parts=parts)


HI = say(Text(text="Hi"))


def write(
    *messages: Message, model: str = "gemini-2.5-flash", dialect: Dialect = PLAIN, **fields: Any
) -> tuple[Json, set[str]]:
    prompt = Prompt(model=model, messages=messages or (HI,), **fields)
    written = WIRE.write_request(prompt, dialect)
    return json.loads(written.body), {loss.name for loss in written.losses}


def thinking(model: str, asked: Reasoning, rules: ThinkingRules = PLAIN.thinking) -> object:
    body, losses = write(model=model, reasoning=asked, dialect=Dialect(thinking=rules))
    return body.get("generationConfig", {}).get("thinkingConfig"), losses


def test_neither_the_model_nor_the_streaming_stands_in_the_body() -> None:
    body, losses = write(is_stream=True)
    assert body == {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    assert not losses


def test_a_tool_loop_goes_out_with_its_names_and_ids() -> None:
    body, losses = write(
        HI,
        say(Text(text="Let me look."), CALL, role=Role.ASSISTANT),
        say(Text(text="And?"), RESULT),
        tools=(Tool(name="look", description="Looks.", parameters={"type": "object"}),),
        tool_choice=ToolChoice(mode="tool", name="look"),
    )
    assert body["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "Let me look."},
                {"functionCall": {"id": "call_1", "name": "look", "args": {"at": "sea"}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {
                    "functionResponse": {
                        "id": "call_1",
                        "name": "look",
                        "response": {"output": "blue"},
                    }
                },
                {"text": "And?"},
            ],
        },
    ]
    declared = {
        "name": "look",
        "description": "Looks.",
        "parametersJsonSchema": {"type": "object"},
    }
    assert body["tools"] == [{"functionDeclarations": [declared]}]
    config = {"mode": "ANY", "allowedFunctionNames": ["look"]}
    assert body["toolConfig"] == {"functionCallingConfig": config}
    assert not losses


def signatures(body: Json) -> list[str | None]:
    found = [part for turn in body["contents"] for part in turn["parts"] if "functionCall" in part]
    return [part.get("thoughtSignature") for part in found]


def test_a_signature_of_this_wire_goes_back_on_its_call() -> None:
    sealed = ToolCall(id="call_0", name="look", seal=Seal(NAME, "eA=="))
    body, losses = write(HI, say(sealed, CALL, role=Role.ASSISTANT), model="gemini-3-pro-preview")
    assert signatures(body) == ["eA==", None]
    assert not losses


def test_calls_made_elsewhere_say_so_to_a_model_that_wants_signatures() -> None:
    other = ToolCall(id="call_2", name="look", seal=Seal("some_wire", "x"))
    turns = (
        HI,
        say(CALL, other, role=Role.ASSISTANT),
        say(RESULT, ToolResult(call_id="call_2")),
        say(ToolCall(id="call_3", name="look"), role=Role.ASSISTANT),
    )
    body, losses = write(*turns, model="gemini-3.5-flash")
    assert signatures(body) == [SKIP, None, SKIP]
    assert losses == {"tool_call.signature"}
    assert signatures(write(*turns)[0]) == [None, None, None]


def test_turns_of_one_role_are_one_turn_and_instructions_come_first() -> None:
    late = say(Text(text="Be brief."), role=Role.SYSTEM)
    body, losses = write(HI, late, say(Text(text="So?")), system=(Text(text="Be kind."),))
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}, {"text": "So?"}]}]
    assert body["systemInstruction"] == {"parts": [{"text": "Be kind."}, {"text": "Be brief."}]}
    assert losses == {"system.position"}


def test_pictures_that_a_function_gave_stand_where_the_model_looks_for_them() -> None:
    result = ToolResult(call_id="call_1", parts=(Text(text="this"), PICTURE))
    picture = {"inlineData": {"mimeType": "image/png", "data": "eA=="}}
    newer, _ = write(say(CALL, role=Role.ASSISTANT), say(result), model="gemini-3-flash")
    assert newer["contents"][1]["parts"][0]["functionResponse"]["parts"] == [picture]
    older, _ = write(say(CALL, role=Role.ASSISTANT), say(result))
    assert older["contents"][1]["parts"][1:] == [picture]


@pytest.mark.parametrize(
    ("part", "written", "losses"),
    [
        (PICTURE, {"inlineData": {"mimeType": "image/png", "data": "eA=="}}, set()),
        (
            Image(data="/9j/4AAQ"),
            {"inlineData": {"mimeType": "image/jpeg", "data": "/9j/4AAQ"}},
            set(),
        ),
        (
            Image(url="https://a.example/b.webp?c", detail="high"),
            {"fileData": {"fileUri": "https://a.example/b.webp?c", "mimeType": "image/webp"}},
            {"content.image.detail"},
        ),
        (
            Audio(format="wav", data="eA=="),
            {"inlineData": {"mimeType": "audio/wav", "data": "eA=="}},
            set(),
        ),
        (
            Document(data="eA==", name="a.pdf"),
            {"inlineData": {"mimeType": "application/pdf", "data": "eA=="}},
            {"document.name"},
        ),
        (Document(text="all of it"), {"text": "all of it"}, set()),
        (
            Document(file_id="gs://a/b", wire=NAME, media_type="image/png"),
            {"fileData": {"fileUri": "gs://a/b", "mimeType": "image/png"}},
            set(),
        ),
        (Thinking(text="hm"), {"text": "hm", "thought": True}, set()),
        (
            Thinking(text="hm", seal=Seal("some_wire", "x")),
            {"text": "hm", "thought": True},
            {"reasoning.signature"},
        ),
    ],
)
def test_each_part_has_its_form(part: Part, written: Json, losses: set[str]) -> None:
    body, lost = write(say(part, role=Role.ASSISTANT))
    assert body["contents"] == [{"role": "model", "parts": [written]}]
    assert lost == losses


def test_a_conversation_in_which_nobody_speaks_is_opened() -> None:
    body, losses = write(say(Text(text="")))
    assert body["contents"] == [{"role": "user", "parts": [{"text": "…"}]}]
    assert losses == {"messages.first"}


def test_how_the_answer_is_made() -> None:
    body, losses = write(
        ceiling_tokens=100,
        sampling=Sampling(temperature=0.5, top_k=40, seed=3, count=2, stop=("HALT",)),
        format=Format(kind="schema", name="answer", schema={"type": "object"}, is_strict=True),
        has_web_search=True,
        user="somebody",
    )
    assert body["generationConfig"] == {
        "temperature": 0.5,
        "topK": 40,
        "seed": 3,
        "stopSequences": ["HALT"],
        "candidateCount": 2,
        "maxOutputTokens": 100,
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object"},
    }
    assert body["tools"] == [{"googleSearch": {}}]
    assert losses == {"response_format.name", "user"}


@pytest.mark.parametrize(
    ("model", "effort", "config", "losses"),
    [
        ("gemini-2.5-flash", "low", {"thinkingBudget": 2048}, set()),
        ("gemini-2.5-pro", "high", {"thinkingBudget": 32768}, set()),
        ("gemini-2.5-flash-lite", "minimal", {"thinkingBudget": 512}, set()),
        ("models/gemini-3-flash-preview", "medium", {"thinkingLevel": "MEDIUM"}, set()),
        ("gemini-3-pro-preview", "medium", {"thinkingLevel": "HIGH"}, {"reasoning.effort"}),
        ("gemini-3.1-pro-preview", "minimal", {"thinkingLevel": "LOW"}, {"reasoning.effort"}),
        ("gemini-flash-latest", "max", {"thinkingLevel": "HIGH"}, {"reasoning.effort"}),
        ("gemma-4-31b-it", "high", {"thinkingLevel": "HIGH"}, set()),
        ("some-custom", "high", {"thinkingBudget": -1}, {"reasoning.effort"}),
    ],
)
def test_an_effort_is_the_level_or_the_budget_of_the_models_family(
    model: str, effort: str, config: Json, losses: set[str]
) -> None:
    expected = ({"includeThoughts": True, **config}, losses)
    assert thinking(model, Reasoning(effort=effort)) == expected


@pytest.mark.parametrize(
    ("model", "config", "losses"),
    [
        ("gemini-2.5-flash", {"thinkingBudget": 0}, set()),
        ("gemini-2.5-pro", {"thinkingBudget": 128}, {"reasoning.off"}),
        ("gemini-3-flash", {"thinkingLevel": "MINIMAL"}, {"reasoning.off"}),
        ("gemini-3-pro", {"thinkingLevel": "LOW"}, {"reasoning.off"}),
        ("gemini-2.0-flash", None, set()),
    ],
)
def test_who_wants_no_thoughts_gets_as_few_as_there_can_be(
    model: str, config: Json | None, losses: set[str]
) -> None:
    assert thinking(model, Reasoning(effort="off")) == (config, losses)


def test_a_budget_goes_as_it_is_and_the_amount_may_be_the_models_own() -> None:
    budget = Reasoning(budget_tokens=4321)
    shown = {"includeThoughts": True}
    assert thinking("gemini-3-pro", budget) == ({**shown, "thinkingBudget": 4321}, set())
    free = Reasoning(is_adaptive=True)
    assert thinking("gemini-2.5-pro", free) == ({**shown, "thinkingBudget": -1}, set())
    assert thinking("gemini-3-pro", free) == (shown, set())
    assert thinking("gemini-2.0-flash", free) == (None, {"reasoning"})


def test_what_is_said_of_a_model_goes_before_what_its_name_says() -> None:
    asked = Reasoning(effort="medium")
    unable = ThinkingRules(is_able=False)
    assert thinking("gemini-2.5-flash", asked, unable) == (None, {"reasoning"})
    mapped = ThinkingRules(levels={"medium": "HIGH"})
    shown = {"includeThoughts": True}
    assert thinking("own-model", asked, mapped) == ({**shown, "thinkingLevel": "HIGH"}, set())
    fewer = ThinkingRules(levels={"medium": None})
    expected = ({**shown, "thinkingLevel": "HIGH"}, {"reasoning.effort"})
    assert thinking("gemini-3-flash", asked, fewer) == expected


def test_the_configuration_reaches_inside_under_librechats_names() -> None:
    dialect = Dialect(
        add={"generationConfig.topK": 5}, drop=("generationConfig.temperature",), ceiling_tokens=64
    )
    body, _ = write(sampling=Sampling(temperature=0.5), dialect=dialect)
    assert body["generationConfig"] == {"topK": 5, "maxOutputTokens": 64}


def relayed(body: Json, dialect: Dialect = PLAIN) -> Json:
    sent = WIRE.relay_request(json.dumps(body).encode(), "gemini-x", dialect, True)
    read: Json = json.loads(sent.body)
    return read


def test_a_callers_own_body_goes_on_as_it_is() -> None:
    body = {"contents": [{"parts": [{"text": "Hi"}]}], "generation_config": {"top_k": 3}}
    assert relayed(body) == body
    assert relayed({**body, "model": "models/theirs"})["model"] == "models/gemini-x"


def test_a_wish_for_search_becomes_the_vendors_tool_and_a_denial_takes_it_out() -> None:
    wished = relayed({"contents": []}, Dialect(add={"web_search": True}))
    assert wished == {"contents": [], "tools": [{"googleSearch": {}}]}
    body: Json = {"contents": [], "tools": [{"googleSearch": {}}, {"codeExecution": {}}]}
    denied = relayed(body, Dialect(add={"web_search": False}))
    assert denied["tools"] == [{"codeExecution": {}}]


def test_parameters_under_librechats_names_find_their_place() -> None:
    sent = relayed({"contents": [], "max_tokens": 9, "topK": 3, "thinkingBudget": 0})
    assert sent == {
        "contents": [],
        "generationConfig": {
            "maxOutputTokens": 9,
            "topK": 3,
            "thinkingConfig": {"thinkingBudget": 0},
        },
    }
