"""What of a body is weighed as pictures, files and seals, and what as words."""

import json
import time

import pytest

from endpoints_server.calls.admission.worst import weigh

Body = dict[str, object]
LONG = "A" * 30_000
IMAGE: Body = {"type": "base64", "media_type": "image/png", "data": LONG}


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"content": LONG}]},
        {"input": "data:text/plain;base64," + LONG},
        {"contents": [{"parts": [{"text": '{"data":"' + LONG}]}]},
        {"messages": [{"content": [{"type": "tool_use", "input": {"data": LONG}}]}]},
        {"messages": [{"content": [{"type": "tool_use", "input": {"a": {}, "url": LONG}}]}]},
        {"messages": [{"content": [{"input": {"input": {"b": "}"}, "c": [{"data": LONG}]}}]}]},
        {"contents": [{"parts": [{"functionCall": {"args": {"data": LONG}}}]}]},
        {"contents": [{"parts": [{"functionResponse": {"response": {"data": LONG}}}]}]},
        {"tools": [{"input_schema": {"properties": {"a": {"default": {"data": LONG}}}}}]},
        {"tools": [{"function": {"parameters": {"enum": [{"data": LONG}]}}}]},
        {"source": {"type": "text", "media_type": "text/plain", "data": LONG}},
        {"source": {"data": LONG, "media_type": "text/plain", "type": "text"}},
        {"file": {"file_data": "data:text/plain;base64," + LONG}},
    ],
)
def test_a_text_without_spaces_is_no_picture(body: Body) -> None:
    assert weigh(json.dumps(body).encode()) >= 10_000
    assert weigh(json.dumps(body, separators=(",", ":")).encode()) >= 10_000


def test_a_name_that_hides_is_seen_through() -> None:
    hidden = json.dumps({"content": [{"input": {"data": LONG}}]}).replace("input", "inp\\u0075t")
    assert json.loads(hidden)["content"][0]["input"]
    assert weigh(hidden.encode()) >= 10_000


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"content": [{"type": "image", "source": IMAGE}]}]},
        {"messages": [{"content": [{"image_url": {"url": "data:image/png;base64," + LONG}}]}]},
        {"messages": [{"content": [{"input_audio": {"data": LONG, "format": "wav"}}]}]},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": LONG}}]}]},
        {"contents": [{"parts": [{"text": "\u00e9", "thoughtSignature": LONG}]}]},
        {"input": [{"type": "reasoning", "summary": [], "encrypted_content": LONG}]},
        {"input": [{"output": {"type": "computer_screenshot", "image_url": LONG}}]},
        {"content": [{"type": "tool_use", "input": {"a": "{"}}, {"source": IMAGE}]},
        {"content": [{"type": "tool_use", "input": {"a": '"input":{'}}, {"source": IMAGE}]},
        {"content": [{"type": "text", "text": '"input":{'}, {"source": IMAGE}]},
    ],
)
def test_a_picture_a_file_or_a_seal_is_no_text(body: Body) -> None:
    assert weigh(json.dumps(body).encode()) < 2000


def test_a_picture_weighs_what_pictures_do_and_not_its_bytes() -> None:
    words = json.dumps({"content": "word " * 1000}).encode()
    picture = json.dumps({"url": "data:image/png;base64," + "iVBOR" * 100_000}).encode()
    assert 1250 < weigh(words) < 2500
    assert weigh(picture) < 2000
    assert weigh(words + picture) > weigh(words) + 1500


def test_runs_that_are_just_too_short_do_not_hold_everybody_up() -> None:
    body = (b"A" * 1999 + b" ") * 5000
    began = time.perf_counter()
    assert weigh(body) == len(body) // 3
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    "piece", [b'{"input":{}},', b'{"input":{"a":', b'"\\u0061":{', b'{"a\\"":']
)
def test_no_body_holds_everybody_up(piece: bytes) -> None:
    body = json.dumps({"source": IMAGE}).encode() + piece * (8_000_000 // len(piece))
    began = time.perf_counter()
    assert weigh(body) >= 8_000_000 // 3
    assert time.perf_counter() - began < 3
