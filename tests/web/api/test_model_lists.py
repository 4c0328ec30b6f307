"""The lists of models while upstreams hang, talk nonsense, or send more than anybody wants."""

import asyncio
import json
import time
from collections.abc import Generator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.calls.places import Block, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.server import Exchange, Running, Server

LISTS = ("/v1/models", "/me/models", "/me/endpoints", "/api/models")
ROUNDS = 100
SLOWEST_SECONDS = 0.05
MEGABYTE = 1024 * 1024
MOST_GROWTH_BYTES = 96 * MEGABYTE
GOOD = [{"id": f"model-{number}", "context_length": 4096} for number in range(300)]
LONG = json.dumps({"data": [{"id": f"model-{number:060}"} for number in range(100_000)]}).encode()
KINDS = ["hang"] * 5 + ["garbage"] * 2 + ["long"] + ["huge"] * 2 + ["good"] * 10


async def answer(exchange: Exchange) -> None:
    """Answer as the path says."""
    await exchange.read_body()
    match exchange.seen.path.split("/")[1].split("-")[0]:
        case "hang":
            await exchange.hang()
        case "garbage":
            exchange.whole("200 OK", "text/html", b"<html>\x00\xff</html>")
        case "long":
            exchange.whole("200 OK", "application/json", LONG)
        case "huge":
            await send_fifty_megabytes(exchange)
        case _:
            body = json.dumps({"data": GOOD}).encode()
            exchange.whole("200 OK", "application/json", body)


async def send_fifty_megabytes(exchange: Exchange) -> None:
    """Send a list that goes on and on, no faster than it is taken."""
    transport = exchange.connection.transport
    exchange.begin("application/json")
    exchange.chunk(b'{"data": [{"id": "first"}')
    item = b',{"id": "' + b"x" * (MEGABYTE - 100) + b'"}'
    for _ in range(50):
        while transport.get_write_buffer_size() > MEGABYTE:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.001)
        exchange.chunk(item)
    exchange.chunk(b"]}")
    exchange.end()


def fetching(name: str, url: str) -> Block:
    """Configure an endpoint that is asked for its models."""
    block = endpoint(name, "chat", f"{url}/{name}")
    block["models"] = {"default": [f"{name}-default"], "fetch": True}
    return block


@pytest.fixture(scope="module")
def provider() -> Generator[Server]:
    with Running(Server(answer)) as provider:
        yield provider


@pytest.fixture
def server(provider: Server, tmp_path: Path) -> Generator[Serving]:
    blocks = [fetching(f"{kind}-{number}", provider.url) for number, kind in enumerate(KINDS)]
    with serving(config(blocks), tmp_path) as server:
        yield server


class Client:
    """Asks over one kept connection, and notes how long each answer took."""

    def __init__(self, server: Serving) -> None:
        self.connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        self.headers = server.headers
        self.took: list[float] = []

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        began_at = time.perf_counter()
        told = None if body is None else json.dumps(body)
        self.connection.request(method, path, told, self.headers)
        answered = self.connection.getresponse()
        content = answered.read()
        self.took.append(time.perf_counter() - began_at)
        return answered.status, content

    def get(self, path: str) -> Any:
        return json.loads(self.ask("GET", path)[1])

    def call(self, model: str) -> tuple[int, Any]:
        asked = {"model": model, "messages": [{"role": "user", "content": "Hi"}]}
        status, content = self.ask("POST", "/v1/chat/completions", asked)
        return status, json.loads(content)


@pytest.fixture
def client(server: Serving) -> Generator[Client]:
    client = Client(server)
    yield client
    client.connection.close()


def resident_bytes() -> int:
    """Tell how much memory this process has at the moment, provider and server together."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4096


def test_lists_never_wait_for_an_upstream_and_take_no_more_memory_than_they_may(
    client: Client,
) -> None:
    before = most = resident_bytes()
    for _ in range(ROUNDS):
        for path in LISTS:
            client.get(path)
        most = max(most, resident_bytes())
        time.sleep(0.02)
    ordered = sorted(client.took)
    p99 = ordered[int(len(ordered) * 0.99)]
    assert p99 < SLOWEST_SECONDS, f"p99 {p99 * 1000:.1f} ms, slowest {ordered[-1] * 1000:.1f} ms"
    assert most - before < MOST_GROWTH_BYTES


def test_each_model_tells_how_old_its_list_is(client: Client) -> None:
    deadline = time.monotonic() + 20
    listed: list[Any] = []
    while time.monotonic() < deadline and len(listed) < 3010:
        listed = client.get("/v1/models")["data"]
        time.sleep(0.05)
    by_endpoint: dict[str, list[Any]] = {}
    for model in listed:
        by_endpoint.setdefault(model["endpoint"].split("-")[0], []).append(model)
    assert len(by_endpoint["good"]) == 3000
    assert all(model["stale_seconds"] in range(25) for model in by_endpoint["good"])
    assert by_endpoint["good"][0]["context_length"] == 4096
    for kind in ("hang", "garbage", "long", "huge"):
        for model in by_endpoint[kind]:
            assert model["id"].endswith("-default")
            assert model["stale_seconds"] is None


def test_the_failing_of_lists_is_told_by_metrics_and_states(
    server: Serving, client: Client
) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len(failing(server)) < 10:
        time.sleep(0.1)
    assert failing(server) == {name for name in names() if not name.startswith("good")}
    exposition = client.ask("GET", "/metrics")[1].decode()
    ages = [line for line in exposition.splitlines() if line.startswith("es_model_list_age")]
    assert len(ages) == len(KINDS)


def names() -> list[str]:
    return [f"{kind}-{number}" for number, kind in enumerate(KINDS)]


def failing(server: Serving) -> set[str]:
    """Tell which lists cannot be had at the moment."""
    return {state.endpoint for state in server.parts.lists.states() if state.message}


def test_a_call_to_a_listed_model_made_right_after_the_start_is_answered(
    client: Client, provider: Server
) -> None:
    status, _ = client.call("good-10/model-7")
    assert status != 404
    assert "/good-10/v1/chat/completions" in [seen.path for seen in provider.seen]
    assert client.took[0] < 2


def test_a_model_that_no_list_has_is_refused_with_those_that_come_near(client: Client) -> None:
    status, told = client.call("good-10/model-x")
    assert status == 404
    assert "Did you mean 'good-10/model-" in told["error"]["message"]
