"""A caller that knows nothing of the server but its wires, and says what it got."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
from msgspec import Struct

PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}
VERBS = {False: "generateContent", True: "streamGenerateContent?alt=sse"}
ENDS = ("message_stop", "response.completed")
PATIENCE_SECONDS = 30.0
Json = dict[str, Any]


class Got(Struct, frozen=True, kw_only=True):
    """An answer as it came; `errors` are error objects, `took` the seconds until its end.

    `has_end` says that the end marker came, `has_more` that something came after an end or an
    error.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    took: float
    text: str = ""
    errors: tuple[Json, ...] = ()
    has_end: bool = False
    has_more: bool = False

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]

    @property
    def code(self) -> str:
        """Our code for what went wrong."""
        return str(self.errors[0].get("es", {}).get("code", "")) if self.errors else ""


def request(wire: str, model: str, *, is_stream: bool = False, **more: object) -> Json:
    """Say something plain in a wire."""
    if wire == "google":
        return {"contents": [{"parts": [{"text": "What news?"}]}]} | more
    turns = "input" if wire == "responses" else "messages"
    asked: Json = {"model": model, turns: [{"role": "user", "content": "What news?"}]}
    if wire == "messages":
        asked["max_tokens"] = 100
    if is_stream:
        asked["stream"] = True
    return asked | more


async def ask(
    client: httpx2.AsyncClient,
    wire: str,
    model: str,
    *,
    is_stream: bool = False,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Got:
    """Ask and read to the end."""
    began_at = time.monotonic()
    body = request(wire, model, is_stream=is_stream, **more)
    async with asyncio.timeout(PATIENCE_SECONDS):
        path = path_of(wire, model, is_stream=is_stream)
        answer = await client.post(path, json=body, headers=dict(headers or {}))
    return got(wire, answer, time.monotonic() - began_at)


def path_of(wire: str, model: str, *, is_stream: bool) -> str:
    """Give the path to ask at; on Google's wire it names the model."""
    return PATHS.get(wire) or f"/v1beta/models/{model}:{VERBS[is_stream]}"


def got(wire: str, answer: httpx2.Response, took: float = 0.0) -> Got:
    """Read an answer, whole or streamed."""
    is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    told = told_in(wire, answer.content) if is_stream else told_whole(wire, answer.content)
    return Got(
        status=answer.status_code,
        headers=dict(answer.headers),
        body=answer.content,
        took=took,
        **told,
    )


def told_whole(wire: str, body: bytes) -> Json:
    """Read a whole answer, or an error."""
    read = json.loads(body)
    if read.get("error"):
        return {"errors": (read["error"],)}
    if wire == "chat":
        return {"text": read["choices"][0]["message"]["content"] or ""}
    if wire == "google":
        return {"text": piece_in(wire, read)}
    if wire == "responses":
        parts = [part for item in read["output"] for part in item.get("content") or ()]
    else:
        parts = read["content"]
    return {"text": "".join(part.get("text", "") for part in parts)}


def told_in(wire: str, body: bytes) -> Json:
    """Read a stream strictly: each event is JSON, and nothing is forgiven."""
    texts: list[str] = []
    errors: list[Json] = []
    has_end = has_more = False
    for data in events_in(body):
        if errors and is_told_again(data):
            continue
        has_more = has_more or (has_end and wire != "google") or bool(errors)
        if data == "[DONE]":
            has_end = True
            continue
        event = json.loads(data)
        if "error" in event:
            errors.append(event["error"])
        has_end = has_end or event.get("type") in ENDS or '"finishReason"' in data
        texts.append(piece_in(wire, event))
    return {
        "text": "".join(texts),
        "errors": tuple(errors),
        "has_end": has_end,
        "has_more": has_more,
    }


def is_told_again(data: str) -> bool:
    """Say whether an event tells an error again, for the clients that look for it there."""
    return data.startswith('{"type":"response.failed"')


def piece_in(wire: str, event: Json) -> str:
    """Give the text of one event."""
    if wire == "messages":
        return str(event.get("delta", {}).get("text", ""))
    if wire == "google":
        candidates = event.get("candidates") or [{}]
        parts = (candidates[0].get("content") or {}).get("parts", [])
        return "".join(part.get("text") or "" for part in parts)
    if wire == "responses":
        return str(event["delta"]) if event["type"] == "response.output_text.delta" else ""
    choices = event.get("choices") or [{}]
    return (choices[0].get("delta") or {}).get("content") or ""


def events_in(body: bytes) -> Iterator[str]:
    """Cut a stream into the data of its events."""
    for event in body.decode().replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in event.split("\n") if line[:5] == "data:"]
        if lines:
            yield "\n".join(lines)
