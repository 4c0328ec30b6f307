"""Counting tokens: by the endpoint where it counts, by an estimate that says so elsewhere."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from endpoints_server.domain.money.entry import CostStatus, Outcome
from endpoints_server.domain.money.usage import Usage
from tests.calls.beside.conftest import entry_of, sent
from tests.calls.places import HOUSE_KEY, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.beside import COUNTED_TOKENS, Beside
from tests.upstreams.replay import Replay
from tests.upstreams.server import Running

TURNS: list[Any] = [{"role": "user", "content": "How many tokens may this be?"}]
SAID: list[Any] = [{"role": "user", "parts": [{"text": "How many?"}]}]
TOOLS: list[Any] = [{"name": "look", "input_schema": {"type": "object"}}]
FAR = {"local/m": "local", "direct/m": "direct"}


def test_an_endpoint_of_the_wire_is_asked_and_its_count_passed_on(
    claude: anthropic.Anthropic, server: Serving, upstream: Beside
) -> None:
    raw = claude.messages.with_raw_response.count_tokens(
        model="claude/m", messages=TURNS, tools=TOOLS, extra_headers={"anthropic-beta": "b-1"}
    )
    assert raw.parse().input_tokens == COUNTED_TOKENS
    assert upstream.last.path == "/v1/messages/count_tokens"
    assert sent(upstream) == {"model": "m", "messages": TURNS, "tools": TOOLS}
    headers = upstream.last.headers
    assert (headers["x-api-key"], headers["anthropic-beta"]) == (HOUSE_KEY, "b-1")
    assert headers["x-team"] == "admin"
    assert "x-es-estimated" not in raw.headers
    assert raw.headers["x-es-attempts"] == "1"


@pytest.mark.parametrize("model", ["claude/m", "unpriced/nobody-knows", "local/m"])
def test_counting_is_free_and_uses_nothing(
    claude: anthropic.Anthropic, server: Serving, model: str
) -> None:
    raw = claude.messages.with_raw_response.count_tokens(model=model, messages=TURNS)
    entry = entry_of(server, raw.headers["request-id"])
    assert (entry.operation, entry.usage, entry.outcome) == (
        "count_tokens",
        Usage(),
        Outcome.DELIVERED,
    )
    assert (entry.cost_nano_usd, entry.cost_status) == (0, CostStatus.EXACT)
    assert (raw.headers["x-es-cost"], raw.headers["x-es-cost-status"]) == ("0", "exact")


@pytest.mark.parametrize("model", FAR)
def test_an_endpoint_that_does_not_count_is_spared_and_an_estimate_told(
    claude: anthropic.Anthropic, server: Serving, upstream: Beside, model: str
) -> None:
    before = len(upstream.seen)
    raw = claude.messages.with_raw_response.count_tokens(model=model, messages=TURNS)
    few = raw.parse().input_tokens
    assert 5 <= few <= 12
    assert raw.headers["x-es-estimated"] == "input_tokens"
    assert raw.headers["x-es-attempts"] == "0"
    assert raw.headers["x-es-endpoint"] == FAR[model]
    more = claude.messages.count_tokens(
        model=model, messages=TURNS, tools=TOOLS, system="You are a clerk."
    )
    assert more.input_tokens > few
    assert len(upstream.seen) == before


def test_a_stream_is_never_made_of_a_count(server: Serving, upstream: Beside) -> None:
    for model in ("claude/m", "local/m"):
        asked = {"model": model, "messages": TURNS, "stream": True}
        url = f"{server.url}/v1/messages/count_tokens?beta=true"
        answer = httpx2.post(url, json=asked, headers=server.headers)
        assert list(answer.json()) == ["input_tokens"]
    assert upstream.last.path.endswith("/count_tokens?beta=true")


@pytest.mark.parametrize(
    ("messages", "place"),
    [
        ([{"role": "nobody", "content": "x"}], "messages.0.role"),
        ([{"role": "user", "content": [{"type": "text", "text": 5}]}], "messages.0.content.0"),
    ],
)
def test_what_cannot_be_read_is_not_estimated(
    claude: anthropic.Anthropic, messages: Any, place: str
) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        claude.messages.count_tokens(model="local/m", messages=messages)
    assert place in str(caught.value)


@pytest.mark.parametrize("model", ["fails-in-200", "talks-nonsense"])
def test_an_answer_that_is_no_count_is_the_upstreams_fault(
    claude: anthropic.Anthropic, server: Serving, model: str
) -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        claude.messages.count_tokens(model=f"claude/{model}", messages=TURNS)
    assert caught.value.status_code in (502, 529)
    assert entry_of(server, caught.value.request_id).outcome is Outcome.FAILED


def test_a_long_prompt_is_counted_without_holding_up_others(server: Serving) -> None:
    long = [{"role": "user", "content": "word " * 300_000}]
    asked = {"model": "local/m", "messages": long}
    answer = httpx2.post(
        f"{server.url}/v1/messages/count_tokens", json=asked, headers=server.headers, timeout=30
    )
    assert answer.json() == {"input_tokens": 300_000}


@pytest.fixture
def replay(shared: Path) -> Generator[Replay]:
    with Running(Replay(shared / "corpus")) as replay:
        yield replay


def recordings(replay: Replay, shared: Path, operation: str) -> list[Any]:
    """Give every recorded exchange of an operation."""
    rows = map(json.loads, (shared / "corpus/index.jsonl").read_text().splitlines())
    return [replay.recording(row["id"]) for row in rows if row["endpoint"] == operation]


def file_for(replay: Replay, exchanges: list[Any], wire: str) -> str:
    """Configure an endpoint for each recording, by its id."""
    names = [each["id"] for each in exchanges]
    return config([endpoint(name, wire, replay.base_url(name)) for name in names])


def test_every_recorded_count_comes_through(replay: Replay, shared: Path, tmp_path: Path) -> None:
    exchanges = recordings(replay, shared, "count_tokens")
    assert exchanges
    with (
        serving(file_for(replay, exchanges, "messages"), tmp_path) as server,
        anthropic.Anthropic(base_url=server.url, api_key=server.key) as client,
    ):
        for each in exchanges:
            asked = (each["request"] or {}).get("body") or {"messages": TURNS}
            counted = client.messages.count_tokens(**{**asked, "model": f"{each['id']}/m"})
            assert counted.input_tokens == each["expect"]["input_tokens"]
            assert json.loads(replay.last.body) == {**asked, "model": "m"}


def test_every_recorded_count_of_googles_comes_through(
    replay: Replay, shared: Path, tmp_path: Path
) -> None:
    exchanges = recordings(replay, shared, "countTokens")
    assert exchanges
    with serving(file_for(replay, exchanges, "google"), tmp_path) as server:
        for each in exchanges:
            asked = (each["request"] or {}).get("body") or {
                "contents": [{"parts": [{"text": "a"}]}]
            }
            url = f"{server.url}/v1beta/models/{each['id']}/m:countTokens"
            answer = httpx2.post(url, json=asked, headers=server.headers)
            assert answer.json()["totalTokens"] == each["expect"]["input_tokens"]
            assert replay.last.path.endswith("/v1beta/models/m:countTokens")
            sent, whole = json.loads(replay.last.body), asked.get("generateContentRequest")
            named = {"generateContentRequest": {**whole, "model": "models/m"}} if whole else {}
            assert sent == {**asked, **named}
            entry = entry_of(server, answer.headers["x-request-id"])
            assert (entry.operation, entry.cost_nano_usd) == ("count_tokens", 0)
