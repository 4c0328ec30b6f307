"""The recorded exchanges: what was asked and answered, and what the official SDK made of it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

ENDPOINTS = {
    "openai_chat": {"chat.completions"},
    "openai_responses": {"responses"},
    "anthropic_messages": {"messages"},
    "google_generative": {"generateContent", "streamGenerateContent"},
}
"""Our wires, and what the recordings call the operation we carry."""
WIRES = {wire: wire.replace("_", "-") for wire in ENDPOINTS}
TURNS: dict[str, Any] = {
    "model": "recorded",
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": "Hello."}],
}
ASKED: dict[str, dict[str, Any]] = {
    "openai_chat": TURNS,
    "openai_responses": {"model": "recorded", "input": "Hello."},
    "anthropic_messages": TURNS,
    "google_generative": {"contents": [{"parts": [{"text": "Hello."}]}]},
}
"""What is asked where only the answer was recorded."""
USAGE = {"stream_options": {"include_usage": True}}
"""What is asked of a stream besides, so that the usage recorded in it is passed on."""


class Recorded(Struct, frozen=True, kw_only=True):
    """One exchange; `body` is the request, and says what some wires say in the path."""

    id: str
    provider: str
    wire: str
    body: Mapping[str, Any]
    is_stream: bool
    expect: Mapping[str, Any]

    @property
    def is_error(self) -> bool:
        """Whether the upstream refused."""
        return bool(self.expect["kind"] == "error")


def recorded(corpus: Path, wire: str) -> Iterator[Recorded]:
    """Read every exchange of a wire that the server carries."""
    for line in (corpus / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["wire"] == WIRES[wire] and row["endpoint"] in ENDPOINTS[wire]:
            yield exchange_of(wire, json.loads((corpus / row["file"]).read_text()))


def exchange_of(wire: str, file: Mapping[str, Any]) -> Recorded:
    """Read one file."""
    is_stream = file["response"].get("sse") is not None or file["endpoint"].startswith("stream")
    asked = ASKED[wire] | USAGE if is_stream else ASKED[wire]
    body = dict((file["request"] or {}).get("body") or asked)
    if wire != "openai_chat":
        body.pop("stream_options", None)
    body |= {"model": "recorded"}
    body.pop("stream", None)
    if is_stream:
        body["stream"] = True
    return Recorded(
        id=file["id"],
        provider=file["provider"],
        wire=wire,
        body=body,
        is_stream=is_stream,
        expect=file["expect"],
    )
