"""One request to the bad provider, and the register of what it can do with it."""

import json
from collections.abc import Awaitable, Callable

from tests.upstreams.server import Exchange
from tests.upstreams.speech import Json, Speech, speech_for


class Request:
    """One exchange, and what its answer should say if all were well."""

    def __init__(self, exchange: Exchange, pause_seconds: float) -> None:
        self.exchange = exchange
        self.pause_seconds = pause_seconds
        self.asked = asked_in(exchange.seen.body)
        model = str(self.asked.get("model", "bad-1"))
        self.speech: Speech = speech_for(exchange.seen.path, model)
        self.is_stream = self.asked.get("stream") is True or ":stream" in exchange.seen.path

    def good(self) -> list[bytes]:
        """Give the events of a good stream."""
        speech = self.speech
        return [*speech.opening(), *speech.texts(), *speech.closing(), *speech.end()]

    def answer(self, events: list[bytes] | None = None, whole: bytes | None = None) -> None:
        """Answer as asked: these events, or this body."""
        if not self.is_stream:
            self.exchange.whole("200 OK", "application/json", whole or self.speech.whole())
            return
        self.exchange.begin()
        for event in self.good() if events is None else events:
            self.exchange.chunk(event)
        self.exchange.end()

    def fail(self, status: str, kind: str, *headers: str) -> None:
        """Answer with an error in the wire's own shape."""
        body = json.dumps(self.speech.error(kind, f"Said the provider: {kind}")).encode()
        self.exchange.whole(status, "application/json", body, *headers)


Behave = Callable[[Request], Awaitable[None]]
BEHAVIOURS: dict[str, Behave] = {}


def behaviour(behave: Behave) -> Behave:
    """Enter a behaviour under its own name."""
    BEHAVIOURS[behave.__name__] = behave
    return behave


def asked_in(body: bytes) -> Json:
    """Read a request's body as far as it is an object."""
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}
