"""An upstream that answers every call as it is told, byte for byte, and lists the models it has."""

import json
from typing import Any

from tests.upstreams.server import Exchange, Server

Json = dict[str, Any]
STREAM = "text/event-stream"
JSON = "application/json"


class Ailing(Server):
    """`status`, `headers` and `body` are the answer to calls; `names` are listed, None for 404."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.status = "200 OK"
        self.content_type = STREAM
        self.headers: tuple[str, ...] = ()
        self.body = chat({"role": "assistant", "content": "Hello."})
        self.names: list[str] | None = ["one", "two"]
        self.list_status = "200 OK"
        self.refused_key = ""

    def answers(self, status: str, body: object, content_type: str = JSON, *headers: str) -> None:
        """Say how calls are answered from now on; what is no bytes goes as JSON."""
        self.status, self.content_type, self.headers = status, content_type, headers
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def refuses(self, status: str, message: str, **more: object) -> None:
        """Answer calls with an error as OpenAI writes it."""
        self.answers(status, {"error": {"message": message, "type": "error", **more}})

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        if exchange.seen.method == "GET":
            listed = {"data": [{"id": name} for name in self.names or ()]}
            status = "404 Not Found" if self.names is None else self.list_status
            exchange.whole(status, JSON, json.dumps(listed).encode())
        elif self.refused_key and self.refused_key in exchange.seen.headers["authorization"]:
            exchange.whole("401 Unauthorized", JSON, b"{}")
        else:
            exchange.whole(self.status, self.content_type, self.body, *self.headers)

    @property
    def calls(self) -> list[Json]:
        """The bodies of the calls that came."""
        return [json.loads(seen.body) for seen in self.seen if seen.method == "POST"]


def chat(*deltas: Json, reason: str = "stop") -> bytes:
    """Stream an answer of Chat Completions."""
    ended: list[Json] = [
        *({"delta": each} for each in deltas),
        {"delta": {}, "finish_reason": reason},
    ]
    chunks = [{"id": "c", "model": "m", "choices": [{"index": 0, **each}]} for each in ended]
    events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return ("".join(events) + "data: [DONE]\n\n").encode()


def events(*told: Json) -> bytes:
    """Stream objects under the names of their types."""
    named = (f"event: {each.get('type', 'x')}\ndata: {json.dumps(each)}\n\n" for each in told)
    return "".join(named).encode()
