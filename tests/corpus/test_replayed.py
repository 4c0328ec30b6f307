"""Every recorded exchange through the running server, with the official SDK in front."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.talk.prompt import Prompt
from endpoints_server.wires.listed import WIRES
from tests.corpus.clients import (
    Ask,
    Got,
    anthropic_client,
    google_client,
    openai_client,
    responses_client,
)
from tests.corpus.differences import both_wires, same_wire
from tests.corpus.exceptions import EXCEPTIONS
from tests.corpus.exchanges import ASKED, Recorded, recorded
from tests.serving import Serving, serving
from tests.upstreams.replay import Replay
from tests.upstreams.server import Exchange, Running

YAML = """\
version: 1.3.17
endpoints:
  custom:
    - name: openai_chat
      apiKey: sk-of-the-house-0001
      baseURL: {url}/v1
      headers: {{x-recording: '{{{{LIBRECHAT_BODY_CONVERSATIONID}}}}'}}
      models: {{default: [recorded]}}
    - name: openai_responses
      provider: openai-responses
      apiKey: sk-of-the-house-0003
      baseURL: {url}/v1
      headers: {{x-recording: '{{{{LIBRECHAT_BODY_CONVERSATIONID}}}}'}}
      models: {{default: [recorded]}}
    - name: anthropic_messages
      provider: anthropic
      apiKey: sk-of-the-house-0002
      baseURL: {url}
      headers: {{x-recording: '{{{{LIBRECHAT_BODY_CONVERSATIONID}}}}'}}
      models: {{default: [recorded]}}
    - name: google_generative
      provider: google
      apiKey: sk-of-the-house-0003
      baseURL: {url}
      headers: {{x-recording: '{{{{LIBRECHAT_BODY_CONVERSATIONID}}}}'}}
      models: {{default: [recorded]}}
"""
CLIENTS: Mapping[str, Callable[[Serving], AbstractContextManager[Ask]]] = {
    "openai_chat": openai_client,
    "openai_responses": responses_client,
    "anthropic_messages": anthropic_client,
    "google_generative": google_client,
}


MOST_CALLS = 20_000

MARKS = {
    "openai_chat": "-chat-",
    "openai_responses": "-resp-",
    "anthropic_messages": "-msgs-",
    "google_generative": "-gen-",
}
"""What the recordings of a wire have in their names."""


class ByHeader(Replay):
    """A replay that is told by a header which recording to play."""

    async def _answer(self, exchange: Exchange) -> None:
        exchange.seen.path = "/" + exchange.seen.headers["x-recording"]
        await super()._answer(exchange)


@pytest.fixture(scope="module")
def replayed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    with Running(ByHeader(shared / "corpus", cuts=1)) as upstream:
        folder = tmp_path_factory.mktemp("replayed")
        with serving(YAML.format(url=upstream.url), folder) as server:
            yield server


@pytest.mark.parametrize("wire_in", list(CLIENTS))
@pytest.mark.parametrize("wire_out", list(CLIENTS))
def test_each_recording_reaches_its_client_unharmed(
    wire_in: str, wire_out: str, replayed: Serving, shared: Path, measured: Callable[[str], None]
) -> None:
    passed, excepted, wrong = 0, set(), {}
    with CLIENTS[wire_in](replayed) as ask:
        for exchange in recorded(shared / "corpus", wire_out):
            differences = compare(exchange, wire_in, ask)
            if not differences:
                passed += 1
            elif (exchange.id, wire_in) in EXCEPTIONS:
                excepted.add(exchange.id)
            else:
                wrong[exchange.id] = differences
    lossy = lossy_calls(replayed, wire_in, wire_out)
    measured(
        f"{wire_in} -> {wire_out}: {passed} passed ({lossy} with a loss named), "
        f"{len(excepted)} excepted"
    )
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False, default=str)[:20000]
    assert not stale(wire_in, wire_out, excepted)


def lossy_calls(server: Serving, wire_in: str, wire_out: str) -> int:
    """Count the calls of a crossing whose requests could not be carried whole, by the ledger."""
    crossing = wire_in, wire_out
    entries = [each for each in server.latest(MOST_CALLS) if each.losses]
    return sum((each.wire_in, each.wire_out) == crossing for each in entries)


def stale(wire_in: str, wire_out: str, excepted: set[str]) -> set[str]:
    """Name the exceptions that are none any more."""
    mark = MARKS[wire_out]
    listed = {name for name, wire in EXCEPTIONS if wire == wire_in and mark in name}
    return listed - excepted


def compare(exchange: Recorded, wire_in: str, ask: Ask) -> list[str]:
    """Ask for a recording and name the differences."""
    got = answer_to(exchange, wire_in, ask)
    is_same = wire_in == exchange.wire
    return same_wire(exchange, got) if is_same else both_wires(exchange, got)


def answer_to(exchange: Recorded, wire_in: str, ask: Ask) -> Got:
    """Ask in the client's wire; what a client itself cannot take is a difference too."""
    body = {**said_in(exchange, wire_in), "model": f"{exchange.wire}/recorded"}
    try:
        return ask(body, exchange.id)
    except (TypeError, ValueError, IndexError, RuntimeError, AttributeError) as error:
        return Got(error=f"{type(error).__name__}: {error}")


def said_in(exchange: Recorded, wire_in: str) -> dict[str, Any]:
    """Say a recorded request in another wire, or something plain where it cannot be said."""
    if wire_in == exchange.wire:
        return dict(exchange.body)
    try:
        prompt = read_prompt(exchange)
        said: dict[str, Any] = json.loads(WIRES[wire_in].write_request(prompt, Dialect()).body)
    except Failed:
        said = dict(ASKED[wire_in])
    return {**said, "stream": exchange.is_stream}


def read_prompt(exchange: Recorded) -> Prompt:
    """Read a recorded request; Google's wire has in its path what others have in the body."""
    body = dict(exchange.body)
    if exchange.wire == "google_generative":
        del body["model"]
        body.pop("stream", None)
    prompt = WIRES[exchange.wire].read_request(json.dumps(body).encode())
    return replace(prompt, is_stream=exchange.is_stream)
