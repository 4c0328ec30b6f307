"""A model that refuses its own calls without their signature, behind callers of every wire."""

import json
from collections.abc import Generator
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.server import Exchange, Running, Server
from tests.upstreams.speech import GoogleGenerative, Json

MODEL = "gemini-3-flash-preview"
SIGNATURE = "c2lnbmVkLWJ5LXRoZS1tb2RlbA=="
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}}
ASKED: Any = {"role": "user", "content": "Weather in Oslo?"}
SPEECH = GoogleGenerative(MODEL)


async def answer(exchange: Exchange) -> None:
    """Ask for the weather, refuse a call that comes back unsigned, and say what it is like."""
    asked = json.loads(await exchange.read_body())
    parts = [part for turn in asked["contents"] for part in turn["parts"]]
    calls = [part for part in parts if "functionCall" in part]
    if any("thoughtSignature" not in call for call in calls):
        error = SPEECH.error("INVALID_ARGUMENT", "A call is missing a thought_signature.")
        exchange.whole("400 Bad Request", "application/json", json.dumps(error).encode())
        return
    called: Json = {"name": "weather", "args": {"city": "Oslo"}}
    part: Json = {"functionCall": called, "thoughtSignature": SIGNATURE}
    said: list[Json] = [{"text": "It rains."}] if calls else [part]
    if ":stream" in exchange.seen.path:
        exchange.begin()
        exchange.chunk(SPEECH.said(said))
        exchange.chunk(SPEECH.closing()[0])
        exchange.end()
        return
    candidate = {"content": {"parts": said, "role": "model"}, "finishReason": "STOP"}
    body = json.dumps({"candidates": [candidate]}, indent=2).encode()
    exchange.whole("200 OK", "application/json", body)


@pytest.fixture(scope="module")
def upstream() -> Generator[Server]:
    with Running(Server(answer)) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Server, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    text = config([endpoint("Gemini", "google", upstream.url, [MODEL])])
    with serving(text, tmp_path_factory.mktemp("signed")) as server:
        yield server


def signatures(upstream: Server) -> list[str]:
    """Give the signatures of the calls that came back last."""
    contents = json.loads(upstream.last.body)["contents"]
    parts = [part for turn in contents for part in turn["parts"]]
    return [part["thoughtSignature"] for part in parts if "functionCall" in part]


@pytest.mark.parametrize("is_stream", [True, False])
def test_a_chat_caller_brings_the_signature_back(
    is_stream: bool, server: Serving, upstream: Server
) -> None:
    url = f"{server.url}/v1"
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}

    def turn(*messages: Any) -> Any:
        options: Any = {"model": MODEL, "messages": messages, "tools": [tool]}
        with openai.OpenAI(base_url=url, api_key=server.key, max_retries=0) as client:
            if not is_stream:
                return client.chat.completions.create(**options).choices[0].message
            with client.chat.completions.stream(**options) as stream:
                return stream.get_final_completion().choices[0].message

    said = turn(ASKED)
    (call,) = said.tool_calls
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    back = said.to_dict()
    assert turn(ASKED, back, result).content == "It rains."
    assert signatures(upstream) == [SIGNATURE]


@pytest.mark.parametrize("is_stream", [True, False])
def test_a_responses_caller_brings_the_signature_back(
    is_stream: bool, server: Serving, upstream: Server
) -> None:
    url = f"{server.url}/v1"
    tool: Any = {"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}

    def turn(*items: Any) -> Any:
        options: Any = {"model": MODEL, "input": list(items), "tools": [tool], "store": False}
        with openai.OpenAI(base_url=url, api_key=server.key, max_retries=0) as client:
            if not is_stream:
                return client.responses.create(**options)
            with client.responses.stream(**options) as stream:
                return stream.get_final_response()

    said = turn(ASKED)
    (call,) = [item for item in said.output if item.type == "function_call"]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    back = [item.to_dict() for item in said.output]
    assert turn(ASKED, *back, result).output_text == "It rains."
    assert signatures(upstream) == [SIGNATURE]


@pytest.mark.parametrize("is_stream", [True, False])
def test_a_messages_caller_brings_the_signature_back(
    is_stream: bool, server: Serving, upstream: Server
) -> None:
    options: Any = {
        "model": MODEL,
        "max_tokens": 100,
        "tools": [{"name": "weather", "input_schema": SCHEMA}],
    }

    def turn(*messages: Any) -> Any:
        with anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client:
            if not is_stream:
                return client.messages.create(messages=messages, **options)
            with client.messages.stream(messages=messages, **options) as stream:
                return stream.get_final_message()

    said = turn(ASKED)
    sealed, block = said.content
    assert sealed.type == "redacted_thinking"
    assert (said.stop_reason, block.type, block.input) == ("tool_use", "tool_use", {"city": "Oslo"})
    result = {"type": "tool_result", "tool_use_id": block.id, "content": "rain"}
    back = {"role": "assistant", "content": said.content}
    assert turn(ASKED, back, {"role": "user", "content": [result]}).content[0].text == "It rains."
    assert signatures(upstream) == [SIGNATURE]


@pytest.mark.parametrize("is_stream", [True, False])
def test_a_caller_of_the_same_wire_brings_back_what_it_got(
    is_stream: bool, server: Serving, upstream: Server
) -> None:
    options = types.HttpOptions(base_url=server.url)
    declared = types.FunctionDeclaration(name="weather", parameters_json_schema=SCHEMA)
    settings = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])])

    def turn(*contents: Any) -> Any:
        asked: Any = {"model": MODEL, "contents": list(contents), "config": settings}
        with genai.Client(api_key=server.key, http_options=options) as client:
            chunks: Any = [client.models.generate_content(**asked)] if not is_stream else []
            chunks = chunks or client.models.generate_content_stream(**asked)
            return [part for each in chunks for part in each.candidates[0].content.parts or []]

    hello = types.Content(role="user", parts=[types.Part(text="Weather in Oslo?")])
    called = [part for part in turn(hello) if part.function_call]
    assert [part.function_call.args for part in called] == [{"city": "Oslo"}]
    result = types.Part.from_function_response(name="weather", response={"output": "rain"})
    again = turn(
        hello,
        types.Content(role="model", parts=called),
        types.Content(role="user", parts=[result]),
    )
    assert "".join(part.text or "" for part in again) == "It rains."
    assert signatures(upstream) == [SIGNATURE]
