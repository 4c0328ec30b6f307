"""How often an upstream is asked that refuses, and what is left of an answer nobody waits for."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.calls.asking import PATHS, piece_in
from tests.calls.pausing import Leaver, until
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server
from tests.upstreams.speech import TEXT
from tests.vectors.differences.streaming import RETRIES

Case = dict[str, Any]
WORD = TEXT[0]


class Refusing(Server):
    """Refuses with the status that the model names, or says a word and falls silent."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.headers: list[str] = []
        self.code = "refused"

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        request = Request(exchange, 0)
        status = str(request.asked["model"])
        if not status.isdigit():
            exchange.begin()
            exchange.chunk(b"".join([*request.speech.opening(), request.speech.texts()[0]]))
            await exchange.hang()
        body = {"type": "error", "error": {"type": "e", "message": "No.", "code": self.code}}
        said = json.dumps(body).encode()
        exchange.whole(f"{status} No", "application/json", said, *self.headers)


@pytest.fixture(scope="module")
def upstream() -> Generator[Refusing]:
    with Running(Refusing()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Refusing, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    models = ["pause", "400", "401", "404", "429", "500", "529"]
    endpoints = [endpoint(wire, wire, upstream.url, models) for wire in PATHS]
    with serving(config(endpoints), tmp_path_factory.mktemp("retries")) as server:
        yield server


def cases_of(shared: Path, key: str) -> list[Case]:
    text = (shared / "vectors" / "librechat-requests" / "streaming.json").read_text()
    cases: list[Case] = json.loads(text)[key]
    assert cases
    return cases


def wire_of(case: Case) -> str:
    return "messages" if "anthropic" in case["id"] else "chat"


def ask(server: Serving, case: Case) -> httpx2.Response:
    wire = wire_of(case)
    asked = {"model": f"{wire}/{case['status']}", "max_tokens": 5, "messages": []}
    asked["messages"] = [{"role": "user", "content": "Hi"}]
    url = server.url + PATHS[wire]
    return httpx2.post(url, json=asked, headers=server.headers, timeout=20)


def test_an_upstream_that_refuses_is_asked_once_and_the_caller_told_what_to_do(
    shared: Path, server: Serving, upstream: Refusing
) -> None:
    differing = set()
    for case in cases_of(shared, "retry_cases"):
        upstream.headers = [f"{name}: {value}" for name, value in case.get("headers", {}).items()]
        upstream.code = case.get("error_code", "refused")
        before = len(upstream.seen)
        answer = ask(server, case)
        assert len(upstream.seen) == before + 1
        may_retry = case["status"] >= 500 or case["status"] == 429
        assert answer.headers.get("retry-after") == case.get("headers", {}).get("retry-after")
        assert answer.is_error
        assert (answer.status_code >= 500 or answer.status_code == 429) == may_retry
        if case["expect"].get("retried") or case["expect"].get("upstream_requests", 1) > 1:
            assert answer.headers["x-should-retry"] == "true"
            differing.add(case["id"])
    assert differing == {case for listed in RETRIES.values() for case in listed}


async def test_an_answer_that_nobody_waits_for_is_left_as_librechat_leaves_it(
    shared: Path, server: Serving, upstream: Refusing
) -> None:
    for case in cases_of(shared, "abort_cases"):
        wire, before = wire_of(case), len(upstream.seen)
        leaver = Leaver(server)
        await leaver.ask(wire, f"{wire}/pause", case["id"])
        await leaver.read_until(WORD.encode())
        leaver.leave()
        await until(lambda: upstream.last.has_left)
        assert len(upstream.seen) == before + case["expect"]["upstream_requests"]
        assert [text_in(wire, leaver.received)] == [
            each["text"].replace("Par", WORD) for each in case["expect"]["kept_content"]
        ]


def text_in(wire: str, received: bytes) -> str:
    """Give the words of the events in an answer that was read so far, chunk by chunk."""
    pieces = [line for line in received.decode().splitlines() if line.startswith("data: ")]
    return "".join(piece_in(wire, json.loads(piece.removeprefix("data: "))) for piece in pieces)
