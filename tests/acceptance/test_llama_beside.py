"""What a real upstream, llama.cpp, offers beside chat: texts embedded, completed and counted."""

from collections.abc import Generator
from typing import Any

import anthropic
import openai
import pytest

from endpoints_server.domain.money.entry import Entry, UsageStatus
from tests.acceptance.conftest import llama_serving
from tests.serving import Serving, serving

YAML = """\
version: 1.3.5
endpoints:
  custom:
    - name: Chat
      apiKey: house
      baseURL: {url}/v1
      models: {{default: [tiny]}}
    - name: Messages
      provider: anthropic
      apiKey: house
      baseURL: {url}
      models: {{default: [tiny]}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    with llama_serving(tmp_path_factory.mktemp("llama")) as llama:
        folder = tmp_path_factory.mktemp("server")
        with serving(YAML.format(url=llama.url), folder) as running:
            yield running


@pytest.fixture
def client(server: Serving) -> Generator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0) as client:
        yield client


def entry_of(server: Serving) -> Entry:
    (entry,) = server.latest()
    assert entry.usage_status is UsageStatus.REPORTED
    return entry


def test_texts_are_embedded_the_same_in_either_encoding(
    server: Serving, client: openai.OpenAI
) -> None:
    texts = ["hello world", "the sun"]
    plain = client.embeddings.create(model="chat/tiny", input=texts, encoding_format="float")
    coded = client.embeddings.create(model="chat/tiny", input=texts)
    for one, other in zip(plain.data, coded.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-5)
        assert any(one.embedding)
    entry = entry_of(server)
    assert (entry.operation, entry.usage.total) == ("embeddings", coded.usage.prompt_tokens)


def test_a_text_is_completed_whole_and_streamed(server: Serving, client: openai.OpenAI) -> None:
    whole = client.completions.create(model="chat/tiny", prompt="hello", max_tokens=6, seed=5)
    assert whole.choices[0].text
    assert whole.usage
    assert entry_of(server).usage.total_output == whole.usage.completion_tokens
    stream = client.completions.create(
        model="chat/tiny", prompt="hello", max_tokens=6, seed=5, stream=True
    )
    assert "".join(piece.choices[0].text for piece in stream) == whole.choices[0].text
    entry = entry_of(server)
    assert (entry.operation, entry.usage.total) == ("completions", whole.usage.total_tokens)


def test_what_is_counted_is_what_a_message_then_uses(server: Serving) -> None:
    turn: Any = {"role": "user", "content": "hello world"}
    with anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client:
        said = client.messages.create(model="messages/tiny", max_tokens=2, messages=[turn])
        counted = client.messages.count_tokens(model="messages/tiny", messages=[turn])
    assert counted.input_tokens == said.usage.input_tokens + (
        said.usage.cache_read_input_tokens or 0
    )
    assert entry_of(server).operation == "count_tokens"
