"""The upstreams of the tests do what they say."""

import json
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.upstreams.bad import BEHAVIOURS, BadProvider
from tests.upstreams.replay import Replay
from tests.upstreams.server import Running

FINITE = sorted(set(BEHAVIOURS) - {"hang", "deaf", "hang_after_headers", "hang_after_first"})
LOUD = [name for name in FINITE if name not in {"dribble", "oversized", "close_later"}]
BEGINNINGS = {
    "v1/chat/completions": b"data: ",
    "v1/responses": b"event: response.created",
    "v1/messages": b"event: message_start",
}


def ask(url: str, asked: dict[str, object]) -> bytes:
    request = Request(url, json.dumps(asked).encode(), {"content-type": "application/json"})
    with urlopen(request, timeout=5) as answer:
        body: bytes = answer.read()
    return body


@pytest.mark.parametrize("path", BEGINNINGS)
def test_a_behaviour_is_chosen_by_path_or_by_model(path: str) -> None:
    with Running(BadProvider()) as provider:
        for url, model in ((f"{provider.url}/html_ok", "any"), (provider.url, "html_ok")):
            assert b"<html>" in ask(f"{url}/{path}", {"model": model})
        told = ask(f"{provider.url}/{path}", {"model": "any", "stream": True})
        assert told.startswith(BEGINNINGS[path])


@pytest.mark.parametrize("path", BEGINNINGS)
@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
def test_every_behaviour_speaks_every_wire(path: str, is_stream: bool) -> None:
    with Running(BadProvider()) as provider:
        for name in LOUD:
            try:
                ask(f"{provider.url}/{name}/{path}", {"model": "m", "stream": is_stream})
            except (OSError, HTTPException):
                continue
        assert len(provider.seen) == len(LOUD)


@pytest.mark.parametrize(
    ("name", "present", "absent"),
    [
        ("good", b'"usage": {', b"\r\n"),
        ("no_end_marker", b"fast.", b"[DONE]"),
        ("data_after_end", b"after ", b"nothing"),
        ("usage_missing", b"[DONE]", b"usage"),
        ("usage_zero", b'"completion_tokens": 0', b'"completion_tokens": 4'),
        ("usage_every_chunk", b'"completion_tokens": 1', b"nothing"),
        ("usage_trailer", b'"choices": [], "usage"', b"nothing"),
        ("error_in_stream", b'{"error": ', b"[DONE]"),
        ("invalid_utf8", b"\xff\xfe", b"bad news"),
        ("split_utf8", "日本".encode(), b"Bad"),
        ("crlf", b"\r\n\r\n", b"}\n\n"),
        ("comments", b": keep-alive\n\ndata: ", b"nothing"),
        ("event_lines", b"retry: 10\ndata:{", b"data: "),
        ("tool_duplicate_index", b'"id": "call_1"', b'"index": 1'),
        ("tool_reordered", b'{"index": 1, "type": "function"', b"nothing"),
        ("null_content", b'"content": null', b"fast."),
        ("role_missing", b"fast.", b"assistant"),
        ("other_model", b"another-model-2031", b'"model": "m"'),
    ],
)
def test_a_behaviour_gets_wrong_what_it_is_named_for(
    name: str, present: bytes, absent: bytes
) -> None:
    with Running(BadProvider()) as provider:
        said = ask(f"{provider.url}/{name}/v1/chat/completions", {"model": "m", "stream": True})
    assert present in said
    assert absent not in said


def test_a_recording_is_answered_under_its_id(shared: Path) -> None:
    corpus = shared / "corpus"
    lines = (json.loads(line) for line in (corpus / "index.jsonl").read_text().splitlines())
    found = next(line for line in lines if line["stream"] and line["status"] == 200)
    for cuts in (None, 1, 2):
        with Running(Replay(corpus, cuts)) as replay:
            recording = replay.recording(found["id"])
            answered = ask(f"{replay.base_url(found['id'])}/v1/anything?x=1", {"a": 1})
            assert answered.decode() == recording["response"]["sse"]  # type: ignore[index]
            assert replay.last.body == b'{"a": 1}'
