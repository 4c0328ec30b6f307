"""An upstream that tells everything it was told, in every way an upstream can fail."""

import json
from collections.abc import Awaitable, Callable

from tests.upstreams.bad import BEHAVIOURS
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Server
from tests.upstreams.speech import Json

REPLY_HEADER = "zzreplyheaderzz5512"
STATUSES = {
    "400": "400 Bad Request",
    "401": "401 Unauthorized",
    "403": "403 Forbidden",
    "404": "404 Not Found",
    "413": "413 Content Too Large",
    "422": "422 Unprocessable Entity",
    "429": "429 Too Many Requests",
    "500": "500 Internal Server Error",
    "503": "503 Service Unavailable",
    "529": "529 Overloaded",
}
SPECIAL = (
    *("error_in_stream", "html", "redirect", "no_http", "broken_json", "broken_answer"),
    *("reset_before_headers", "reset_mid_body", "close_mid_event", "short_length", "hang"),
    *("gzip_broken", "good"),
)
MODELS = (*(f"json-{code}" for code in STATUSES), *(f"text-{code}" for code in STATUSES), *SPECIAL)
"""The models it has, each named after how it fails."""


class Hostile(Server):
    """The server; what it was sent stands in `seen`."""

    def __init__(self) -> None:
        super().__init__(answer)


async def answer(exchange: Exchange) -> None:
    """Fail as the model asked for says."""
    await exchange.read_body()
    request = Request(exchange, 0.01)
    name = str(request.asked.get("model", "good"))
    kind, _, code = name.partition("-")
    if code in STATUSES:
        fail(request, kind, STATUSES[code])
        return
    await OWN.get(name, BEHAVIOURS.get(name, BEHAVIOURS["good"]))(request)


def told(request: Request) -> str:
    """Repeat a request, headers and body, in the ways that servers write them into errors."""
    seen = request.exchange.seen
    lines = "\n".join(f"{name}: {value}" for name, value in seen.headers.items())
    values = " ".join(seen.headers.values())
    body = seen.body.decode(errors="replace")
    return f"{seen.path} {seen.headers!r} {json.dumps(seen.headers)}\n{lines}\n{values}\n{body}"


def fail(request: Request, kind: str, status: str) -> None:
    """Refuse with everything in the body and the headers."""
    headers = (f"x-debug: {REPLY_HEADER}", f"set-cookie: s={REPLY_HEADER}", "retry-after: 1")
    if kind == "text":
        request.exchange.whole(status, "text/plain", told(request).encode(), *headers)
        return
    error: Json = {
        "message": f"Incorrect API key provided: {told(request)}",
        "type": "invalid_request_error",
        "param": told(request),
        "code": told(request),
    }
    body = json.dumps({"type": "error", "error": error, "request": told(request)}).encode()
    request.exchange.whole(status, "application/json", body, *headers)


async def error_in_stream(request: Request) -> None:
    """Begin, then tell everything in an error."""
    speech = request.speech
    error = speech.error_event("overloaded_error", told(request))
    whole = json.dumps(speech.error("overloaded_error", told(request))).encode()
    request.answer([*speech.opening(), speech.texts()[0], error], whole)


async def html(request: Request) -> None:
    """Answer with a page under a good status."""
    request.exchange.whole("200 OK", "text/html", f"<pre>{told(request)}</pre>".encode())


async def redirect(request: Request) -> None:
    """Send elsewhere, with the key in the address."""
    key = request.exchange.seen.headers.get("authorization", "").removeprefix("Bearer ")
    location = f"location: http://127.0.0.1:9/?key={key}&x={REPLY_HEADER}"
    request.exchange.whole("307 Temporary Redirect", "text/plain", b"", location)


async def no_http(request: Request) -> None:
    """Speak no HTTP at all, but speak."""
    request.exchange.write(told(request).encode())
    request.exchange.close()


async def broken_json(request: Request) -> None:
    """Break off the JSON in the middle of what was told."""
    broken = json.dumps({"choices": told(request)})[:-20].encode()
    request.answer([b"data: " + broken + b"\n\n"], broken)


async def broken_answer(request: Request) -> None:
    """Answer with JSON of the wrong shape, which holds what the caller said."""
    said = request.exchange.seen.body.decode()
    wrong = json.dumps({"choices": [said], "content": {"a": said}}).encode()
    request.answer([b"event: message_start\ndata: " + wrong + b"\n\n"], wrong)


OWN: dict[str, Callable[[Request], Awaitable[None]]] = {
    each.__name__: each
    for each in (error_in_stream, html, redirect, no_http, broken_json, broken_answer)
}
