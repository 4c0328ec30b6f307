"""Small excerpts of streams as vendors send them, and what reads and passes them."""

import json
from collections.abc import Iterable
from typing import Any

from endpoints_server.domain.talk.reply import Event
from endpoints_server.domain.wire import Mender, Style
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE

Json = dict[str, Any]

EVENT_BYTES = 1 << 20
STYLE = Style(id="own", model="own-model", created_at=1, request_id="req_own")
USAGE: Json = {
    "input_tokens": 17,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 26,
}


def sse(kind: str, *, is_named: bool = True, **fields: Any) -> bytes:
    """Write one event."""
    name = f"event: {kind}\n" if is_named else ""
    return f"{name}data: {json.dumps({'type': kind, **fields})}\n\n".encode()


def response(status: str = "in_progress", **fields: Any) -> Json:
    """Give a response object."""
    return {"id": "resp_1", "model": "gpt", "created_at": 5, "status": status, **fields}


def created() -> bytes:
    """Begin a stream."""
    return sse("response.created", response=response(output=[]))


def added(place: int, **item: Any) -> bytes:
    """Begin an item."""
    return sse("response.output_item.added", output_index=place, item=item)


def done(place: int, **item: Any) -> bytes:
    """End an item."""
    return sse("response.output_item.done", output_index=place, item=item)


def delta(kind: str, place: int, text: str, **fields: Any) -> bytes:
    """Tell a piece."""
    return sse(f"response.{kind}.delta", output_index=place, delta=text, **fields)


def words(text: str, place: int = 0) -> bytes:
    """Tell a message of one piece."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return (
        added(place, type="message", id="msg_1", role="assistant", content=[])
        + delta("output_text", place, text, content_index=0)
        + done(place, type="message", id="msg_1", role="assistant", content=content)
    )


def ended(status: str = "completed", **fields: Any) -> bytes:
    """End a stream."""
    told = response(status, **{"output": [], "usage": USAGE, **fields})
    return sse(f"response.{status}", response=told)


def read(*pieces: bytes) -> list[Event]:
    """Read a stream."""
    reader = WIRE.reader(EVENT_BYTES)
    return [*(event for piece in pieces for event in reader.feed(piece)), *reader.close()]


def written(events: Iterable[Event]) -> list[Json]:
    """Write a stream, and give what its events hold."""
    writer = WIRE.writer(STYLE)
    return payloads(b"".join(writer.write(event) for event in events))


def payloads(data: bytes) -> list[Json]:
    """Give what the events of a stream hold; each is named by its type."""
    found = []
    for event in data.decode().split("\n\n")[:-1]:
        name, payload = event.split("\n")
        found.append(json.loads(payload.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


def mender() -> Mender:
    """Make what passes a stream on."""
    return WIRE.mender(STYLE, EVENT_BYTES)
