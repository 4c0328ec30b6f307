"""Configured headers as they arrive: filled in, or empty, and never more than a line."""

from collections.abc import Generator

import httpx2
import pytest

from tests.calls.asking import request
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

HEADERS = {
    "X-Nobody-Knows": "{{LIBRECHAT_USER_GITHUBID}}",
    "X-Around": "[<<LIBRECHAT_USER_TENANTID>>]",
    "X-Talk": "{{LIBRECHAT_BODY_CONVERSATIONID}}",
    "X-Plain": "Société",
    "anthropic-beta": "of-the-house-2026",
}


async def answer(exchange: Exchange) -> None:
    await exchange.read_body()
    Request(exchange, 0).answer()


@pytest.fixture(scope="module")
def upstream() -> Generator[Server]:
    with Running(Server(answer)) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Server, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [
        endpoint(wire, wire, upstream.url) | {"headers": HEADERS} for wire in ("chat", "messages")
    ]
    with serving(config(endpoints), tmp_path_factory.mktemp("headers")) as server:
        yield server


def sent(server: Serving, upstream: Server, conversation: str) -> dict[str, str]:
    """Ask within a conversation; gives the headers that arrived."""
    asked = request("chat", "chat/m", metadata={"conversation_id": conversation})
    url = f"{server.url}/v1/chat/completions"
    assert httpx2.post(url, json=asked, headers=server.headers, timeout=20).status_code == 200
    return upstream.last.headers


def test_what_nobody_knows_of_a_person_is_empty(server: Serving, upstream: Server) -> None:
    headers = sent(server, upstream, "one")
    assert (headers["x-nobody-knows"], headers["x-around"]) == ("", "[]")
    assert headers["x-talk"] == "one"


def test_what_is_latin_1_arrives_as_one_byte_a_letter(server: Serving, upstream: Server) -> None:
    headers = sent(server, upstream, "José")  # the upstream reads its head byte by byte
    assert (headers["x-plain"], headers["x-talk"]) == ("Société", "José")


@pytest.mark.parametrize(
    ("conversation", "arrived"),
    [("Łódź", "b64:xYHDs2TFug=="), ("a🚀b", "b64:YfCfmoBi"), ("one\r\nX-Evil: 1", None)],
)
def test_what_does_not_fit_a_line_is_encoded_or_left_out(
    server: Serving, upstream: Server, conversation: str, arrived: str | None
) -> None:
    headers = sent(server, upstream, conversation)
    assert headers.get("x-talk") == arrived
    assert "x-evil" not in headers


def test_betas_of_the_house_and_of_the_caller_are_asked_for_together(
    server: Serving, upstream: Server
) -> None:
    asked = {"anthropic-beta": "of-the-caller, of-the-house-2026", **server.headers}
    url = f"{server.url}/v1/messages"
    body = request("messages", "messages/m")
    assert httpx2.post(url, json=body, headers=asked, timeout=20).status_code == 200
    assert upstream.last.headers["anthropic-beta"] == "of-the-caller,of-the-house-2026"
