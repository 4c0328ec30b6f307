"""The demo upstream as the official SDKs meet it: whole and streamed, tools and reasoning."""

import asyncio
import json
from collections.abc import AsyncIterator

import anthropic
import msgspec
import openai
import pytest
import pytest_asyncio
from anthropic.types import MessageParam, ToolParam
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from endpoints_server.demo.catalog import CHAT, KEY, MESSAGES, REASONER
from endpoints_server.demo.upstream import DemoUpstream

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
    },
    "required": ["city"],
}
FUNCTION: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": SCHEMA},
}
TOOL: ToolParam = {"name": "get_weather", "input_schema": SCHEMA}


@pytest_asyncio.fixture
async def demo() -> AsyncIterator[DemoUpstream]:
    upstream = DemoUpstream(delay_seconds=0)
    await upstream.start()
    yield upstream
    await upstream.close()


@pytest_asyncio.fixture
async def chat(demo: DemoUpstream) -> AsyncIterator[openai.AsyncOpenAI]:
    url = f"{demo.address}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0) as client:
        yield client


@pytest_asyncio.fixture
async def messages(demo: DemoUpstream) -> AsyncIterator[anthropic.AsyncAnthropic]:
    address = demo.address
    async with anthropic.AsyncAnthropic(base_url=address, api_key=KEY, max_retries=0) as client:
        yield client


def said(*turns: tuple[str, str]) -> list[ChatCompletionMessageParam]:
    turned: list[ChatCompletionMessageParam] = []
    for role, content in turns:
        if role == "assistant":
            turned.append({"role": "assistant", "content": content})
        else:
            turned.append({"role": "user", "content": content})
    return turned


async def test_a_chat_is_answered_whole_with_the_words_that_were_said(
    chat: openai.AsyncOpenAI,
) -> None:
    reply = await chat.chat.completions.create(model=CHAT, messages=said(("user", "Good morning")))
    assert reply.choices[0].finish_reason == "stop"
    assert "Good morning" in (reply.choices[0].message.content or "")
    assert reply.usage
    assert reply.usage.prompt_tokens > 0
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


async def test_a_chat_streams_the_same_words_in_many_pieces(chat: openai.AsyncOpenAI) -> None:
    asked = said(("user", "Good morning"))
    whole = await chat.chat.completions.create(model=CHAT, messages=asked)
    stream = await chat.chat.completions.create(
        model=CHAT, messages=asked, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 10
    assert chunks[-1].usage == whole.usage


async def test_a_stream_tells_usage_only_where_it_was_asked_for(chat: openai.AsyncOpenAI) -> None:
    stream = await chat.chat.completions.create(
        model=CHAT, messages=said(("user", "Hi")), stream=True
    )
    chunks = [chunk async for chunk in stream]
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_a_chat_calls_a_tool_and_answers_once_it_has_the_result(
    chat: openai.AsyncOpenAI,
) -> None:
    turns = said(("user", "Weather in Paris?"))
    first = await chat.chat.completions.create(model=CHAT, messages=turns, tools=[FUNCTION])
    assert first.choices[0].finish_reason == "tool_calls"
    (call,) = first.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Weather in Paris?", "unit": "celsius"}
    again: list[ChatCompletionMessageParam] = [
        *turns,
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": call.function.arguments},
                }
            ],
        },
        {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"},
    ]
    second = await chat.chat.completions.create(model=CHAT, messages=again, tools=[FUNCTION])
    assert second.choices[0].finish_reason == "stop"
    assert "21 degrees" in (second.choices[0].message.content or "")


async def test_a_tool_call_streams_its_arguments_in_pieces(chat: openai.AsyncOpenAI) -> None:
    stream = await chat.chat.completions.create(
        model=CHAT, messages=said(("user", "Weather?")), tools=[FUNCTION], stream=True
    )
    arguments: list[str] = []
    async for chunk in stream:
        for call in chunk.choices[0].delta.tool_calls or []:
            assert call.function
            arguments.append(call.function.arguments or "")
    assert len(arguments) > 3
    assert json.loads("".join(arguments))["city"] == "Weather?"


async def test_tools_are_left_alone_where_none_may_be_called(chat: openai.AsyncOpenAI) -> None:
    reply = await chat.chat.completions.create(
        model=CHAT, messages=said(("user", "Hi")), tools=[FUNCTION], tool_choice="none"
    )
    assert reply.choices[0].message.tool_calls is None


async def test_a_chat_reasons_when_asked_and_the_reasoner_always(
    chat: openai.AsyncOpenAI,
) -> None:
    asked = said(("user", "Think"))
    plain = await chat.chat.completions.create(model=CHAT, messages=asked)
    thinking = await chat.chat.completions.create(
        model=CHAT, messages=asked, reasoning_effort="low"
    )
    reasoner = await chat.chat.completions.create(model=REASONER, messages=asked)
    assert "reasoning_content" not in (plain.choices[0].message.model_extra or {})
    for reply in (thinking, reasoner):
        assert (reply.choices[0].message.model_extra or {})["reasoning_content"]
        assert reply.usage
        assert reply.usage.completion_tokens_details
        assert (reply.usage.completion_tokens_details.reasoning_tokens or 0) > 0


async def test_a_ceiling_and_a_stop_sequence_end_a_chat(chat: openai.AsyncOpenAI) -> None:
    asked = said(("user", "Hi"))
    cut = await chat.chat.completions.create(model=CHAT, messages=asked, max_tokens=3)
    stopped = await chat.chat.completions.create(model=CHAT, messages=asked, stop=["demo", "zzz"])
    assert cut.choices[0].finish_reason == "length"
    assert cut.usage
    assert cut.usage.completion_tokens == 3
    assert stopped.choices[0].finish_reason == "stop"
    assert "demo" not in (stopped.choices[0].message.content or "demo")


async def test_what_was_said_before_counts_as_cached(chat: openai.AsyncOpenAI) -> None:
    turns = said(("user", "One two three"), ("assistant", "Four"), ("user", "Five"))
    reply = await chat.chat.completions.create(model=CHAT, messages=turns)
    assert reply.usage
    assert reply.usage.prompt_tokens_details
    cached = reply.usage.prompt_tokens_details.cached_tokens or 0
    assert 0 < cached < reply.usage.prompt_tokens


async def test_an_answer_satisfies_the_schema_that_was_asked_for(chat: openai.AsyncOpenAI) -> None:
    reply = await chat.chat.completions.create(
        model=CHAT,
        messages=said(("user", "Paris")),
        response_format={"type": "json_schema", "json_schema": {"name": "p", "schema": SCHEMA}},
    )
    assert json.loads(reply.choices[0].message.content or "")["unit"] == "celsius"


async def test_a_chat_that_makes_no_sense_is_refused(chat: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await chat.chat.completions.create(model="gpt-9", messages=said(("user", "Hi")))
    with pytest.raises(openai.BadRequestError, match="messages"):
        await chat.chat.completions.create(model=CHAT, messages=[])
    with pytest.raises(openai.BadRequestError, match="n"):
        await chat.chat.completions.create(model=CHAT, messages=said(("user", "Hi")), n=2)
    with pytest.raises(openai.AuthenticationError):
        await chat.with_options(api_key="sk-another").models.list()
    with pytest.raises(openai.NotFoundError):
        await chat.embeddings.create(model=CHAT, input="Hi")


async def test_each_wire_lists_its_own_models(
    chat: openai.AsyncOpenAI, messages: anthropic.AsyncAnthropic
) -> None:
    assert [model.id async for model in chat.models.list()] == [CHAT, REASONER]
    assert [model.id async for model in messages.models.list()] == [MESSAGES]


def asked(text: str) -> list[MessageParam]:
    return [{"role": "user", "content": text}]


async def test_a_message_is_answered_whole_and_streamed_alike(
    messages: anthropic.AsyncAnthropic,
) -> None:
    whole = await messages.messages.create(
        model=MESSAGES, max_tokens=500, messages=asked("Good morning")
    )
    async with messages.messages.stream(
        model=MESSAGES, max_tokens=500, messages=asked("Good morning")
    ) as stream:
        pieces = [piece async for piece in stream.text_stream]
        streamed = await stream.get_final_message()
    assert whole.stop_reason == "end_turn"
    assert whole.content[0].type == "text"
    assert "Good morning" in whole.content[0].text
    assert "".join(pieces) == whole.content[0].text
    assert len(pieces) > 10
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    assert streamed.usage.input_tokens == whole.usage.input_tokens > 0


async def test_a_message_thinks_calls_a_tool_and_takes_its_own_thinking_back(
    messages: anthropic.AsyncAnthropic,
) -> None:
    async with messages.messages.stream(
        model=MESSAGES,
        max_tokens=4000,
        thinking={"type": "enabled", "budget_tokens": 2000},
        tools=[TOOL],
        messages=asked("Weather in Rome?"),
    ) as stream:
        first = await stream.get_final_message()
    thinking, call = first.content
    assert first.stop_reason == "tool_use"
    assert thinking.type == "thinking"
    assert thinking.signature
    assert call.type == "tool_use"
    assert call.input == {"city": "Weather in Rome?", "unit": "celsius"}
    turns: list[MessageParam] = [
        *asked("Weather in Rome?"),
        {
            "role": "assistant",
            "content": [
                {
                    "type": "thinking",
                    "thinking": thinking.thinking,
                    "signature": thinking.signature,
                },
                {"type": "tool_use", "id": call.id, "name": call.name, "input": call.input},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "rain"}],
        },
    ]
    second = await messages.messages.create(
        model=MESSAGES, max_tokens=500, tools=[TOOL], messages=turns
    )
    assert second.content[0].type == "text"
    assert "rain" in second.content[0].text
    assert (second.usage.cache_read_input_tokens or 0) > 0
    forged: MessageParam = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "forged", "signature": "bm8="}],
    }
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        await messages.messages.create(
            model=MESSAGES, max_tokens=500, messages=[*asked("Hi"), forged, *asked("Hi")]
        )


async def test_a_ceiling_and_a_stop_sequence_end_a_message(
    messages: anthropic.AsyncAnthropic,
) -> None:
    cut = await messages.messages.create(model=MESSAGES, max_tokens=2, messages=asked("Hi"))
    stopped = await messages.messages.create(
        model=MESSAGES, max_tokens=500, stop_sequences=["demo"], messages=asked("Hi")
    )
    assert (cut.stop_reason, cut.usage.output_tokens) == ("max_tokens", 2)
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "demo")


async def test_a_tool_call_that_is_cut_off_ends_by_its_ceiling(
    messages: anthropic.AsyncAnthropic, chat: openai.AsyncOpenAI
) -> None:
    cut = await messages.messages.create(
        model=MESSAGES, max_tokens=2, tools=[TOOL], messages=asked("Weather?")
    )
    assert cut.stop_reason == "max_tokens"
    other = await chat.chat.completions.create(
        model=CHAT, max_tokens=2, tools=[FUNCTION], messages=said(("user", "Weather?"))
    )
    assert other.choices[0].finish_reason == "length"


async def test_a_beginning_that_is_marked_is_written_to_the_cache(
    messages: anthropic.AsyncAnthropic,
) -> None:
    reply = await messages.messages.create(
        model=MESSAGES,
        max_tokens=100,
        system=[
            {
                "type": "text",
                "text": "You are a patient teacher.",
                "cache_control": {"type": "ephemeral"},
            }
        ],
        messages=asked("Hi"),
    )
    assert (reply.usage.cache_creation_input_tokens or 0) > 0
    assert reply.usage.input_tokens > 0


async def test_the_tokens_of_a_message_are_counted_beforehand(
    messages: anthropic.AsyncAnthropic,
) -> None:
    counted = await messages.messages.count_tokens(model=MESSAGES, messages=asked("One two"))
    reply = await messages.messages.create(model=MESSAGES, max_tokens=10, messages=asked("One two"))
    assert counted.input_tokens == reply.usage.input_tokens


async def test_a_message_that_makes_no_sense_is_refused(
    messages: anthropic.AsyncAnthropic,
) -> None:
    with pytest.raises(anthropic.NotFoundError):
        await messages.messages.create(model="claude-9", max_tokens=1, messages=asked("Hi"))
    with pytest.raises(anthropic.BadRequestError, match="max_tokens"):
        await messages.messages.create(model=MESSAGES, max_tokens=0, messages=asked("Hi"))
    with pytest.raises(anthropic.AuthenticationError):
        await messages.with_options(api_key="another").models.list()


async def test_closing_breaks_off_what_is_being_answered() -> None:
    upstream = DemoUpstream(delay_seconds=60)
    await upstream.start()
    port = int(upstream.address.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = msgspec.json.encode(
        {"model": CHAT, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    )
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: demo\r\nauthorization: Bearer {KEY}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    await reader.readuntil(b"data: ")
    await upstream.close()
    async with asyncio.timeout(5):
        rest = await reader.read()
    assert b"[DONE]" not in rest
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
