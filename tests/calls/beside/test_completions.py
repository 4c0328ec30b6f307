"""Completions of a text through the official client, whole and streamed."""

import httpx2
import openai
import pytest

from endpoints_server.domain.money.entry import CostStatus, Outcome, UsageStatus
from endpoints_server.domain.money.usage import Usage
from tests.calls.beside.conftest import entry_of, sent
from tests.serving import Serving
from tests.upstreams.beside import WORDS, Beside

SAID = "".join(WORDS)
PAID = Usage(input=3, output=4)


def test_a_whole_completion_comes_with_its_cost(
    oai: openai.OpenAI, server: Serving, upstream: Beside
) -> None:
    raw = oai.completions.with_raw_response.create(
        model="local/m", prompt=["Tell me", "a tale"], max_tokens=4, echo=True
    )
    found = raw.parse()
    assert (found.choices[0].text, found.choices[0].finish_reason) == (SAID, "length")
    assert upstream.last.path == "/v1/completions"
    asked = {"model": "m", "prompt": ["Tell me", "a tale"], "max_tokens": 4, "echo": True}
    assert sent(upstream) == asked
    entry = entry_of(server, raw.headers["x-request-id"])
    assert (entry.operation, entry.usage, entry.stop) == ("completions", PAID, "length")
    assert (entry.cost_nano_usd, entry.cost_status) == (11_000, CostStatus.EXACT)
    assert raw.headers["x-es-cost"] == "0.000011"


@pytest.mark.parametrize("has_usage", [True, False])
def test_a_stream_passes_and_its_usage_is_told_to_who_asked_for_it(
    oai: openai.OpenAI, server: Serving, upstream: Beside, has_usage: bool
) -> None:
    more = {"stream_options": {"include_usage": True}} if has_usage else {}
    stream = oai.completions.create(model="local/m", prompt="Tell me", stream=True, extra_body=more)
    chunks = list(stream)
    assert "".join(each.choices[0].text for each in chunks if each.choices) == SAID
    assert [each.usage.total_tokens for each in chunks if each.usage] == [7] * has_usage
    assert sent(upstream)["stream_options"] == {"include_usage": True}
    entry = entry_of(server, stream.response.headers["x-request-id"])
    assert (entry.usage, entry.usage_status) == (PAID, UsageStatus.REPORTED)
    assert (entry.cost_nano_usd, entry.is_stream, entry.stop) == (11_000, True, "length")


def test_the_bytes_of_a_stream_are_the_upstreams_own(server: Serving) -> None:
    asked = {"model": "local/always-streams", "prompt": [1, 2], "stream": True}
    answer = httpx2.post(f"{server.url}/v1/completions", json=asked, headers=server.headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content.endswith(b'"finish_reason": "length"}]}\n\ndata: [DONE]\n\n')
    assert answer.content.count(b"data: ") == len(WORDS) + 1


def test_a_whole_answer_to_who_asked_for_a_stream_is_a_stream_of_one_piece(
    oai: openai.OpenAI, server: Serving
) -> None:
    stream = oai.completions.create(model="local/never-streams", prompt="Tell me", stream=True)
    assert [each.choices[0].text for each in stream] == [SAID]
    entry = entry_of(server, stream.response.headers["x-request-id"])
    assert (entry.usage, entry.outcome) == (PAID, Outcome.DELIVERED)


def test_a_stream_to_who_asked_for_a_whole_answer_is_the_upstreams_fault(
    oai: openai.OpenAI,
) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        oai.completions.create(model="local/always-streams", prompt="Tell me")
    assert caught.value.status_code == 502


def test_a_stream_that_breaks_off_ends_in_an_error(oai: openai.OpenAI, server: Serving) -> None:
    stream = oai.completions.create(model="local/breaks-off", prompt="Tell me", stream=True)
    with pytest.raises(openai.APIError, match="broke off"):
        list(stream)
    entry = entry_of(server, stream.response.headers["x-request-id"])
    assert (entry.outcome, entry.usage_status) == (Outcome.FAILED, UsageStatus.ESTIMATED)
    assert entry.usage.input > 0
    assert entry.usage.output > 0


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize("model", ["fails-in-200", "talks-nonsense"])
def test_an_answer_that_completes_nothing_is_the_upstreams_fault(
    oai: openai.OpenAI, model: str, is_stream: bool
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        oai.completions.create(model=f"local/{model}", prompt="Tell me", stream=is_stream)
    assert caught.value.status_code == 502


def test_parameters_that_are_configured_for_chats_stay_away(
    oai: openai.OpenAI, upstream: Beside
) -> None:
    oai.completions.create(model="dressed/m", prompt="Tell me")
    assert sent(upstream) == {"model": "m", "prompt": "Tell me"}
    assert upstream.last.headers["x-team"] == "admin"


def test_an_endpoint_of_another_wire_completes_no_texts(oai: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="has no completions without a chat"):
        oai.completions.create(model="claude/m", prompt="Tell me")
