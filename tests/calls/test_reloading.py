"""The configuration changes under open streams: none drops, and each call ran with one version."""

import asyncio
import time
from collections.abc import Generator
from itertools import cycle
from pathlib import Path

import httpx2
import pytest

from tests.calls.asking import PATHS, Got, got, request
from tests.calls.pausing import until
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

STREAMS = 40
RELOADS = 30
EVENTS = 60
SERVED_SECONDS = 2.0
FAILURES = "es_config_apply_failures_total"


class Steady(Server):
    """Streams a word every twentieth of a second."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        request = Request(exchange, 0)
        if not request.is_stream:
            request.answer()
            return
        exchange.begin()
        for piece in request.speech.opening():
            exchange.chunk(piece)
        for number in range(EVENTS):
            exchange.chunk(request.speech.texts([f"{number} "])[0])
            await asyncio.sleep(0.05)
        for piece in (*request.speech.closing(), *request.speech.end()):
            exchange.chunk(piece)
        exchange.end()


@pytest.fixture(scope="module")
def upstream() -> Generator[Steady]:
    with Running(Steady()) as upstream:
        yield upstream


@pytest.fixture
def server(upstream: Steady, tmp_path: Path) -> Generator[Serving]:
    with serving(numbered(upstream, 0), tmp_path) as server:
        yield server


def numbered(upstream: Steady, number: int) -> str:
    """Make a configuration that can be told from others by a model."""
    url = upstream.url
    return config(
        [endpoint("chat", "chat", url, ["m", f"v{number}"]), endpoint("messages", "messages", url)]
    )


def client_of(server: Serving) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=STREAMS + 10)
    return httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=30, limits=limits
    )


async def stream(client: httpx2.AsyncClient, wire: str, model: str) -> Got:
    body = request(wire, model, is_stream=True)
    return got(wire, await client.post(PATHS[wire], json=body))


def put(server: Serving, text: str, way: str) -> None:
    """Change the file as an editor, a tool, a mounted volume or a slow copy does."""
    path = server.config
    beside = path.with_name(f"{time.monotonic_ns()}.yaml")
    if way == "rewritten" and not path.is_symlink():
        path.write_text(text)
        return
    beside.write_text(text)
    if way == "linked":
        link = beside.with_suffix(".link")
        link.symlink_to(beside)
        link.replace(path)
    else:
        beside.replace(path)


async def failures(client: httpx2.AsyncClient) -> float:
    """Read how often a configuration was refused."""
    told = (await client.get("/metrics")).text.splitlines()
    return float(next(line.split()[1] for line in told if line.startswith(FAILURES)))


def serves(server: Serving, model: str) -> bool:
    return model in server.parts.live.current.by_model


async def test_t_40_thirty_reloads_drop_none_of_forty_streams(
    server: Serving, upstream: Steady
) -> None:
    ways = cycle(["rewritten", "renamed", "linked"])
    first = server.parts.live.current.version
    async with client_of(server) as client:
        models = cycle([("chat", "chat/m"), ("messages", "chat/m"), ("messages", "messages/m")])
        streams = [asyncio.create_task(stream(client, *next(models))) for _ in range(STREAMS)]
        await until(lambda: len(upstream.seen) == STREAMS, 10)
        for number in range(1, RELOADS + 1):
            text = numbered(upstream, number)
            is_broken = number % 3 == 0
            put(server, text[: len(text) // 2] if is_broken else text, next(ways))
            await asyncio.sleep(0.08)
        answers = await asyncio.gather(*streams)
        put(server, numbered(upstream, 99), "rewritten")
        await until(lambda: serves(server, "v99"), 5)
        assert await failures(client) >= 1
    words = "".join(f"{number} " for number in range(EVENTS))
    assert {answer.text for answer in answers} == {words}
    assert all(answer.has_end and not answer.errors for answer in answers)
    for answer in answers:
        (entry,) = server.entries(answer.request_id)
        assert entry.config == answer.headers["x-es-config"] == first
    assert server.parts.live.current.version != first


@pytest.mark.parametrize("way", ["rewritten", "renamed", "linked"])
async def test_t_40_a_changed_file_is_served_within_two_seconds(
    way: str, server: Serving, upstream: Steady
) -> None:
    async with client_of(server) as client:
        before = await client.post(PATHS["chat"], json=request("chat", "v7"))
        assert before.status_code == 404
        changed_at = time.monotonic()
        put(server, numbered(upstream, 7), way)
        await until(lambda: serves(server, "v7"), SERVED_SECONDS)
        after = got("chat", await client.post(PATHS["chat"], json=request("chat", "v7")))
        assert time.monotonic() - changed_at < SERVED_SECONDS + 0.5
    (entry,) = server.entries(after.request_id)
    assert entry.config == server.parts.live.current.version == after.headers["x-es-config"]


@pytest.mark.parametrize("broken", ["half", "not yaml: [", "endpoints: {custom: 1}", ""])
async def test_t_40_what_cannot_be_used_changes_nothing_and_is_told(
    broken: str, server: Serving, upstream: Steady
) -> None:
    text = numbered(upstream, 1)
    async with client_of(server) as client:
        version = (await client.get("/readyz")).json()["config"]
        before = await failures(client)
        put(server, text[: len(text) // 2] if broken == "half" else broken, "renamed")
        told = before
        deadline = time.monotonic() + 5
        while told == before:
            assert time.monotonic() < deadline, "no failure was counted"
            await asyncio.sleep(0.05)
            told = await failures(client)
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["config"]) == (200, version)
        answer = await client.post(PATHS["chat"], json=request("chat", "v0"))
        assert answer.status_code == 200
        assert server.parts.live.problems
        put(server, numbered(upstream, 2), "renamed")
        await until(lambda: serves(server, "v2"), 5)


async def test_a_file_that_vanishes_is_served_on_from_memory(
    server: Serving, upstream: Steady
) -> None:
    async with client_of(server) as client:
        server.config.unlink()
        await asyncio.sleep(1)
        answer = await client.post(PATHS["messages"], json=request("messages", "messages/m"))
        assert answer.status_code == 200
        put(server, numbered(upstream, 3), "renamed")
        await until(lambda: serves(server, "v3"), 5)
