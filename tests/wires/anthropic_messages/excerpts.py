"""Small pieces of streams, and the machines run over them."""

import json
from collections.abc import Iterable
from typing import Any

from endpoints_server.domain.talk.reply import Event
from endpoints_server.domain.wire import Mender, Style
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE

EVENT_BYTES = 1 << 20
STYLE = Style(id="msg_own", model="own-model", created_at=1, request_id="req_own")


def sse(kind: str, **fields: object) -> bytes:
    """Write one event as the vendor does, padding included."""
    return b"event: %s\ndata: %s }\n\n" % (
        kind.encode(),
        json.dumps({"type": kind, **fields})[:-1].encode(),
    )


def start(**usage: int) -> bytes:
    """Begin a message."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude"}
    counts = usage or {"input_tokens": 10, "output_tokens": 1}
    return sse("message_start", message={**message, "content": [], "usage": counts})


def block(index: int, **fields: object) -> bytes:
    """Begin a block."""
    return sse("content_block_start", index=index, content_block=fields)


def delta(index: int, kind: str, **fields: object) -> bytes:
    """Bring a piece of a block."""
    return sse("content_block_delta", index=index, delta={"type": f"{kind}_delta", **fields})


def stop(index: int) -> bytes:
    """End a block."""
    return sse("content_block_stop", index=index)


def ending(reason: str = "end_turn", sequence: str | None = None, **usage: Any) -> bytes:
    """Tell why the message ends."""
    counts = usage or {"output_tokens": 5}
    reasons = {"stop_reason": reason, "stop_sequence": sequence}
    return sse("message_delta", delta=reasons, usage=counts)


END = sse("message_stop")
PING = sse("ping")


def words(text: str, index: int = 0) -> bytes:
    """Say a text in one block."""
    return block(index, type="text", text="") + delta(index, "text", text=text) + stop(index)


def read(data: bytes) -> list[Event]:
    """Read a stream to its end."""
    reader = WIRE.reader(EVENT_BYTES)
    return [*reader.feed(data), *reader.close()]


def write(events: Iterable[Event]) -> bytes:
    """Write events as a stream."""
    writer = WIRE.writer(STYLE)
    return b"".join(writer.write(event) for event in events)


def told(data: bytes) -> list[Any]:
    """Decode a stream's events, and check that each is named after its type."""
    found = []
    for event in data.split(b"\n\n")[:-1]:
        name, payload = event.split(b"\n")
        decoded = json.loads(payload.removeprefix(b"data: "))
        assert name == b"event: " + decoded["type"].encode()
        found.append(decoded)
    return found


def mender() -> Mender:
    """Give a fresh mender."""
    return WIRE.mender(STYLE, EVENT_BYTES)
