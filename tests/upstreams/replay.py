"""An upstream that answers with recordings: any path under `{url}/{id}` gets that one's answer."""

import asyncio
import json
import random
from http import HTTPStatus
from pathlib import Path

from tests.upstreams.server import Exchange, Server

FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection"})


class Replay(Server):
    """Serves the recordings of a folder with an `index.jsonl`.

    `cuts` seeds the places where streams are cut in random pieces; without it each goes out whole.
    Requests and their bodies are in `seen`.
    """

    def __init__(self, corpus: Path, cuts: int | None = None) -> None:
        super().__init__(self._answer)
        self._corpus = corpus
        self._random = None if cuts is None else random.Random(cuts)
        index = (corpus / "index.jsonl").read_text().splitlines()
        self._files = {line["id"]: line["file"] for line in map(json.loads, index)}

    def base_url(self, recording_id: str) -> str:
        """Give the base URL under which a recording is answered."""
        return f"{self.url}/{recording_id}"

    def recording(self, recording_id: str) -> dict[str, object]:
        """Read one recording."""
        found: dict[str, object] = json.loads(
            (self._corpus / self._files[recording_id]).read_text()
        )
        return found

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        recording_id = exchange.seen.path.split("?")[0].strip("/").split("/")[0]
        if recording_id not in self._files:
            exchange.whole("404 Not Found", "text/plain", b"no such recording")
            return
        response = self.recording(recording_id)["response"]
        assert isinstance(response, dict)
        exchange.head(status_line(response["status"]), *headers_of(response))
        for piece in self._pieces(body_of(response)):
            exchange.chunk(piece)
            await asyncio.sleep(0)
        exchange.end()

    def _pieces(self, body: bytes) -> list[bytes]:
        if self._random is None or not body:
            return [body] if body else []
        count = min(len(body) - 1, 40)
        places = sorted(self._random.sample(range(1, len(body)), count)) if count else []
        return [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]


def status_line(status: int) -> str:
    """Give a status with its phrase, made up where there is none."""
    known = {each.value: each.phrase for each in HTTPStatus}
    return f"{status} {known.get(status, 'Unknown')}"


def headers_of(response: dict[str, object]) -> list[str]:
    """Give the recorded headers but those that frame the body, which is sent in chunks."""
    recorded = response.get("headers") or {}
    assert isinstance(recorded, dict)
    kept = [f"{name}: {value}" for name, value in recorded.items() if name.lower() not in FRAMING]
    if not any(name.lower() == "content-type" for name in recorded):
        kind = "text/event-stream" if response.get("sse") is not None else "application/json"
        kept.append(f"content-type: {kind}")
    return [*kept, "transfer-encoding: chunked"]


def body_of(response: dict[str, object]) -> bytes:
    """Give the recorded body, whichever form it was kept in."""
    text = response.get("sse") or response.get("text")
    if isinstance(text, str):
        return text.encode()
    return json.dumps(response.get("body"), ensure_ascii=False).encode()
