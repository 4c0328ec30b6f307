"""Good bytes to spoil: recorded ones where they are at hand, else those our own wires write."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.talk.reply import unfold
from endpoints_server.wires.listed import WIRES
from tests.conftest import SHARED
from tests.wires.hostile import GOOD, good_reply
from tests.wires.subjects import STYLE

CORPUS = SHARED / "corpus"
EACH = 60
"""Recordings of one wire, at most."""
LONGEST = 20_000
BESIDE = (
    b'{"model":"m","input":["a",[1,2],{"text":"b"}],"encoding_format":"base64"}',
    b'{"model":"m","prompt":["a","b"],"suffix":"c","stream":true,"stream_options":{"a":1}}',
)
BESIDE_REPLIES = (
    b'{"object":"list","data":[{"embedding":[1.5],"index":0}],"usage":{"total_tokens":3}}',
    b'{"id":"c","choices":[{"text":"a","index":0,"finish_reason":"stop"}],"usage":{"cost":1}}',
    b'{"input_tokens":5}',
    b'{"totalTokens":5}',
)
BESIDE_STREAM = (
    b'data: {"choices":[{"text":"a","index":0,"finish_reason":null}],"model":"m"}\n\n'
    b'data: {"choices":[{"text":"b","index":0,"finish_reason":"stop"}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\ndata: [DONE]\n\n'
)


class Seeds(Struct):
    """What there is of one wire."""

    requests: list[bytes]
    replies: list[bytes]
    streams: list[bytes]


@cache
def seeds_of(name: str) -> Seeds:
    """Gather the good bytes of a wire."""
    wire = WIRES[name]
    reply, broken = good_reply(wire), Fault(kind=Kind.UPSTREAM_BROKEN, message="It broke.")
    writer = wire.writer(STYLE)
    found = Seeds(
        requests=[wire.write_request(GOOD, Dialect()).body, *BESIDE],
        replies=[wire.write_reply(reply, STYLE), wire.write_fault(broken, "r"), *BESIDE_REPLIES],
        streams=[b"".join(writer.write(event) for event in unfold(reply)), BESIDE_STREAM],
    )
    for recording in recordings(name):
        add(found, recording)
    return found


def recordings(name: str) -> Iterator[dict[str, Any]]:
    """Give some recordings of a wire, spread over all there are."""
    index = CORPUS / "index.jsonl"
    if not index.is_file():
        return
    rows = map(json.loads, index.read_text().splitlines())
    files = [row["file"] for row in rows if row["wire"].replace("-", "_") == name]
    for file in files[:: max(1, len(files) // EACH)]:
        yield json.loads(Path(CORPUS / file).read_text())


def add(found: Seeds, recording: dict[str, Any]) -> None:
    """Take what a recording holds, but for what is long."""
    asked, response = (recording["request"] or {}).get("body"), recording["response"]
    if isinstance(asked, dict):
        keep(found.requests, json.dumps({**asked, "model": "m"}))
    if response.get("sse"):
        keep(found.streams, response["sse"])
    elif response.get("body") is not None:
        keep(found.replies, json.dumps(response["body"], ensure_ascii=False))


def keep(kept: list[bytes], text: str) -> None:
    """Keep a text that is not too long."""
    if len(text) < LONGEST:
        kept.append(text.encode(errors="replace"))
