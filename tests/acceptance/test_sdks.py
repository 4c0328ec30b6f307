"""The official SDKs against the served demo, as their users have them."""

import base64
import json
from collections.abc import Generator
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pytest
from pydantic import BaseModel

from tests.acceptance.process import Process, served

TIMED_OUT = (openai.APITimeoutError, httpx2.TimeoutException)
"""What the SDK raises before an answer has begun, and after."""

KEY = "the-key-of-the-sdk-tests"
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(32)).decode()
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]
every_model = pytest.mark.parametrize("model", ["demo-chat", "demo-messages"])


class Place(BaseModel):
    """What a structured answer holds."""

    city: str
    people: int


def chat_tools(*names: str) -> Any:
    return [
        {"type": "function", "function": {"name": each, "parameters": SCHEMA}} for each in names
    ]


def tools(*names: str) -> Any:
    return [{"name": name, "input_schema": SCHEMA} for name in names]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    with served(tmp_path_factory.mktemp("sdks"), ES_ADMIN_KEY=KEY) as running:
        yield running


@pytest.fixture
def chat(server: Process) -> Generator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=KEY) as client:
        yield client


@pytest.fixture
def messages(server: Process) -> Generator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key=KEY) as client:
        yield client


@every_model
async def test_both_sdks_chat_and_stream_asynchronously(server: Process, model: str) -> None:
    async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=KEY) as chat:
        whole = await chat.chat.completions.create(model=model, messages=HELLO)
        async with chat.chat.completions.stream(model=model, messages=HELLO) as stream:
            final = await stream.get_final_completion()
    async with anthropic.AsyncAnthropic(base_url=server.url, api_key=KEY) as messages:
        message = await messages.messages.create(model=model, messages=HELLO, max_tokens=200)
        async with messages.messages.stream(
            model=model, messages=HELLO, max_tokens=200
        ) as streamed:
            text = "".join([each async for each in streamed.text_stream])
    said = whole.choices[0].message.content
    assert said
    assert "Hello" in said
    assert said == final.choices[0].message.content == text
    assert message.content[0].type == "text"
    assert message.content[0].text == said
    assert (final.choices[0].finish_reason, message.stop_reason) == ("stop", "end_turn")


@every_model
@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
def test_a_tool_is_called_run_and_answered_with_openai(
    chat: openai.OpenAI, model: str, is_stream: bool
) -> None:
    asked: list[Any] = [{"role": "user", "content": "Weather in Oslo?"}]

    def turn() -> Any:
        if not is_stream:
            done = chat.chat.completions.create(
                model=model, messages=asked, tools=chat_tools("weather")
            )
            return done.choices[0]
        with chat.chat.completions.stream(
            model=model, messages=asked, tools=chat_tools("weather")
        ) as stream:
            return stream.get_final_completion().choices[0]

    first = turn()
    assert first.finish_reason == "tool_calls"
    (call,) = first.message.tool_calls
    assert call.function.name == "weather"
    assert set(json.loads(call.function.arguments)) == {"city"}
    asked.append(first.message.to_dict())
    asked.append({"role": "tool", "tool_call_id": call.id, "content": "Snow, four below"})
    last = turn()
    assert last.finish_reason == "stop"
    assert "Snow, four below" in last.message.content


@every_model
@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
def test_a_tool_is_called_run_and_answered_with_anthropic(
    messages: anthropic.Anthropic, model: str, is_stream: bool
) -> None:
    asked: list[Any] = [{"role": "user", "content": "Weather in Oslo?"}]
    options: dict[str, Any] = {"model": model, "max_tokens": 300, "tools": tools("weather")}

    def turn() -> anthropic.types.Message:
        if not is_stream:
            done: anthropic.types.Message = messages.messages.create(messages=asked, **options)
            return done
        with messages.messages.stream(messages=asked, **options) as stream:
            return stream.get_final_message()

    first = turn()
    assert first.stop_reason == "tool_use"
    (use,) = [block for block in first.content if block.type == "tool_use"]
    assert set(use.input) == {"city"}
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "Snow, four below"}
    asked.append({"role": "assistant", "content": first.to_dict()["content"]})
    asked.append({"role": "user", "content": [result]})
    last = turn()
    assert last.stop_reason == "end_turn"
    assert last.content[0].type == "text"
    assert "Snow, four below" in last.content[0].text


@every_model
def test_the_runner_of_tools_goes_on_where_nobody_keeps_its_conversation(
    messages: anthropic.Anthropic, model: str
) -> None:
    cities: list[str] = []

    @anthropic.beta_tool
    def weather(city: str) -> str:
        """Tells the weather of a city."""
        cities.append(city)
        return "Snow, four below"

    runner = messages.beta.messages.tool_runner(
        model=model,
        max_tokens=300,
        messages=[{"role": "user", "content": "Weather in Oslo?"}],
        tools=[weather],
    )
    *_, last = runner
    assert cities == ["Weather in Oslo?"]
    assert last.content[0].type == "text"
    assert "Snow, four below" in last.content[0].text


@every_model
def test_a_tool_can_be_forced_and_parallel_results_are_understood(
    chat: openai.OpenAI, messages: anthropic.Anthropic, model: str
) -> None:
    forced: Any = {"type": "function", "function": {"name": "news"}}
    done = chat.chat.completions.create(
        model=model, messages=HELLO, tools=chat_tools("weather", "news"), tool_choice=forced
    )
    (call,) = done.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "news"
    message = messages.messages.create(
        model=model,
        max_tokens=300,
        messages=HELLO,
        tools=tools("weather", "news"),
        tool_choice={"type": "tool", "name": "news"},
    )
    assert [block.name for block in message.content if block.type == "tool_use"] == ["news"]
    uses = [
        {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": {"city": "Oslo"}}
        for name in ("weather", "news")
    ]
    results = [
        {"type": "tool_result", "tool_use_id": use["id"], "content": f"{use['name']} is good"}
        for use in uses
    ]
    both: list[Any] = [
        *HELLO,
        {"role": "assistant", "content": uses},
        {"role": "user", "content": results},
    ]
    answered = messages.messages.create(
        model=model, max_tokens=300, messages=both, tools=tools("weather", "news")
    )
    assert answered.stop_reason == "end_turn"


@every_model
def test_a_structured_answer_is_parsed(
    chat: openai.OpenAI, messages: anthropic.Anthropic, model: str
) -> None:
    done = chat.chat.completions.parse(model=model, messages=HELLO, response_format=Place)
    place = done.choices[0].message.parsed
    assert isinstance(place, Place)
    message = messages.messages.parse(
        model=model, max_tokens=300, messages=HELLO, output_format=Place
    )
    assert message.parsed_output == place


def test_reasoning_is_shown_on_both_wires(
    chat: openai.OpenAI, messages: anthropic.Anthropic
) -> None:
    done = chat.chat.completions.create(
        model="demo-reasoner", messages=HELLO, reasoning_effort="low"
    )
    assert getattr(done.choices[0].message, "reasoning_content", "")
    crossed = messages.messages.create(
        model="demo-reasoner",
        max_tokens=4000,
        messages=HELLO,
        thinking={"type": "enabled", "budget_tokens": 1024},
    )
    straight = messages.messages.create(
        model="demo-messages",
        max_tokens=4000,
        messages=HELLO,
        thinking={"type": "enabled", "budget_tokens": 1024},
    )
    for message in (crossed, straight):
        assert [block.type for block in message.content] == ["thinking", "text"]


@every_model
def test_an_image_is_sent_along(
    chat: openai.OpenAI, messages: anthropic.Anthropic, model: str
) -> None:
    url = f"data:image/png;base64,{PIXEL}"
    parts: list[Any] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    done = chat.chat.completions.create(model=model, messages=[{"role": "user", "content": parts}])
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    blocks: Any = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    message = messages.messages.create(
        model=model, max_tokens=200, messages=[{"role": "user", "content": blocks}]
    )
    assert "What is this?" in (done.choices[0].message.content or "")
    assert message.content[0].type == "text"
    assert "What is this?" in message.content[0].text


def test_models_are_listed_and_retrieved(
    chat: openai.OpenAI, messages: anthropic.Anthropic
) -> None:
    expected = ["demo-chat", "demo-reasoner", "demo-messages"]
    assert [each.id for each in chat.models.list()] == expected
    assert [each.id for each in messages.models.list(limit=2)] == expected
    for name in (*expected, "demo-anthropic/demo-messages"):
        assert chat.models.retrieve(name).id == name
        assert messages.models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError):
        chat.models.retrieve("nobody")
    with pytest.raises(anthropic.NotFoundError):
        messages.models.retrieve("nobody")


def test_errors_are_the_sdks_own_with_request_ids_and_are_not_tried_again(server: Process) -> None:
    url = f"{server.url}/v1"
    with (
        openai.OpenAI(base_url=url, api_key="es-wrong", max_retries=3) as chat,
        pytest.raises(openai.AuthenticationError) as denied,
    ):
        chat.chat.completions.create(model="demo-chat", messages=HELLO)
    with (
        openai.OpenAI(base_url=url, api_key=KEY, max_retries=3) as chat,
        pytest.raises(openai.NotFoundError) as unknown,
    ):
        chat.chat.completions.create(model="demo-chta", messages=HELLO)
    assert unknown.value.code == "model_not_found"
    assert "demo-chat" in unknown.value.message
    with (
        anthropic.Anthropic(base_url=server.url, api_key="es-wrong", max_retries=3) as messages,
        pytest.raises(anthropic.AuthenticationError) as refused,
    ):
        messages.messages.create(model="demo-chat", messages=HELLO, max_tokens=9)
    with (
        anthropic.Anthropic(base_url=server.url, api_key=KEY, max_retries=3) as messages,
        pytest.raises(anthropic.BadRequestError) as invalid,
    ):
        messages.messages.create(model="demo-messages", messages=[], max_tokens=-1)
    for found in (denied.value, unknown.value, refused.value, invalid.value):
        assert found.request_id
        assert found.response.headers["x-request-id"] == found.request_id
        assert found.response.headers.get("x-should-retry", "false") == "false"
        assert found.response.request.headers["x-stainless-retry-count"] == "0"


def test_a_timeout_of_the_sdk_leaves_the_server_well(server: Process) -> None:
    url = f"{server.url}/v1"
    with openai.OpenAI(base_url=url, api_key=KEY, max_retries=1, timeout=0.0005) as client:
        with pytest.raises(TIMED_OUT):  # the pieces of a stream are milliseconds apart
            list(client.chat.completions.create(model="demo-chat", messages=HELLO, stream=True))
        patient = client.with_options(timeout=20)
        assert patient.chat.completions.create(model="demo-chat", messages=HELLO).choices


@every_model
def test_raw_answers_carry_their_receipt(
    server: Process, chat: openai.OpenAI, messages: anthropic.Anthropic, model: str
) -> None:
    of_chat = chat.chat.completions.with_raw_response.create(model=model, messages=HELLO)
    of_messages = messages.messages.with_raw_response.create(
        model=model, messages=HELLO, max_tokens=200
    )
    for headers in (of_chat.headers, of_messages.headers):
        assert headers["x-es-cost-status"] == "exact"
        told = httpx.get(
            f"{server.url}/me/usage/{headers['request-id']}", headers={"x-api-key": KEY}
        )
        assert headers["x-es-cost"] in told.text
        assert float(headers["x-es-cost"]) > 0
    assert of_chat.parse()._request_id == of_chat.headers["x-request-id"]
    assert of_messages.parse()._request_id == of_messages.headers["request-id"]
