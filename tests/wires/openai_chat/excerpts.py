"""Streams and bodies in a few words, and how to run them."""

import json
from collections.abc import Iterable
from typing import Any

from endpoints_server.domain.talk.reply import Event, Reply, fold
from endpoints_server.domain.wire import Style
from endpoints_server.wires.openai_chat import OPENAI_CHAT

EVENT_BYTES = 1 << 16
DONE = b"data: [DONE]\n\n"
STYLE = Style(id="chatcmpl-ours", model="ours", created_at=7, request_id="req_7", has_usage=True)


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    """Write one chunk by the book, with more fields at its top level."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "m1"}
    return event({**head, "choices": [choice], **more})


def event(fields: dict[str, Any]) -> bytes:
    """Write one event of a stream."""
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


def call(name: str | None = None, arguments: str | None = None, **more: Any) -> dict[str, Any]:
    """Write a piece of a tool call; only what is given stands in it."""
    function = {"name": name, "arguments": arguments}
    given = {key: value for key, value in function.items() if value is not None}
    return {**more, "function": given}


def events_of(*pieces: bytes) -> list[Event]:
    """Read a stream."""
    reader = OPENAI_CHAT.reader(EVENT_BYTES)
    events = [event for piece in pieces for event in reader.feed(piece)]
    return events + reader.close()


def reply_of(*pieces: bytes) -> Reply:
    """Read a stream and fold it."""
    return fold(events_of(*pieces))


def whole(message: dict[str, Any] | None, finish: str | None = "stop", **more: Any) -> bytes:
    """Write a whole answer."""
    choice: dict[str, Any] = {"index": 0, "finish_reason": finish}
    if message is not None:
        choice["message"] = message
    head = {"id": "c1", "object": "chat.completion", "created": 5, "model": "m1"}
    return json.dumps({**head, "choices": [choice], **more}).encode()


def mended(pieces: Iterable[bytes], style: Style = STYLE) -> bytes:
    """Mend a stream to its end."""
    mender = OPENAI_CHAT.mender(style, EVENT_BYTES)
    return b"".join(mender.feed(piece) for piece in pieces) + mender.close()


def chunks_in(stream: bytes) -> list[dict[str, Any]]:
    """Give the chunks of a stream, without its end marker."""
    lines = [line[6:] for line in stream.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]


def deltas_in(stream: bytes) -> list[dict[str, Any]]:
    """Give the deltas of a stream's first choice."""
    return [found["choices"][0]["delta"] for found in chunks_in(stream) if found["choices"]]
