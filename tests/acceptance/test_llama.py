"""A real upstream, llama.cpp, behind the server: both wires, straight and crossed."""

import time
from collections.abc import Callable, Generator
from typing import Any

import anthropic
import httpx
import openai
import pytest

from endpoints_server.domain.money.entry import Entry, Outcome, UsageStatus
from tests.acceptance.conftest import Llama, llama_serving
from tests.serving import Serving, serving

KEY = "sk-the-key-of-the-house-4711"
TURNS: list[Any] = [{"role": "user", "content": "hello world"}]
LONG: list[Any] = [{"role": "user", "content": "hello " * 3000}]
YAML = """\
version: 1.3.5
endpoints:
  custom:
    - name: Chat
      apiKey: {key}
      baseURL: {url}/v1
      models: {{default: [tiny]}}
    - name: Messages
      provider: anthropic
      apiKey: {key}
      baseURL: {url}
      models: {{default: [tiny]}}
    - name: Wrong Chat
      apiKey: sk-not-the-key-at-all-0815
      baseURL: {url}/v1
      models: {{default: [tiny]}}
    - name: Wrong Messages
      provider: anthropic
      apiKey: sk-not-the-key-at-all-0815
      baseURL: {url}
      models: {{default: [tiny]}}
"""
every_model = pytest.mark.parametrize("model", ["chat/tiny", "messages/tiny"])


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Generator[Llama]:
    with llama_serving(tmp_path_factory.mktemp("llama"), KEY) as running:
        yield running


@pytest.fixture(scope="module")
def server(llama: Llama, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    text = YAML.format(url=llama.url, key=KEY)
    with serving(text, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def chat(server: Serving) -> Generator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0) as client:
        yield client


@pytest.fixture
def messages(server: Serving) -> Generator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client:
        yield client


def entry_of(server: Serving) -> Entry:
    (entry,) = server.latest()
    return entry


def assert_paid(server: Serving, prompt_tokens: int, completion_tokens: int) -> None:
    entry = entry_of(server)
    assert entry.outcome is Outcome.DELIVERED
    assert entry.usage_status is UsageStatus.REPORTED
    assert entry.usage.total_input == prompt_tokens > 0
    assert entry.usage.total_output == completion_tokens > 0


@every_model
def test_a_whole_answer_comes_and_can_be_repeated_by_its_seed(
    server: Serving, chat: openai.OpenAI, model: str
) -> None:
    def say() -> str | None:
        done = chat.chat.completions.create(
            model=model, messages=TURNS, max_tokens=12, temperature=0.9, seed=5
        )
        assert done.usage
        assert_paid(server, done.usage.prompt_tokens, done.usage.completion_tokens)
        return done.choices[0].message.content

    said = say()
    assert said
    if model == "chat/tiny":  # the other wire has no seed, and says so
        assert say() == said
    else:
        assert "seed" in entry_of(server).losses


@every_model
def test_a_stream_ends_with_the_usage_that_the_ledger_has(
    server: Serving, chat: openai.OpenAI, model: str
) -> None:
    chunks = list(
        chat.chat.completions.create(
            model=model,
            messages=TURNS,
            max_tokens=12,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    usage = chunks[-1].usage
    assert usage
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1]
    assert_paid(server, usage.prompt_tokens, usage.completion_tokens)


@every_model
def test_a_message_comes_whole_and_streamed(
    server: Serving, messages: anthropic.Anthropic, model: str
) -> None:
    whole = messages.messages.create(model=model, max_tokens=9, messages=TURNS)
    assert whole.content[0].type == "text"
    assert whole.stop_reason in ("max_tokens", "end_turn")
    usage = whole.usage
    total = usage.input_tokens + (usage.cache_read_input_tokens or 0)
    assert_paid(server, total, usage.output_tokens)
    with messages.messages.stream(model=model, max_tokens=9, messages=TURNS) as stream:
        assert "".join(stream.text_stream)
        usage = stream.get_final_message().usage
    total = usage.input_tokens + (usage.cache_read_input_tokens or 0)
    assert_paid(server, total, usage.output_tokens)


def slots(llama: Llama) -> list[bool]:
    """Say which of llama.cpp's slots are at work."""
    asked = httpx.get(f"{llama.url}/slots", headers={"authorization": f"Bearer {KEY}"})
    return [slot["is_processing"] for slot in asked.json()]


def becomes(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait for something, but no longer than so many seconds."""
    give_up_at = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


@every_model
@pytest.mark.parametrize("wire", ["openai", "anthropic"])
def test_a_client_that_leaves_stops_the_model(
    llama: Llama,
    server: Serving,
    chat: openai.OpenAI,
    messages: anthropic.Anthropic,
    model: str,
    wire: str,
) -> None:
    endless: dict[str, Any] = {"ignore_eos": True, "max_tokens": 980}
    before = llama.log.read_text().count("cancel")
    stream: Any
    if wire == "openai":
        stream = chat.chat.completions.create(
            model=model, messages=TURNS, stream=True, extra_body=endless
        )
    else:
        stream = messages.messages.create(
            model=model, messages=TURNS, stream=True, max_tokens=980, extra_body=endless
        )
    next(iter(stream))
    stream.close()
    assert becomes(lambda: not any(slots(llama)), 1)
    assert becomes(lambda: entry_of(server).outcome is Outcome.LEFT, 1)
    entry = entry_of(server)
    assert entry.usage_status is UsageStatus.ESTIMATED
    assert llama.log.read_text().count("cancel") > before


@every_model
def test_a_prompt_that_is_too_long_is_an_error_of_the_callers_wire(
    server: Serving, chat: openai.OpenAI, messages: anthropic.Anthropic, model: str
) -> None:
    for is_stream in (True, False):
        with pytest.raises(openai.BadRequestError) as of_chat:
            chat.chat.completions.create(model=model, messages=LONG, stream=is_stream)
        with pytest.raises(anthropic.BadRequestError) as of_messages:
            messages.messages.create(model=model, messages=LONG, stream=is_stream, max_tokens=9)
        for found in (of_chat.value, of_messages.value):
            assert "exceeds" in found.message
            assert found.request_id
            (entry,) = server.entries(found.request_id)
            assert (entry.outcome, entry.status) == (Outcome.FAILED, 400)


@pytest.mark.parametrize("model", ["wrong-chat/tiny", "wrong-messages/tiny"])
def test_a_wrong_key_of_the_house_is_the_operators_fault_on_the_other_wire(
    server: Serving, chat: openai.OpenAI, messages: anthropic.Anthropic, model: str
) -> None:
    with pytest.raises(openai.APIStatusError) as of_chat:
        chat.chat.completions.create(model=model, messages=TURNS)
    with pytest.raises(anthropic.APIStatusError) as of_messages:
        messages.messages.create(model=model, messages=TURNS, max_tokens=9)
    statuses = {"chat": of_chat.value.status_code, "messages": of_messages.value.status_code}
    straight = model.removeprefix("wrong-").removesuffix("/tiny")
    assert statuses.pop(straight) == 401
    assert list(statuses.values()) == [502]
    for found in (of_chat.value, of_messages.value):
        assert found.response.headers["x-should-retry"] == "false"
        assert found.request_id
        (entry,) = server.entries(found.request_id)
        assert (entry.fault, entry.usage_status) == ("upstream_denied", UsageStatus.NONE)
