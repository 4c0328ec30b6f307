"""Calls against a balance: until it is spent, when it is refilled, and what never counts."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest

from endpoints_server.domain.money.usd import usd
from tests.calls.asking import Got, ask
from tests.calls.places import Block, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server
from tests.upstreams.speech import USAGE

FREE = {"prompt": 0, "completion": 0, "context": 8}
CHARGE_CREDITS = 15
"""What each answer costs: seven tokens in at one USD per million, four out at two."""


class Paid(Server):
    """Answers, and says that it charges half a USD."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.asked = 0

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        self.asked += 1
        request = Request(exchange, 0)
        if request.is_stream:
            exchange.begin("text/event-stream")
            for event in request.good():
                exchange.chunk(event)
            exchange.end()
            return
        is_chat = "chat" in exchange.seen.path
        charged: Block | None = {"usage": {**USAGE, "cost": 0.5}} if is_chat else None
        exchange.whole("200 OK", "application/json", request.speech.whole(None, charged))


def file_with(url: str, balance: Mapping[str, object] | None) -> str:
    """Write a file with a model of each kind, and a balance."""
    unpriced: Block = endpoint("unpriced", "chat", url, ["unheard-of"])
    del unpriced["tokenConfig"]
    free = endpoint("free", "chat", url) | {"tokenConfig": {"m": FREE}}
    priced = [endpoint(wire, wire, url) for wire in ("chat", "messages")]
    file = json.loads(config([*priced, free, unpriced]))
    return json.dumps(file if balance is None else file | {"balance": balance})


class Place:
    """A server with a balance before an upstream that counts how often it is asked."""

    def __init__(self, folder: Path, upstream: Paid, **balance: object) -> None:
        self.folder = folder
        self.upstream = upstream
        self.text = file_with(upstream.url, {"enabled": True} | balance if balance else None)

    def open(self) -> AbstractContextManager[Serving]:
        return serving(self.text, self.folder)


def client_of(server: Serving) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, headers=server.headers, timeout=10)


async def left(client: httpx2.AsyncClient) -> str:
    return str((await client.get("/me/balance")).json()["left_usd"])


def check_refusal(answer: Got, status: int, code: str) -> None:
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["x-should-retry"] == "false"
    assert answer.errors[0]["es"]["who"] == "caller"


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("wire", ["chat", "messages"])
async def test_a_caller_over_budget_is_refused_in_its_own_wire(
    wire: str, is_stream: bool, tmp_path: Path
) -> None:
    with Running(Paid()) as upstream:
        place = Place(tmp_path, upstream, startBalance=100)
        with place.open() as server:
            async with client_of(server) as client:
                told = 100
                answer = await ask(client, wire, f"{wire}/m", is_stream=is_stream, max_tokens=4)
                while answer.status == 200:
                    told -= CHARGE_CREDITS
                    assert await left(client) == usd(told * 1000)
                    answer = await ask(client, wire, f"{wire}/m", is_stream=is_stream, max_tokens=4)
                check_refusal(answer, 429, "budget_exceeded")
                assert 0 <= told < 60
                assert "retry-after" not in answer.headers
                assert f"balance of {usd(told * 1000)} USD" in answer.errors[0]["message"]
                assert "not refilled" in answer.errors[0]["message"]
                assert upstream.asked == len(server.latest(100)) == (100 - told) // CHARGE_CREDITS
                assert all(entry.is_charged for entry in server.latest(10))
                assert (await ask(client, "chat", "free/m")).status == 200


async def test_i_53_calls_at_once_do_not_overdraw_a_balance(tmp_path: Path) -> None:
    with Running(Paid()) as upstream, Place(tmp_path, upstream, startBalance=200).open() as server:
        async with client_of(server) as client:
            asked = (ask(client, "chat", "chat/m", max_tokens=4) for _ in range(40))
            answers = await asyncio.gather(*asked)
            admitted = [answer for answer in answers if answer.status == 200]
            assert 1 <= len(admitted) <= 200 // CHARGE_CREDITS  # what one may cost is held
            assert await left(client) == usd((200 - len(admitted) * CHARGE_CREDITS) * 1000)
            headers = admitted[0].headers
            assert headers["x-es-budget-name"] == "balance"
            assert 0 <= float(headers["x-es-budget-remaining"]) < 0.0002


async def test_what_may_cost_more_than_there_is_is_refused_before_it_begins(tmp_path: Path) -> None:
    with Running(Paid()) as upstream, Place(tmp_path, upstream, startBalance=300).open() as server:
        async with client_of(server) as client:
            dear = await ask(client, "chat", "chat/m", max_tokens=4000)
            check_refusal(dear, 429, "budget_exceeded")
            assert "smaller ceiling" in dear.errors[0]["message"]
            long = [{"role": "user", "content": "word " * 200}]
            answer = await ask(client, "chat", "chat/m", messages=long, max_tokens=4)
            check_refusal(answer, 429, "budget_exceeded")
            assert upstream.asked == 0
            assert (await ask(client, "chat", "chat/m", max_tokens=4)).status == 200


@pytest.mark.parametrize("wire", ["chat", "messages"])
async def test_what_nobody_has_priced_cannot_be_paid_from_a_balance(
    wire: str, tmp_path: Path
) -> None:
    with Running(Paid()) as upstream, Place(tmp_path, upstream, startBalance=99).open() as server:
        async with client_of(server) as client:
            refused = await ask(client, wire, "unpriced/unheard-of")
            check_refusal(refused, 402, "model_unpriced")
            assert refused.errors[0]["type"] == "invalid_request_error"
            assert upstream.asked == 0


async def test_a_refill_comes_when_it_is_due_and_once(tmp_path: Path) -> None:
    refill: Block = {
        "startBalance": 50,
        "autoRefillEnabled": True,
        "refillIntervalValue": 2,
        "refillIntervalUnit": "seconds",
        "refillAmount": 100,
    }
    with Running(Paid()) as upstream, Place(tmp_path, upstream, **refill).open() as server:
        async with client_of(server) as client:
            assert (await ask(client, "chat", "chat/m", max_tokens=4)).status == 200
            refused = await ask(client, "chat", "chat/m", max_tokens=4)
            check_refusal(refused, 429, "budget_exceeded")
            assert "0.0001 USD more" in refused.errors[0]["message"]
            assert 0 <= float(refused.headers["retry-after"]) <= 2
            await asyncio.sleep(float(refused.headers["retry-after-ms"]) / 1000 + 0.05)
            asked = (ask(client, "chat", "chat/m", max_tokens=4) for _ in range(8))
            many = await asyncio.gather(*asked)
            assert any(answer.status == 200 for answer in many)
            told = (await client.get("/me/balance")).json()
            assert told["granted_usd"] == "0.00015"


async def test_a_balance_outlives_a_restart(tmp_path: Path) -> None:
    with Running(Paid()) as upstream:
        place = Place(tmp_path, upstream, startBalance=9000)
        for expected in ("0.008985", "0.00897"):
            with place.open() as server:
                async with client_of(server) as client:
                    assert (await ask(client, "chat", "chat/m")).status == 200
                    assert await left(client) == expected


async def test_what_is_spent_while_nobody_is_limited_never_counts(tmp_path: Path) -> None:
    with Running(Paid()) as upstream, Place(tmp_path, upstream).open() as server:
        async with client_of(server) as client:
            assert (await ask(client, "chat", "chat/m")).status == 200
            assert (await ask(client, "chat", "unpriced/unheard-of")).status == 200
            assert not any(entry.is_charged for entry in server.latest(2))
            limited = file_with(upstream.url, {"enabled": True, "startBalance": 9000})
            server.config.write_text(limited)
            server.ask(server.parts.live.reload())
            assert await left(client) == "0.009"
            assert (await ask(client, "chat", "chat/m")).status == 200
            assert await left(client) == "0.008985"


@pytest.mark.parametrize("wire", ["chat", "messages"])
async def test_what_the_upstream_says_it_charges_is_kept_beside_our_cost(
    wire: str, tmp_path: Path
) -> None:
    with Running(Paid()) as upstream, Place(tmp_path, upstream).open() as server:
        async with client_of(server) as client:
            answer = await ask(client, wire, "chat/m")
            (entry,) = server.entries(answer.request_id)
            assert (entry.cost_nano_usd, entry.reported_cost_nano_usd) == (15_000, 500_000_000)
            told = (await client.get(f"/me/usage/{answer.request_id}")).json()["attempts"][0]
            assert (told["cost_usd"], told["reported_cost_usd"]) == ("0.000015", "0.5")
