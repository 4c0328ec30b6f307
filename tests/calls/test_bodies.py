"""Bodies that no client should send: each gets a quick, clear refusal in the caller's wire."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator

import httpx2
import pytest

from tests.calls.asking import PATHS, Got, got
from tests.calls.pausing import Leaver
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

MESSAGES = '"messages":[{"role":"user","content":"hi"}]'
WIRES = ("chat", "messages")
SOON_SECONDS = 1.0
PIECE = b" " * 1_000_000


@pytest.fixture(scope="module")
def upstream() -> Generator[BadProvider]:
    with Running(BadProvider()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [endpoint(wire, wire, upstream.url) for wire in WIRES]
    with serving(config(endpoints), tmp_path_factory.mktemp("bodies")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=30
    ) as client:
        yield client


async def send(client: httpx2.AsyncClient, wire: str, body: str | bytes, **headers: str) -> Got:
    """Send a body as it is."""
    sent = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    began_at = time.monotonic()
    answer = await client.post(PATHS[wire], content=sent, headers=named)
    return got(wire, answer, time.monotonic() - began_at)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "it is empty"),
        ("[]", "Expected `object`, got `array`"),
        ("hello", "malformed"),
        ('{"model":"chat/m",' + MESSAGES, "truncated"),
        ('{"model":"chat/m",' + MESSAGES + "} and more", "trailing characters"),
        ('{"model":"chat/m","deep":' + "[" * 10_000 + "]" * 10_000 + "}", "nested too deep"),
        ('{"model":"chat/m","messages":' + '{"a":' * 10_000, "nested too deep"),
        (b'{"model":"chat/m","messages":[{"role":"user","content":"\xff"}]}', "utf-8"),
        (b'{"model":"chat/\xff","messages":[]}', "utf-8"),
        ('{"model":"chat/m","temperature":NaN,' + MESSAGES + "}", "malformed"),
        ("--x\r\n\r\n{}\r\n--x--", "malformed"),
    ],
    ids=lambda value: str(value)[:60].rstrip("["),
)
async def test_t_18_a_body_that_cannot_be_read_is_refused(
    wire: str, body: str | bytes, words: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    before = len(upstream.seen)
    answer = await send(client, wire, body)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert words in answer.errors[0]["message"]
    assert answer.took < SOON_SECONDS
    assert len(upstream.seen) == before


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("model", ["chat/m", "messages/m"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "1"),
        ("model", "null"),
        ("stream", '"yes"'),
        ("stream", "1"),
        ("messages", '"hi"'),
        ("messages", "{}"),
        ("messages", "null"),
    ],
)
async def test_a_field_of_the_wrong_type_is_named(
    wire: str, model: str, field: str, value: str, client: httpx2.AsyncClient
) -> None:
    fields = {"model": f'"{model}"', "messages": '[{"role":"user","content":"hi"}]'}
    fields[field] = value
    body = ",".join(f'"{name}":{each}' for name, each in fields.items())
    answer = await send(client, wire, f"{{{body}}}")
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert f"$.{field}`" in answer.errors[0]["message"]
    assert answer.errors[0].get("param", field) == field


@pytest.mark.parametrize("wire", WIRES)
async def test_t_18_a_body_of_a_million_fields_is_refused(
    wire: str, client: httpx2.AsyncClient
) -> None:
    many = ",".join(f'"k{number}":1' for number in range(1_000_000))
    answer = await send(client, wire, f'{{"model":"{wire}/m",{MESSAGES},{many}}}')
    assert answer.status == 400
    assert "more than 1000 fields" in answer.errors[0]["message"]


@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire", WIRES)
async def test_what_many_fields_lose_in_translation_fits_a_header(
    wire: str, wire_out: str, client: httpx2.AsyncClient
) -> None:
    many = ",".join(f'"{"k" * 200}{number}":1' for number in range(900))
    extra = '"max_tokens":5,' if wire == "messages" else ""
    answer = await send(client, wire, f'{{"model":"{wire_out}/m",{extra}{MESSAGES},{many}}}')
    assert answer.status == 200
    assert len(answer.headers.get("x-es-losses", "")) < 4000


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_t_18_a_compressed_body_is_refused_before_it_is_read(
    coding: str, wire: str, client: httpx2.AsyncClient
) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    answer = await send(client, wire, bomb, content_encoding=coding)
    assert answer.status == 415
    assert "compressed" in answer.errors[0]["message"]
    assert answer.took < SOON_SECONDS


async def test_t_18_a_body_announced_as_too_large_is_refused_unread(server: Serving) -> None:
    leaver = Leaver(server)
    await leaver.begin("chat", {"content-length": "100000000"})
    await leaver.read_until(b"request_too_large")
    assert leaver.received.startswith(b"HTTP/1.1 413 ")
    leaver.leave()


async def test_t_18_a_body_that_grows_too_large_is_refused_on_the_way(
    client: httpx2.AsyncClient,
) -> None:
    sent = 0

    async def grow() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += len(PIECE)
            yield PIECE

    answer = await client.post(PATHS["messages"], content=grow())
    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "request_too_large"


async def test_t_18_a_body_that_dribbles_in_holds_up_nobody_else(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    leaver = Leaver(server)
    await leaver.begin("chat", {"content-length": "1000"})
    for byte in b'{"model"':
        leaver.writer.write(bytes((byte,)))
        await asyncio.sleep(0.01)
        answer = await send(client, "chat", f'{{"model":"chat/m",{MESSAGES}}}')
        assert answer.status == 200
    leaver.leave()


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ('{"model":"chat/none","model":"chat/m",' + MESSAGES + "}", {"model": "m"}),
        ('{"\\u006dodel":"chat/m",' + MESSAGES + "}", {"model": "m"}),
        (
            '{"model":"chat/m","stream":true,"str\\u0065am":false,' + MESSAGES + "}",
            {"model": "m", "stream": False},
        ),
    ],
)
async def test_t_19_the_upstream_gets_the_value_that_was_looked_at(
    body: str, sent: dict[str, object], client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer = await send(client, "chat", body)
    assert answer.status == 200
    pairs = json.loads(upstream.last.body, object_pairs_hook=list)
    for name, value in sent.items():
        assert [each for key, each in pairs if key == name] == [value]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("name", ["Model", "STREAM", "Max_Tokens", "Tools", "Messages"])
async def test_t_19_a_decisive_field_in_another_case_is_refused(
    name: str, wire: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    before = len(upstream.seen)
    answer = await send(client, wire, f'{{"model":"{wire}/m",{MESSAGES},"{name}":null}}')
    assert answer.status == 400
    assert f"`{name}` is spelled `{name.lower()}`" in answer.errors[0]["message"]
    assert len(upstream.seen) == before
