"""Keys and headers that commands give: had for each call, for no listing, and told to nobody."""

import json
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx2
import pytest

from tests.calls.asking import ask
from tests.calls.places import Block, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

LOUD = "a-word-of-the-command"


async def answer(exchange: Exchange) -> None:
    if b'"echo"' not in await exchange.read_body():
        Request(exchange, 0).answer()
        return
    words = json.dumps({"error": {"message": " ".join(exchange.seen.headers.values())}})
    exchange.whole("400 Bad Request", "application/json", words.encode())


@pytest.fixture(scope="module")
def upstream() -> Generator[Server]:
    with Running(Server(answer)) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commands")


@pytest.fixture(scope="module")
def server(upstream: Server, folder: Path) -> Generator[Serving]:
    counted = f"sh -c 'echo x >> {folder}/runs; wc -l < {folder}/runs'"
    block = endpoint("keyed", "chat", upstream.url) | {"apiKey": f"!{counted}"}
    headed: Block = {"X-Given": "!printf given", "X-Plain": "plain"}
    endpoints = [
        block,
        endpoint("headed", "chat", upstream.url, ["m", "n"])
        | {"headers": headed, "modelOverrides": {"n": {"headers": {"x-given": "!printf other"}}}},
        endpoint("messages", "messages", upstream.url)
        | {"apiKey": "!printf k", "authHeader": True},
        endpoint("echoed", "chat", upstream.url, ["echo"])
        | {"headers": {"User-Agent": f"!printf {LOUD}", "X-Given": f"!printf {LOUD}"}},
        endpoint("failing", "chat", upstream.url)
        | {"apiKey": f"!sh -c 'echo {LOUD}; echo {LOUD} >&2; exit 3'"},
        endpoint("person", "chat", upstream.url)
        | {"apiKey": "user_provided", "headers": {"X-Given": "!printf given"}},
    ]
    pis = {"baseUrl": f"{upstream.url}/v1", "api": "openai-completions", "apiKey": "!printf pis"}
    provider = pis | {"models": [{"id": "thinker"}]}
    (folder / "models.json").write_text(json.dumps({"providers": {"pi": provider}}))
    settings = {"allowCommands": True, "modelsJson": "models.json"}
    environ = {"PATH": "/usr/bin:/bin"}
    with serving(config(endpoints, settings), folder, environ) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=20
    ) as client:
        yield client


async def test_a_command_is_run_for_each_call_and_for_no_listing(
    client: httpx2.AsyncClient, upstream: Server, folder: Path
) -> None:
    assert (await client.get("/v1/models")).status_code == 200
    assert not (folder / "runs").exists()
    keys = []
    for _ in range(2):
        assert (await ask(client, "chat", "keyed/m")).status == 200
        keys.append(upstream.last.headers["authorization"])
    assert keys == ["Bearer 1", "Bearer 2"]


@pytest.mark.parametrize(("model", "given"), [("headed/m", "given"), ("headed/n", "other")])
async def test_a_header_may_be_what_a_command_gives(
    model: str, given: str, client: httpx2.AsyncClient, upstream: Server
) -> None:
    assert (await ask(client, "chat", model)).status == 200
    assert upstream.last.headers["x-given"] == given
    assert upstream.last.headers["x-plain"] == "plain"


async def test_the_key_goes_as_a_bearer_too(client: httpx2.AsyncClient, upstream: Server) -> None:
    assert (await ask(client, "messages", "messages/m")).status == 200
    assert upstream.last.headers["x-api-key"] == "k"
    assert upstream.last.headers["authorization"] == "Bearer k"


@pytest.mark.parametrize("wire", ["chat", "messages"])
async def test_a_command_that_fails_is_a_fault_that_names_its_endpoint(
    wire: str, client: httpx2.AsyncClient
) -> None:
    answered = await ask(client, wire, "failing/m")
    assert answered.status == 502
    assert answered.code == "credential_unavailable"
    assert b"'failing' cannot be had: it ended with status 3." in answered.body
    assert LOUD.encode() not in answered.body


async def test_what_a_command_gave_comes_back_in_no_error_whatever_the_header(
    client: httpx2.AsyncClient, upstream: Server
) -> None:
    answered = await ask(client, "chat", "echoed/echo")
    assert answered.status == 400
    assert upstream.last.headers["user-agent"] == LOUD
    assert LOUD.encode() not in answered.body


async def test_a_persons_own_key_goes_with_what_commands_give(
    client: httpx2.AsyncClient, upstream: Server, server: Serving
) -> None:
    own = {"authorization": "Bearer sk-own", "x-es-key": server.key}
    assert (await ask(client, "chat", "person/m", headers=own)).status == 200
    assert upstream.last.headers["authorization"] == "Bearer sk-own"
    assert upstream.last.headers["x-given"] == "given"


async def test_what_stands_in_pis_file_is_called_like_any_other(
    client: httpx2.AsyncClient, upstream: Server
) -> None:
    answered = await ask(client, "chat", "pi/thinker", reasoning_effort="high")
    assert answered.status == 200
    assert upstream.last.headers["authorization"] == "Bearer pis"
    assert "reasoning_effort" not in json.loads(upstream.last.body)
