"""What is said to whoever brings an endpoint that cannot be taken, or may be mistaken."""

from typing import Any

import pytest

from tests.acceptance.test_own_keys import Someone, code_of
from tests.upstreams.server import Server
from tests.web.me.bringing import ALL, KEY, body, bring


@pytest.mark.parametrize(
    ("change", "param", "words"),
    [
        ({"modles": 1}, "modles", "did you mean `models`"),
        ({"models": {"default": []}}, "models.default", "must not be empty"),
        ({"models": None}, "models", "must be a mapping"),
        ({"headers": {"x-team": "a"}}, "apiKey", "kept with the key"),
        ({"apiKey": KEY, "headers": {"Host": "a"}}, "headers.Host", "not yours to set"),
        (
            {"apiKey": KEY, "headers": {"Content-Length": "1"}},
            "headers.Content-Length",
            "not yours",
        ),
        ({"apiKey": KEY, "headers": {"a b": "c"}}, "headers.a b", "name of a header"),
        ({"apiKey": KEY, "headers": {"x": "a\r\nb: c"}}, "headers.x", "single line"),
        ({"apiKey": KEY, "headers": {"x": "!whoami"}}, "headers.x", "no command is run"),
        ({"apiKey": KEY, "headers": {"x": "{{LIBRECHAT_USER_ID}}"}}, "headers.x", "filled in"),
        ({"apiKey": KEY, "headers": {"x": "${HOME}"}}, "headers.x", "filled in"),
        ({"apiKey": KEY, "headers": {"x": "a" * 4097}}, "headers.x", "at most 4096"),
        ({"apiKey": KEY, "headers": {f"x{n}": "a" for n in range(21)}}, "headers", "at most 20"),
        ({"apiKey": KEY, "headers": {"x": 1}}, "headers.x", "must be text"),
        ({"titleEndpoint": "House"}, "titleEndpoint", "makes its titles itself"),
        ({"summarize": True}, "summarize", "has no place here"),
        ({"name": "openAI"}, "name", "built-in"),
        ({"name": "a\nb"}, "name", "printable"),
        ({"name": "x" * 65}, "name", "at most 64"),
        ({"baseURL": "user_provided"}, "baseURL", "this one is yours"),
        ({"baseURL": "${OPENAI_BASE_URL}"}, "baseURL", "address"),
        ({"baseURL": "https://ada:pass@host.example/v1"}, "baseURL", "a key has a place"),
        ({"baseURL": "https://host.example/v1?key=abcdefgh"}, "baseURL", "a key goes into"),
        ({"baseURL": "ftp://host.example"}, "baseURL", "http"),
        ({"addParams": {"user": "{{LIBRECHAT_USER_ID}}"}}, "addParams.user", "filled in"),
        ({"addParams": {"a": ["${HOME}"]}}, "addParams.a[0]", "filled in"),
        ({"compat": {"thinkTag": True}}, "compat.thinkTag", "did you mean `thinkTags`"),
        ({"provider": "antropic"}, "provider", "did you mean `anthropic`"),
        (
            {"tokenConfig": {"a": {"prompt": -1, "completion": 1, "context": 1}}},
            "tokenConfig.a.prompt",
            "not negative",
        ),
        (
            {"tokenConfig": {"a": {"prompt": 10**9, "completion": 1, "context": 1}}},
            "tokenConfig.a.prompt",
            "above a USD a token",
        ),
        (
            {"models": {"default": [{"name": "a", "baseUrl": "http://10.0.0.1"}]}},
            "models.default[0].baseUrl",
            "no place",
        ),
        (
            {"models": {"default": [{"name": "a", "headers": {"x": "y"}}]}},
            "models.default[0].headers",
            "no place",
        ),
        ({"models": {"default": [f"m{n}" for n in range(201)]}}, "models.default", "200"),
        ({"apiKey": "${OPENAI_API_KEY}"}, "apiKey", "Send the key itself"),
        ({"apiKey": "$OPENAI_API_KEY"}, "apiKey", "Send the key itself"),
        ({"apiKey": "!cat /etc/passwd"}, "apiKey", "no command is run"),
        ({"apiKey": "user_provided"}, "apiKey", "Send the key itself"),
        ({"apiKey": "zz two words"}, "apiKey", "space"),
        ({"apiKey": 5}, None, "apiKey"),
        ({"apiKey": KEY, "expiresAt": "2001-01-01T00:00:00Z"}, "expiresAt", "expired already"),
        ({"expiresAt": "2101-01-01T00:00:00Z"}, "expiresAt", "goes with"),
    ],
)
def test_what_is_wrong_is_told_by_its_path_and_nothing_is_kept(
    ada: Someone, upstream: Server, change: dict[str, Any], param: str | None, words: str
) -> None:
    answer = ada.ask("POST", ALL, body(upstream) | change)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["param"] == param
    assert words in error["message"]
    assert KEY not in answer.text
    assert ada.ask("GET", ALL).json() == {"data": []}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b"[]", "object"),
        (b'{"name": ', "a value is wanted here"),
        (b'{"name": "a", "name": "b"}', "already stands"),
        (b'{"name": "a"} // mine', "comment"),
        (b"\xff", "UTF-8"),
        (b"[" * 60_000, ""),
    ],
)
def test_a_body_that_is_no_json_is_refused(ada: Someone, text: bytes, words: str) -> None:
    headers = {"authorization": f"Bearer {ada.key.reveal()}"}
    answer = ada.client.post(ALL, content=text, headers=headers)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_everything_that_is_wrong_is_told_at_once(ada: Someone, upstream: Server) -> None:
    answer = ada.ask("POST", ALL, body(upstream, modles=[], provider="x", baseURL="nowhere"))
    message = answer.json()["error"]["message"]
    assert all(f"{path}: " in message for path in ("modles", "provider", "baseURL"))


def test_a_body_is_bounded(ada: Someone, upstream: Server) -> None:
    answer = ada.ask("POST", ALL, body(upstream, titlePrompt="x" * 70_000))
    assert answer.status_code == 413


def test_what_may_be_a_mistake_is_remarked(ada: Someone, upstream: Server) -> None:
    full = f"{upstream.url}/v1/messages"
    (remark,) = bring(ada, body(upstream, baseURL=full))["remarks"]
    assert remark["path"] == "baseURL"
    assert "complete address" in remark["message"]


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/v1", "http://169.254.169.254/v1", "http://localhost/v1", "http://10.1/v1"],
)
def test_a_private_address_is_refused(ada: Someone, upstream: Server, address: str) -> None:
    answer = ada.ask("POST", ALL, body(upstream, baseURL=address, apiKey=KEY))
    assert answer.status_code in (400, 403)
    assert code_of(answer) in ("address_refused", "address_invalid")
    assert ada.ask("GET", ALL).json() == {"data": []}
