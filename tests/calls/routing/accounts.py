"""Accounts that open what they sealed themselves, and clients that bring it back."""

import json
from itertools import count
from typing import Any

import httpx2

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Seal, Text, Thinking
from endpoints_server.domain.talk.reply import Reply, Stop, StopKind, unfold
from endpoints_server.domain.wire import Style
from endpoints_server.wires.listed import WIRES
from tests.calls.asking import PATHS
from tests.calls.places import config, endpoint
from tests.calls.routing.stage import CALM
from tests.upstreams.server import Exchange, Seen, Server

KEYS = [f"sk-of-account-{number}" for number in range(4)]
RESPONSES = "openai_responses"
Json = dict[str, Any]


class Accounts(Server):
    """Answers on the Responses wire, and knows its own: answers and seals of each account."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.given: dict[str, str] = {}
        self.numbers = count(1)

    async def _answer(self, exchange: Exchange) -> None:
        body = await exchange.read_body()
        asked, account = json.loads(body), account_of(exchange.seen)
        followed = asked.get("previous_response_id")
        seals = [
            item["encrypted_content"] for item in items_in(asked) if "encrypted_content" in item
        ]
        if followed and self.given.get(followed) != account:
            refuse(exchange, "previous_response_not_found")
        elif any(seal != f"sealed-for-{account}" for seal in seals):
            refuse(exchange, "invalid_encrypted_content")
        else:
            self._say(exchange, account, is_stream=asked.get("stream") is True)

    def _say(self, exchange: Exchange, account: str, *, is_stream: bool) -> None:
        id = f"resp_{next(self.numbers)}"
        self.given[id] = account
        style = Style(id=id, model="m", created_at=1, request_id="r", has_usage=True)
        reply = Reply(
            id=id,
            model="m",
            created_at=1,
            parts=(
                Thinking(text="", seal=Seal(RESPONSES, f"sealed-for-{account}", is_redacted=True)),
                Text(text="Gladly."),
            ),
            stop=Stop(kind=StopKind.END),
            usage=Usage(input=5, output=2),
        )
        wire = WIRES[RESPONSES]
        if not is_stream:
            exchange.whole("200 OK", "application/json", wire.write_reply(reply, style))
            return
        writer = wire.writer(style)
        exchange.begin()
        exchange.chunk(b"".join(writer.write(event) for event in unfold(reply)))
        exchange.end()


def items_in(asked: Json) -> list[Json]:
    return [item for item in asked["input"] if isinstance(item, dict)]


def account_of(seen: Seen) -> str:
    return seen.headers["authorization"].removeprefix("Bearer ")


def refuse(exchange: Exchange, code: str) -> None:
    body = {"error": {"message": code, "type": "invalid_request_error", "code": code}}
    exchange.whole("400 Bad Request", "application/json", json.dumps(body).encode())


def file_of(accounts: Accounts, keys: list[str], **server: object) -> str:
    """Four accounts: two as keys of one endpoint, two as endpoints of their own."""
    blocks = [
        {**endpoint(f"org-{number}", "responses", accounts.url), "apiKey": key}
        for number, key in enumerate(KEYS)
        if key in keys and number != 1
    ]
    targets = [{"endpoint": str(block["name"]), "model": "m", "weight": 1} for block in blocks]
    spare = {"org-0": {"apiKeys": [KEYS[1]]}} if KEYS[1] in keys else {}
    return config(blocks, {**CALM, "aliases": {"any": targets}, "endpoints": spare, **server})


class Conversation:
    """A coding client's: it sends everything again, and its reasoning sealed."""

    def __init__(self, number: int) -> None:
        self.items: list[Json] = [{"role": "user", "content": f"Question {number}"}]

    async def ask(self, client: httpx2.AsyncClient, *, is_stream: bool = False) -> httpx2.Response:
        body = {"model": "any", "input": self.items, "store": False, "stream": is_stream}
        answer = await client.post(PATHS["responses"], json=body)
        if answer.status_code == 200 and not is_stream:
            self.items = [
                *self.items,
                *answer.json()["output"],
                {"role": "user", "content": "Go on"},
            ]
        return answer
