"""Tool loops of the official clients over upstreams that refuse reasoning without their seal."""

import json
from collections.abc import Generator
from typing import Any

import anthropic
import pytest
from google import genai
from google.genai import types

from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.acting import Acting
from tests.upstreams.server import Running

ASKED = "What is the weather like in Oslo?"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
MODELS = {"messages": "demo-messages", "responses": "gpt-5.2", "google": "gemini-3-flash-preview"}
MARKS = (b"~es.", b"fmVzL")


@pytest.fixture(scope="module")
def upstream() -> Generator[Acting]:
    with Running(Acting()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Acting, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    blocks = [
        endpoint(f"the {wire}", wire, upstream.url, [model]) for wire, model in MODELS.items()
    ]
    with serving(config(blocks), tmp_path_factory.mktemp("sealed")) as server:
        yield server


def seals_in(value: Any) -> list[str]:
    """Give every seal of a request, whatever its wire calls them."""
    if isinstance(value, list):
        return [seal for each in value for seal in seals_in(each)]
    if not isinstance(value, dict):
        return []
    names = ("signature", "encrypted_content", "thoughtSignature")
    found = [value[name] for name in names if value.get(name)]
    return found + [seal for each in value.values() for seal in seals_in(each)]


def shown(upstream: Acting) -> list[str]:
    """Give the seals that the upstream was shown last."""
    body = upstream.last.body
    assert not any(mark in body for mark in MARKS)
    return seals_in(json.loads(body))


def messages_turn(server: Serving, model: str, *messages: Any, is_stream: bool) -> Any:
    """Ask as a client of Messages does."""
    options: Any = {
        "model": model,
        "messages": messages,
        "max_tokens": 4000,
        "tools": [{"name": "weather", "input_schema": SCHEMA}],
        "thinking": {"type": "enabled", "budget_tokens": 2000},
    }
    with anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client:
        if not is_stream:
            return client.messages.create(**options)
        with client.messages.stream(**options) as stream:
            return stream.get_final_message()


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize("wire", ["google", "responses"])
def test_a_messages_caller_brings_the_seals_of_other_wires_back(
    wire: str, is_stream: bool, server: Serving, upstream: Acting
) -> None:
    model = MODELS[wire]
    hello = {"role": "user", "content": ASKED}
    said = messages_turn(server, model, hello, is_stream=is_stream)
    assert said.stop_reason == "tool_use"
    back = {"role": "assistant", "content": said.content}
    result = {"type": "tool_result", "tool_use_id": said.content[-1].id, "content": "rain"}
    history = [hello, back, {"role": "user", "content": [result]}]
    done = messages_turn(server, model, *history, is_stream=is_stream)
    assert "rain" in done.content[-1].text
    (seal,) = shown(upstream)
    assert seal != "skip_thought_signature_validator"
    relayed = messages_turn(server, MODELS["messages"], *history, is_stream=is_stream)
    assert "rain" in relayed.content[-1].text
    assert shown(upstream) == []


def google_turn(server: Serving, model: str, *contents: Any, is_stream: bool) -> Any:
    """Ask as a client of Google's does; gives the content of each element."""
    options = types.HttpOptions(base_url=server.url)
    declared = types.FunctionDeclaration(name="weather", parameters_json_schema=SCHEMA)
    settings = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[declared])],
        thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_budget=2000),
    )
    asked: Any = {"model": model, "contents": list(contents), "config": settings}
    with genai.Client(api_key=server.key, http_options=options) as client:
        if not is_stream:
            whole: Any = client.models.generate_content(**asked)
            return [whole.candidates[0].content]
        chunks: Any = client.models.generate_content_stream(**asked)
        return [chunk.candidates[0].content for chunk in chunks]


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize("wire", ["messages", "responses"])
def test_a_google_caller_brings_the_seals_of_other_wires_back(
    wire: str, is_stream: bool, server: Serving, upstream: Acting
) -> None:
    model = MODELS[wire]
    hello = types.Content(role="user", parts=[types.Part(text=ASKED)])
    said = google_turn(server, model, hello, is_stream=is_stream)
    (call,) = [part.function_call for each in said for part in each.parts if part.function_call]
    answer = types.FunctionResponse(id=call.id, name=call.name, response={"output": "rain"})
    result = types.Content(role="user", parts=[types.Part(function_response=answer)])
    done = google_turn(server, model, hello, *said, result, is_stream=is_stream)
    assert "rain" in "".join(part.text or "" for each in done for part in each.parts)
    assert len(shown(upstream)) == 1
    relayed = google_turn(server, MODELS["google"], hello, *said, result, is_stream=is_stream)
    assert "rain" in "".join(part.text or "" for each in relayed for part in each.parts)
    assert shown(upstream) == []
