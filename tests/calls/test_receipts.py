"""What comes back beside the answer, what an upstream's own errors become, and what never does."""

import asyncio
import json
from collections.abc import AsyncGenerator, Generator

import httpx2
import pytest

from tests.calls.asking import PATHS, Got, got, request
from tests.calls.places import HOUSE_KEY, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

WIRES = ("chat", "messages")
ODD_KEY = "correct horse battery staple"
"""A key that looks like none."""
LEAKY = f"Key {ODD_KEY} of {HOUSE_KEY} refused; password=hunter2 sk-someone-elses-key-0003"
PLANTED = (ODD_KEY, HOUSE_KEY, "hunter2", "sk-someone-elses-key-0003")
TRACES = "set-cookie: a=of-the-upstream\r\nserver: upstream/1\r\nx-internal-host: db-7"


class Leaky(Server):
    """Fails as the first part of its path says, and tells its keys while it does."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        asked = exchange.seen.path.split("/")[1]
        request = Request(exchange, 0)
        if asked == "good":
            answer_good(request)
        elif asked == "midway":
            await fail_midway(request)
        elif asked == "redirect":
            exchange.whole("308 Moved", "text/plain", b"", f"location: {self.url}/good/v1", TRACES)
        else:
            body = json.dumps(request.speech.error("invalid_request_error", LEAKY)).encode()
            exchange.whole(f"{asked} Refused", "application/json", body, TRACES)


def answer_good(request: Request) -> None:
    """Answer, with headers that are nobody else's business."""
    if not request.is_stream:
        request.exchange.whole("200 OK", "application/json", request.speech.whole(), TRACES)
        return
    request.exchange.begin("text/event-stream", TRACES)
    for event in request.good():
        request.exchange.chunk(event)
    request.exchange.end()


async def fail_midway(request: Request) -> None:
    """Say an error that holds keys, in a stream after some words."""
    speech, exchange = request.speech, request.exchange
    if not request.is_stream:
        body = json.dumps(speech.error("overloaded_error", LEAKY)).encode()
        exchange.whole("200 OK", "application/json", body)
        return
    exchange.begin()
    for piece in (*speech.opening(), *speech.texts()):
        exchange.chunk(piece)
    await asyncio.sleep(0.1)
    exchange.chunk(speech.error_event("overloaded_error", LEAKY))
    exchange.end()


@pytest.fixture(scope="module")
def upstream() -> Generator[Leaky]:
    with Running(Leaky()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Leaky, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [
        endpoint(f"{wire}-{name}", wire, f"{upstream.url}/{name}") | {"apiKey": ODD_KEY}
        for wire in WIRES
        for name in ("good", "midway", "redirect", "400", "404", "409", "422", "429")
    ]
    free = endpoint("free", "chat", f"{upstream.url}/good", ["unheard-of"])
    del free["tokenConfig"]
    with serving(config([*endpoints, free]), tmp_path_factory.mktemp("receipts")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=10
    ) as client:
        yield client


async def send(
    client: httpx2.AsyncClient, wire: str, model: str, *, is_stream: bool = False
) -> Got:
    body = request(wire, model, is_stream=is_stream)
    answer = got(wire, await client.post(PATHS[wire], json=body))
    for trace in ("of-the-upstream", "upstream/1", "db-7"):
        assert trace not in str(answer.headers)
    assert "set-cookie" not in answer.headers
    return answer


def check_receipt(answer: Got, server: Serving, slug: str) -> None:
    """Check the headers that every answer carries once it is known what serves it."""
    headers = answer.headers
    assert headers["request-id"] == headers["x-request-id"]
    assert headers["x-es-endpoint"] == slug
    assert headers["x-es-upstream-model"] == "m"
    assert headers["x-es-credential"] == "house"
    assert headers["x-es-attempts"] == "1"
    (entry,) = server.entries(answer.request_id)
    assert headers["x-es-config"] == entry.config == server.parts.live.current.version


@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire", WIRES)
async def test_an_answer_carries_its_receipt(
    wire: str, wire_out: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    whole = await send(client, wire, f"{wire_out}-good/m")
    check_receipt(whole, server, f"{wire_out}-good")
    assert whole.headers["x-es-cost"] == "0.000015"
    assert whole.headers["x-es-cost-status"] == "exact"
    streamed = await send(client, wire, f"{wire_out}-good/m", is_stream=True)
    check_receipt(streamed, server, f"{wire_out}-good")
    assert "x-es-cost" not in streamed.headers
    assert streamed.headers["x-accel-buffering"] == "no"
    assert "no-transform" in streamed.headers["cache-control"]
    told = await client.get(f"/me/usage/{streamed.request_id}")
    assert told.status_code == 200


@pytest.mark.parametrize("wire", WIRES)
async def test_what_came_to_no_call_has_a_receipt_too(
    wire: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    unknown = await send(client, wire, "nowhere/m")
    stranger = await client.post(
        PATHS[wire], json=request(wire, "free/m"), headers={"authorization": "Bearer es-nobody"}
    )
    assert (unknown.status, stranger.status_code) == (404, 401)
    for headers in (unknown.headers, stranger.headers):
        assert headers["request-id"] == headers["x-request-id"]
        assert headers["x-es-attempts"] == "0"
        assert headers["x-es-config"] == server.parts.live.current.version


async def test_what_has_no_price_is_said_to_have_none(client: httpx2.AsyncClient) -> None:
    answer = await send(client, "chat", "free/unheard-of")
    assert answer.headers["x-es-cost-status"] == "unpriced"
    assert "x-es-cost" not in answer.headers


async def test_what_a_translation_lost_is_on_the_receipt(client: httpx2.AsyncClient) -> None:
    body = request("chat", "messages-good/m", logit_bias={"50256": -100}, seed=7)
    answer = await client.post(PATHS["chat"], json=body)
    assert answer.status_code == 200
    losses = answer.headers["x-es-losses"].split(",")
    assert {"logit_bias", "seed"} <= set(losses)
    assert "x-es-losses" not in (await send(client, "chat", "chat-good/m")).headers


@pytest.mark.parametrize("is_stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("status", [400, 404, 409, 422, 429])
async def test_t_21_a_refusal_on_the_same_wire_comes_as_sent_without_its_secrets(
    status: int, wire: str, is_stream: bool, client: httpx2.AsyncClient, server: Serving
) -> None:
    answer = await send(client, wire, f"{wire}-{status}/m", is_stream=is_stream)
    assert answer.status == status
    check_receipt(answer, server, f"{wire}-{status}")
    assert not [secret for secret in PLANTED if secret.encode() in answer.body]
    told = json.loads(answer.body)
    assert set(told) == ({"error"} if wire == "chat" else {"type", "error"})
    assert told["error"]["type"] == "invalid_request_error"
    assert told["error"]["message"].startswith("Key ")
    assert "es" not in told["error"]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("status", [400, 404, 409, 422, 429])
async def test_t_21_a_refusal_of_the_other_wire_comes_in_the_callers_shape(
    status: int, wire: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    wire_out = WIRES[1 - WIRES.index(wire)]
    answer = await send(client, wire, f"{wire_out}-{status}/m")
    assert answer.status == status
    check_receipt(answer, server, f"{wire_out}-{status}")
    assert not [secret for secret in PLANTED if secret.encode() in answer.body]
    told = json.loads(answer.body)
    assert ("type" in told) == (wire == "messages")
    assert told["error"]["es"]["request_id"] == answer.request_id


@pytest.mark.parametrize("is_stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire", WIRES)
async def test_t_21_an_error_under_a_success_tells_no_secret(
    wire: str, wire_out: str, is_stream: bool, client: httpx2.AsyncClient, server: Serving
) -> None:
    answer = await send(client, wire, f"{wire_out}-midway/m", is_stream=is_stream)
    assert len(answer.errors) == 1
    assert answer.text == ("Bad news travels fast." if is_stream else "")
    assert not [secret for secret in PLANTED if secret.encode() in answer.body]
    check_receipt(answer, server, f"{wire_out}-midway")


@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire", WIRES)
async def test_t_15_a_redirect_is_an_error_and_is_not_followed(
    wire: str, wire_out: str, client: httpx2.AsyncClient, upstream: Leaky
) -> None:
    before = len(upstream.seen)
    answer = await send(client, wire, f"{wire_out}-redirect/m")
    assert (answer.status, answer.code) == (502, "upstream_error")
    assert "location" not in answer.headers
    assert "redirect" in answer.errors[0]["message"]
    assert len(upstream.seen) == before + 1


@pytest.mark.parametrize("wire", WIRES)
async def test_a_refusal_of_ours_names_the_request(
    wire: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    answer = await send(client, wire, "nothing/of-the-kind")
    assert answer.status == 404
    assert answer.headers["x-should-retry"] == "false"
    assert answer.errors[0]["es"]["request_id"] == answer.request_id
    assert server.entries(answer.request_id) == []
