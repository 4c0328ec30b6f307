"""An upstream that embeds, completes and counts, and does so oddly for models with odd names."""

import base64
import json
import struct
from collections.abc import Callable
from typing import Any

from tests.upstreams.server import Exchange, Server

Json = dict[str, Any]
VECTOR = (0.25, -1.5, 3.0)
WORDS = ("Once", " upon", " a", " time")
COUNTED_TOKENS = 42


class Beside(Server):
    """Answers what stands beside chat; a model of another name than these answers well."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.odd: dict[str, Callable[[Exchange, Json], None]] = {
            "refuses": refuse,
            "fails-in-200": fail_in_200,
            "talks-nonsense": talk_nonsense,
            "breaks-off": break_off,
            "never-streams": complete_whole,
            "always-streams": complete_in_stream,
            "tells-no-usage": tell_no_usage,
            "tells-totals": tell_totals,
        }

    async def _answer(self, exchange: Exchange) -> None:
        asked: Json = json.loads(await exchange.read_body())
        answer = self.odd.get(asked["model"])
        if asked["model"] == "hangs":
            await exchange.hang()
        elif answer is not None:
            answer(exchange, asked)
        elif exchange.seen.path.partition("?")[0].endswith("/embeddings"):
            embed(exchange, asked)
        elif exchange.seen.path.endswith("/completions"):
            complete(exchange, asked)
        else:
            say(exchange, {"input_tokens": COUNTED_TOKENS})


def say(exchange: Exchange, body: Json, status: str = "200 OK") -> None:
    """Answer with an object."""
    exchange.whole(status, "application/json", json.dumps(body).encode())


def vectors(asked: Json) -> list[Json]:
    """Embed each input, in the encoding that was asked for."""
    inputs = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    told: object = list(VECTOR)
    if asked.get("encoding_format") == "base64":
        told = base64.b64encode(struct.pack("<3f", *VECTOR)).decode()
    return [
        {"object": "embedding", "index": index, "embedding": told} for index in range(len(inputs))
    ]


def embed(exchange: Exchange, asked: Json) -> None:
    """Answer with vectors."""
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    told = {"object": "list", "data": vectors(asked), "model": "embedder-1", "usage": usage}
    say(exchange, told)


def tell_totals(exchange: Exchange, asked: Json) -> None:
    """Tell nothing but the total."""
    say(exchange, {"object": "list", "data": vectors(asked), "usage": {"total_tokens": 9}})


def tell_no_usage(exchange: Exchange, asked: Json) -> None:
    """Tell no usage at all."""
    if "input" in asked:
        say(exchange, {"object": "list", "data": vectors(asked)})
    else:
        say(exchange, whole({}))


def complete(exchange: Exchange, asked: Json) -> None:
    """Go on with the text, as asked."""
    if asked.get("stream"):
        complete_in_stream(exchange, asked)
    else:
        complete_whole(exchange, asked)


def whole(rest: Json) -> Json:
    """Give a whole completion."""
    choice = {"text": "".join(WORDS), "index": 0, "logprobs": None, "finish_reason": "length"}
    head = {"id": "cmpl-1", "object": "text_completion", "created": 5, "model": "completer-1"}
    return {**head, "choices": [choice], **rest}


USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def complete_whole(exchange: Exchange, _asked: Json) -> None:
    """Answer at once, over several lines."""
    body = json.dumps(whole({"usage": USAGE}), indent=1).encode()
    exchange.whole("200 OK", "application/json", body)


def chunk(text: str, reason: str | None) -> bytes:
    """Write a piece of a stream."""
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": reason}
    return event(whole({"choices": [choice]}))


def event(body: Json) -> bytes:
    """Write an event."""
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def complete_in_stream(exchange: Exchange, asked: Json) -> None:
    """Answer piece by piece, with the usage where it was asked for."""
    exchange.begin()
    for place, word in enumerate(WORDS, 1):
        exchange.chunk(chunk(word, "length" if place == len(WORDS) else None))
    if (asked.get("stream_options") or {}).get("include_usage"):
        exchange.chunk(event(whole({"choices": [], "usage": USAGE})))
    exchange.chunk(b"data: [DONE]\n\n")
    exchange.end()


def break_off(exchange: Exchange, _asked: Json) -> None:
    """Stop in the middle of a stream."""
    exchange.begin()
    exchange.chunk(chunk(WORDS[0], None))
    exchange.end()


def refuse(exchange: Exchange, _asked: Json) -> None:
    """Refuse, in words of its own."""
    error = {"message": "This model does not do that.", "type": "invalid_request_error"}
    say(exchange, {"type": "error", "error": error}, "400 Bad Request")


def fail_in_200(exchange: Exchange, _asked: Json) -> None:
    """Tell an error as if it were an answer."""
    say(exchange, {"error": {"message": "Overloaded.", "type": "overloaded_error"}})


def talk_nonsense(exchange: Exchange, _asked: Json) -> None:
    """Answer with what is nothing of what was asked for."""
    exchange.whole("200 OK", "application/json", b'{"hello": [1]}')
