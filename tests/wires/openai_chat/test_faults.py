"""Error bodies as vendors send them, where a call goes, and what it shows."""

import json
from typing import Any

import pytest

from endpoints_server.domain.fault import RULES, Fault, Kind
from endpoints_server.domain.wire import Operation, Target
from endpoints_server.wires.openai_chat import OPENAI_CHAT

OPENAI = {"error": {"message": "bad model", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}}  # fmt: skip # noqa: E501
AZURE = {"error": {"code": "DeploymentNotFound", "message": "no such deployment"}}
OPENROUTER = {"error": {"message": "no credits", "code": 402, "metadata": {}}, "user_id": "u"}
TOGETHER = {"id": "x", "error": {"message": "oops", "type": "invalid_request_error", "code": None}}
MOONSHOT = {"error": {"message": "too long", "type": "invalid_request_error"}}
GOOGLE = [{"error": {"code": 400, "message": "bad field", "status": "INVALID_ARGUMENT"}}]
FASTAPI = {"detail": [{"loc": ["body", "model"], "msg": "field required"}]}
XAI = {"code": "Some argument is invalid", "error": "no such thing"}


@pytest.mark.parametrize(
    ("status", "body", "words", "code"),
    [
        (404, OPENAI, "bad model", "model_not_found"),
        (404, AZURE, "no such deployment", "DeploymentNotFound"),
        (402, OPENROUTER, "no credits", ""),
        (422, TOGETHER, "oops", "invalid_request_error"),
        (400, MOONSHOT, "too long", "invalid_request_error"),
        (400, GOOGLE, "bad field", "INVALID_ARGUMENT"),
        (422, FASTAPI, "field required", ""),
        (400, XAI, "no such thing", "Some argument is invalid"),
        (400, {"message": "plain"}, "plain", ""),
        (413, {"detail": "too large"}, "too large", ""),
    ],
)
def test_a_refusal_keeps_status_words_and_body(
    status: int, body: Any, words: str, code: str
) -> None:
    sent = json.dumps(body).encode()
    fault = OPENAI_CHAT.read_fault(status, {}, sent)
    assert (fault.kind, fault.http_status) == (Kind.UPSTREAM_REFUSED, status)
    assert words in fault.message
    assert (fault.code, fault.wire) == (code, "openai_chat")
    assert fault.body == (sent if isinstance(body, dict) else b"")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Kind.UPSTREAM_BROKEN),
        (400, Kind.UPSTREAM_REFUSED),
        (401, Kind.UPSTREAM_DENIED),
        (403, Kind.UPSTREAM_DENIED),
        (408, Kind.UPSTREAM_SLOW),
        (429, Kind.UPSTREAM_LIMITED),
        (500, Kind.UPSTREAM_BROKEN),
        (502, Kind.UPSTREAM_BROKEN),
        (503, Kind.UPSTREAM_BROKEN),
        (504, Kind.UPSTREAM_SLOW),
        (529, Kind.UPSTREAM_BROKEN),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Oops</html>", b"\xff", b"[]", b"null", b'{"a":1}'])
def test_the_status_tells_the_kind_whatever_the_body_is(
    status: int, kind: Kind, body: bytes
) -> None:
    fault = OPENAI_CHAT.read_fault(status, {}, body)
    assert fault.kind is kind
    assert fault.message


def test_a_key_refused_under_400_is_a_refused_credential() -> None:
    google = {"error": {"code": 400, "message": "m", "details": [{"reason": "API_KEY_INVALID"}]}}
    xai = {"code": "invalid-argument", "error": "Incorrect API key provided: xa***bc."}
    for body in (google, xai):
        fault = OPENAI_CHAT.read_fault(400, {}, json.dumps(body).encode())
        assert fault.kind is Kind.UPSTREAM_DENIED
        assert "API key" not in fault.message


def test_what_an_upstream_says_of_our_credential_is_not_for_the_caller() -> None:
    body = b'{"error": {"message": "Incorrect API key provided: abcd*efg"}}'
    assert "abcd" not in OPENAI_CHAT.read_fault(401, {}, body).message


def test_a_redirect_is_not_followed() -> None:
    assert "redirect" in OPENAI_CHAT.read_fault(307, {}, b"").message


def test_an_absurd_code_does_no_harm() -> None:
    body = b'{"error": {"message": "oh", "code": ' + b"9" * 6000 + b"}}"
    assert OPENAI_CHAT.read_reply(body).fault


@pytest.mark.parametrize("kind", list(Kind))
def test_every_fault_is_written_in_the_shape_of_this_wire(kind: Kind) -> None:
    error = json.loads(OPENAI_CHAT.write_fault(Fault(kind=kind, message="m"), "req_1"))["error"]
    rule = RULES[kind]
    assert error["message"] == "m"
    assert error["type"].endswith(("_error", "_quota"))
    assert (error["param"], error["code"]) == (None, rule.code)
    assert error["es"] == {"code": rule.code, "who": rule.who.value, "request_id": "req_1"}


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        (Kind.UNAUTHENTICATED, "authentication_error"),
        (Kind.FORBIDDEN, "permission_error"),
        (Kind.UNKNOWN_MODEL, "invalid_request_error"),
        (Kind.OVER_LIMIT, "rate_limit_error"),
        (Kind.OVER_BUDGET, "insufficient_quota"),
        (Kind.UPSTREAM_SLOW, "api_error"),
    ],
)
def test_a_fault_has_the_type_clients_know(kind: Kind, type_: str) -> None:
    error = json.loads(OPENAI_CHAT.write_fault(Fault(kind=kind, message="m"), "req_1"))["error"]
    assert error["type"] == type_


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://example.com/v1", "https://example.com/v1/chat/completions"),
        ("https://example.com/v1/", "https://example.com/v1/chat/completions"),
        ("https://example.com/v1?a=b", "https://example.com/v1/chat/completions?a=b"),
        ("https://example.com/chat/completions", "https://example.com/chat/completions"),
        ("https://example.com/chat/completions/?a", "https://example.com/chat/completions?a"),
    ],
)
def test_the_address_is_below_the_base_url_unless_that_is_complete(base: str, url: str) -> None:
    assert OPENAI_CHAT.address(base, Target()) == url
    embedding = OPENAI_CHAT.address(base, Target(operation=Operation.EMBED))
    assert embedding == url.replace("chat/completions", "embeddings")


def test_the_credential_is_a_bearer_token() -> None:
    assert OPENAI_CHAT.credential("k") == {"authorization": "Bearer k"}


def test_only_openai_s_own_headers_go_on() -> None:
    assert OPENAI_CHAT.forwards == ("openai-",)
