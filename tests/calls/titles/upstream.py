"""An upstream that answers chats alike, and requests for titles as its path says."""

import asyncio
import json
from typing import Any

from tests.upstreams.server import Exchange, Seen, Server
from tests.upstreams.speech import OpenAIChat, Speech, speech_for

SAID = "How long do eggs boil?"
TITLE = "Boiled Eggs"
ANSWER = "Bad news travels fast."
Json = dict[str, Any]


class TitleUpstream(Server):
    """Speaks both wires; `{url}/hang` never answers a request for a title, and so on.

    Chats under `slow` and `left` take a second, those under `down` fail, others are answered at
    once.
    """

    def __init__(self) -> None:
        super().__init__(self._answer)

    def titles(self, place: str) -> list[Json]:
        """Give the bodies of the requests for titles that came to a place."""
        return [body_of(seen) for seen in self.requests(place)]

    def requests(self, place: str) -> list[Seen]:
        """Give the requests for titles that came to a place."""
        return [
            seen for seen in list(self.seen) if place_of(seen) == place and asks_for_title(seen)
        ]

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        if asks_for_title(exchange.seen):
            await self._title(exchange)
        else:
            await self._chat(exchange)

    async def _chat(self, exchange: Exchange) -> None:
        place = place_of(exchange.seen)
        if place == "down":
            exchange.whole("500 Oops", "application/json", b'{"error":{"message":"down"}}')
            return
        speech = speech_of(exchange.seen)
        if place in ("slow", "left"):
            await asyncio.sleep(1)
        if not body_of(exchange.seen).get("stream"):
            exchange.whole("200 OK", "application/json", speech.whole())
            return
        exchange.begin()
        pieces = [*speech.opening(), *speech.texts(), *speech.closing(), *speech.end()]
        exchange.chunk(b"".join(pieces))
        exchange.end()

    async def _title(self, exchange: Exchange) -> None:
        match place_of(exchange.seen):
            case "hang" | "slow-title":
                await exchange.hang()
            case "left" if self._is_first(exchange):
                await exchange.hang()
            case "absent":
                exchange.whole("404 No", "application/json", b'{"error":{"message":"no model"}}')
            case "flaky" if self._is_first(exchange):
                exchange.whole("429 Later", "application/json", b"{}", "retry-after: 0")
            case "picky" if is_fussed(body_of(exchange.seen)):
                error = b'{"error":{"message":"unknown parameter"}}'
                exchange.whole("400 No", "application/json", error)
            case "garbage":
                exchange.whole("200 OK", "text/html", b"<html>{title}</html>")
            case "reasons":
                tell(exchange, "<think>" + "Eggs? " * 500)
            case "shaped":
                tell(exchange, json.dumps({"language": "English", "title": TITLE}))
            case _:
                tell(exchange, f'**Title:** "{TITLE}"\n')

    def _is_first(self, exchange: Exchange) -> bool:
        return len(self.requests(place_of(exchange.seen))) == 1


def tell(exchange: Exchange, text: str) -> None:
    """Answer with a text."""
    speech = speech_of(exchange.seen)
    is_chat = isinstance(speech, OpenAIChat)
    content = text if is_chat else [{"type": "text", "text": text}]
    exchange.whole("200 OK", "application/json", speech.whole({"content": content}))


def speech_of(seen: Seen) -> Speech:
    """Choose the wire by the path."""
    return speech_for(seen.path, str(body_of(seen)["model"]))


def place_of(seen: Seen) -> str:
    """Give the beginning of the path."""
    return seen.path.split("/")[1]


def body_of(seen: Seen) -> Json:
    """Read a request's body."""
    body: Json = json.loads(seen.body)
    return body


def asks_for_title(seen: Seen) -> bool:
    """Say whether a request is one for a title: its words are not the user's alone."""
    return "AI:" in json.dumps(body_of(seen))


def is_fussed(body: Json) -> bool:
    """Say whether a body holds what a fussy upstream does not know."""
    return not {"max_tokens", "response_format"}.isdisjoint(body)
