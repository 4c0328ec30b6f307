"""Bodies that make no sense beside chat: refused by name, or left to the upstream."""

import httpx2
import pytest

from tests.serving import Serving
from tests.upstreams.beside import Beside

PATHS = {
    "/v1/embeddings": "local/m",
    "/v1/completions": "local/m",
    "/v1/messages/count_tokens": "claude/m",
    "/v1/messages/count_tokens?": "local/m",
}
REFUSED = {
    "empty": "",
    "list": "[]",
    "cut": '{"model":"%s"',
    "nan": '{"model":"%s","input":NaN}',
    "deep": '{"model":"%s","input":' + "[" * 10_000 + "]" * 10_000 + "}",
    "model": '{"model":["%s"],"input":"a"}',
    "case": '{"model":"%s","Model":"m","messages":"x"}',
    "stream": '{"model":"%s","stream":"yes"}',
    "fields": '{"model":"%s",' + ",".join(f'"k{number}":1' for number in range(2000)) + "}",
}
CARRIED = {
    "nothing": '{"model":"%s","input":[],"prompt":null,"messages":[]}',
    "large": '{"model":"%s","input":1e400,"prompt":1e400,"messages":[],"x":1e400}',
    "long": '{"model":"%s","input":[123456789012345678901234567890],"messages":[]}',
    "nul": '{"model":"%s","input":["a\\u0000"],"prompt":"\\u0000","messages":[]}',
    "nested": '{"model":"%s","input":' + "[" * 500 + "]" * 500 + ',"messages":[]}',
}
every_path = pytest.mark.parametrize("path", PATHS)


def post(server: Serving, path: str, body: str) -> httpx2.Response:
    """Send a body, with the path's model in it."""
    said = body.replace("%s", PATHS[path]).encode()
    return httpx2.post(f"{server.url}{path}", content=said, headers=server.headers, timeout=20)


@every_path
@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_no_request_is_refused(
    server: Serving, upstream: Beside, path: str, body: str
) -> None:
    before = len(upstream.seen)
    answer = post(server, path, body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["es"]["who"] == "caller"
    assert len(upstream.seen) == before


@every_path
@pytest.mark.parametrize("body", CARRIED.values(), ids=CARRIED)
def test_what_is_odd_is_left_to_the_upstream(server: Serving, path: str, body: str) -> None:
    answer = post(server, path, body)
    is_estimate_of_nothing_legible = path.endswith("?") and "1e400" in body
    assert answer.status_code == (400 if is_estimate_of_nothing_legible else 200), answer.text
