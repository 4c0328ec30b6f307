"""Small pieces of streams, and the machines run over them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from endpoints_server.domain.talk.reply import Event
from endpoints_server.domain.wire import Style
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE

Json = dict[str, Any]
EVENT_BYTES = 1 << 20
STYLE = Style(id="own-id", model="own-model", created_at=1, request_id="req_own", query="alt=sse")
COUNTS = {"promptTokenCount": 85, "candidatesTokenCount": 17, "thoughtsTokenCount": 127}
AROUND = {"modelVersion": "gemini-3.5-flash", "responseId": "NoFfas7rAsidjrEP3fymkA4"}


def chunk(*parts: Json, finish: str = "", **around: object) -> Json:
    """Say parts as one element does; without any there are no `parts` at all."""
    content: Json = {"parts": list(parts), "role": "model"} if parts else {"role": "model"}
    candidate: Json = {"content": content, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "usageMetadata": COUNTS, **AROUND, **around}


def sse(*chunks: Mapping[str, object]) -> bytes:
    """Write elements as the vendor streams them: with carriage returns, and without an end."""
    return b"".join(b"data: %s\r\n\r\n" % json.dumps(each).encode() for each in chunks)


def array(*chunks: Mapping[str, object]) -> bytes:
    """Write elements as the vendor streams them to who did not ask for events."""
    return json.dumps(list(chunks), indent=1).encode()


def events_of(stream: bytes, step: int = 0) -> list[Event]:
    """Read a stream, at once or in steps of so many bytes."""
    reader = WIRE.reader(EVENT_BYTES)
    pieces = cut(stream, step or len(stream))
    return [event for piece in pieces for event in reader.feed(piece)] + reader.close()


def mended(stream: bytes, style: Style = STYLE, step: int = 0) -> bytes:
    """Pass a stream on."""
    mender = WIRE.mender(style, EVENT_BYTES)
    pieces = cut(stream, step or len(stream))
    return b"".join(mender.feed(piece) for piece in pieces) + mender.close()


def cut(stream: bytes, step: int) -> Iterable[bytes]:
    """Cut a stream into steps."""
    return (stream[at : at + step] for at in range(0, len(stream), max(step, 1)))
