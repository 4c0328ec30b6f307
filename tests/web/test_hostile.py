"""Questions nobody should ask, byte by byte: each gets a clear refusal in our own shape."""

import json
import socket
from collections.abc import Generator, Iterator
from itertools import product

import pytest

from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.domain.people.person import Person
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving

OWN = {"apiKey": "user_provided"}
SECRET = "zz-a-provider-key-of-one-person"
ROUTES = (
    *("/me/credentials", "/me/credentials/own", "/me/credentials/own/test", "/me/balance"),
    *("/api/keys", "/api/keys/own", "/api/balance", "/api/endpoints", "/api/models"),
    *("/v1/titles", "/v1/titles/one"),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
BODY_ROUTES = (
    *(("PUT", "/me/credentials/own"), ("POST", "/me/credentials/own/test"), ("PUT", "/api/keys")),
    *(("POST", "/v1/titles"), ("POST", "/e/own/v1/titles"), ("POST", "/me/keys")),
)
BODIES = {
    "blank": b" ",
    "null": b"null",
    "true": b"true",
    "number": b"-1e999",
    "text": b'"x"',
    "list": b"[[]]",
    "cut": b'{"apiKey": "',
    "bytes": b"\xff\xfe\x00",
    "deep-list": b"[" * 15_000,
    "deep-object": b'{"name":' * 1_800,
    "much-deeper": b'{"model":' * 100_000,
    "surrogate": b'{"apiKey":"\\ud800","name":"\\ud800","value":"\\ud800"}',
    "nul": b'{"apiKey":"k\\u0000","name":"a\\u0000","value":"k\\u0000"}',
    "wrong-types": b'{"apiKey":[],"name":{},"value":1,"model":5,"messages":{},"expires_at":[]}',
    "many": b"{" + b",".join(b'"k%d":1' % number for number in range(3000)) + b"}",
    "past-all-years": b'{"apiKey":"a-sound-key-01","expiresAt":"9999-12-31T23:59:59-14:00"}',
    "past-all-years-too": b'{"expires_at":"9999-12-31T23:59:59-14:00"}',
    "broken-address": b'{"apiKey":"a-sound-key-01","baseURL":"http://[::1"}',
    "broken-value": b'{"name":"own","value":"' + b"{" * 1000 + b'"}',
    "broken-messages": b'{"model":"house/m","messages":[{"role":5,"content":{"a":null}}]}',
}
NAMES = (
    *("..", "../..", "a/b", "%2e%2e", "%2f..%2fetc", "%00", "own%00", "%ff", "%C3%28", "%zz"),
    *("%20", "a;b", "%0d%0aX-Evil:1", "x" * 5000, "{endpoint}", "__proto__", "'<script>"),
    *("%ED%A0%80", "%EF%BB%BFown", "own//test", "nobody"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [
        endpoint("House", "chat", "http://127.0.0.1:9"),
        endpoint("Own", "chat", "https://llm.example") | OWN,
        endpoint("Claude", "messages", "https://llm.example") | OWN,
    ]
    with serving(config(endpoints), tmp_path_factory.mktemp("hostile")) as server:
        yield server


Answer = tuple[int, bytes]


def ask(
    server: Serving,
    method: str,
    target: str,
    body: bytes = b"",
    key: str = "",
    announced_bytes: int | None = None,
) -> Answer:
    """Send a request as it is; gives status and body. More can be announced than is sent."""
    host, port = server.url.removeprefix("http://").split(":")
    length = len(body) if announced_bytes is None else announced_bytes
    lines = [f"{method} {target} HTTP/1.1", "host: x", f"authorization: Bearer {key or server.key}"]
    lines += [f"content-length: {length}", "connection: close", "", ""]
    received = bytearray()
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        while piece := connection.recv(65536):
            received += piece
    head, _, rest = bytes(received).partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


def require_refused(answer: Answer, *, is_bodiless: bool = False) -> None:
    """See that an answer is a refusal in our shape, without a trace of what is inside."""
    status, body = answer
    assert 400 <= status < 500, answer
    assert b"Traceback" not in body
    assert b".py" not in body
    if not is_bodiless:
        error = json.loads(body)["error"]
        assert error["message"]
        assert error["es"]["code"]
        assert error["es"]["who"] == "caller"


def wrong_methods() -> Iterator[tuple[str, str]]:
    """Give each route with the methods it does not have."""
    had = {
        **dict.fromkeys(("/me/credentials", "/me/balance", "/api/balance"), ("GET",)),
        **dict.fromkeys(("/api/endpoints", "/api/models", "/v1/titles/one"), ("GET",)),
        "/me/credentials/own": ("GET", "PUT", "DELETE"),
        "/me/credentials/own/test": ("POST",),
        "/api/keys": ("GET", "PUT", "DELETE"),
        "/api/keys/own": ("DELETE",),
        "/v1/titles": ("POST",),
    }
    for route, method in product(ROUTES, METHODS):
        if method not in had[route]:
            yield method, route


def test_a_method_that_a_route_does_not_have_is_refused(server: Serving) -> None:
    for method, route in wrong_methods():
        answer = ask(server, method, route)
        assert answer[0] in (404, 405), (method, route)
        require_refused(answer, is_bodiless=method == "HEAD")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_makes_no_sense_is_refused_and_leaves_nothing(
    server: Serving, body: bytes
) -> None:
    for method, route in BODY_ROUTES:
        is_question = route.endswith("/test") and not body.strip()  # of the key that is stored
        is_unread = len(body) > 16_000 and not route.endswith("/titles")
        if not is_question and not is_unread:
            require_refused(ask(server, method, route, body))
    for route in ("/me/credentials", "/me/keys", "/me/credentials/own", "/api/keys?name=own"):
        assert ask(server, "GET", route)[0] == 200
    assert json.loads(ask(server, "GET", "/me/credentials/own")[1])["state"] == "missing"


@pytest.mark.parametrize("length", [9_000_000, 10**12])
def test_a_body_too_long_is_refused_unread(server: Serving, length: int) -> None:
    for method, route in BODY_ROUTES:
        answer = ask(server, method, route, announced_bytes=length)
        assert answer[0] == 413
        require_refused(answer)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:20])
def test_a_name_that_is_nobodys_is_refused(server: Serving, name: str) -> None:
    for method, route, body in (
        ("GET", f"/me/credentials/{name}", b""),
        ("PUT", f"/me/credentials/{name}", b'{"apiKey":"a-sound-key-01"}'),
        ("POST", f"/me/credentials/{name}/test", b""),
        ("GET", f"/v1/titles/{name}", b""),
        ("POST", f"/e/{name}/v1/titles", b'{"model":"m","messages":[]}'),
        ("DELETE", f"/me/keys/{name}", b""),
        ("GET", f"/me/usage/{name}", b""),
    ):
        require_refused(ask(server, method, route, body))
    assert ask(server, "DELETE", f"/api/keys/{name}")[0] == 204
    assert ask(server, "GET", f"/api/keys?name={name}") == (200, b'{"expiresAt":null}')


def test_what_one_person_is_told_does_not_depend_on_another_persons_key(server: Serving) -> None:
    eve = server.ask(key_of(server, "eve"))
    before = strangers_answers(server, eve)
    assert {status for status, _ in before} == {200, 403}
    for name in ("own", "claude"):
        stored = json.dumps({"apiKey": SECRET}).encode()
        assert ask(server, "PUT", f"/me/credentials/{name}", stored)[0] == 200
    assert strangers_answers(server, eve) == before
    for name in ("own", "claude"):
        assert ask(server, "DELETE", f"/me/credentials/{name}", key=eve)[0] == 204
        assert b'"valid"' in ask(server, "GET", f"/me/credentials/{name}")[1]


def strangers_answers(server: Serving, key: str) -> list[tuple[int, str]]:
    """Ask whatever might tell, as somebody without a provider key."""
    said = [{"role": "user", "content": "Hi"}]
    answers = [ask(server, "GET", f"/me/credentials{rest}", key=key) for rest in ("", "/own")]
    answers.append(ask(server, "GET", "/api/keys?name=own", key=key))
    answers.append(ask(server, "POST", "/me/credentials/own/test", key=key))
    for name, route in product(("own", "claude"), ("chat/completions", "messages", "titles")):
        asked = {"model": f"{name}/m", "messages": said, "max_tokens": 5}
        answers.append(ask(server, "POST", f"/v1/{route}", json.dumps(asked).encode(), key))
    return [(status, without_id(body)) for status, body in answers]


def without_id(body: bytes) -> str:
    """Leave out what names the request alone."""
    told = json.loads(body)
    told.pop("request_id", None)
    if "error" in told:
        told["error"].get("es", {}).pop("request_id", None)
    return json.dumps(told)


async def key_of(server: Serving, name: str) -> str:
    """Make somebody known, with a key."""
    store, ring, person = server.parts.store, server.parts.ring, Person(id=name)
    await store.people.add_person(person)
    _, secret = await create_key(store, ring, KeyDraft(person=person), bytes(range(41)), 1)
    return secret.reveal()
