"""Errors of upstreams, in every shape they come in, and errors of ours."""

import json

import pytest

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE
from tests.wires.anthropic_messages.excerpts import STYLE


def body_of(kind: str, message: str) -> bytes:
    error = {"type": kind, "message": message}
    return json.dumps({"type": "error", "error": error, "request_id": "req_up"}).encode()


@pytest.mark.parametrize(
    ("status", "kind", "shown"),
    [
        (301, Kind.UPSTREAM_BROKEN, 502),
        (400, Kind.UPSTREAM_REFUSED, 400),
        (401, Kind.UPSTREAM_DENIED, 502),
        (402, Kind.UPSTREAM_REFUSED, 402),
        (403, Kind.UPSTREAM_DENIED, 502),
        (404, Kind.UPSTREAM_REFUSED, 404),
        (408, Kind.UPSTREAM_SLOW, 504),
        (413, Kind.UPSTREAM_REFUSED, 413),
        (429, Kind.UPSTREAM_LIMITED, 429),
        (500, Kind.UPSTREAM_BROKEN, 502),
        (503, Kind.UPSTREAM_BROKEN, 502),
        (504, Kind.UPSTREAM_SLOW, 504),
        (529, Kind.UPSTREAM_BROKEN, 529),
    ],
)
def test_every_status_has_its_kind(status: int, kind: Kind, shown: int) -> None:
    fault = WIRE.read_fault(status, {}, b"")
    assert (fault.kind, fault.http_status) == (kind, shown)
    assert fault.message
    assert fault.wire == WIRE.name


def test_a_refusal_keeps_the_words_and_the_bytes() -> None:
    body = body_of("invalid_request_error", "prompt is too long")
    fault = WIRE.read_fault(400, {}, body)
    assert fault.message == "prompt is too long"
    assert fault.body == body


def test_a_refused_credential_is_not_shown_to_the_caller() -> None:
    fault = WIRE.read_fault(401, {}, body_of("authentication_error", "bad key sk-ant-123456789"))
    assert fault.body == b""
    assert "sk-ant" not in fault.message + fault.detail
    assert "bad key" not in fault.message


def test_a_failing_upstream_is_not_quoted() -> None:
    fault = WIRE.read_fault(500, {}, body_of("api_error", "Traceback in vault.py"))
    assert "vault" not in fault.message
    assert fault.body == b""


def test_a_redirect_is_named_as_one() -> None:
    assert "redirect" in WIRE.read_fault(302, {"location": "http://x"}, b"").message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"loc": ["body"], "msg": "missing"}]}', "missing"),
        (b'{"error": "unknown model"}', "unknown model"),
        (b'{"error": {"message": "no such model", "code": 5}}', "no such model"),
        (b'{"message": "nope"}', "nope"),
        (b'{"error": null}', "status 404"),
        (b"<html><body>Not here</body></html>", "status 404"),
        (b"\xff\xfe", "status 404"),
        (b"[]", "status 404"),
        (b"", "status 404"),
    ],
)
def test_errors_in_any_shape_are_understood(body: bytes, message: str) -> None:
    assert message in WIRE.read_fault(404, {}, body).message


def test_secrets_in_an_upstreams_words_are_masked() -> None:
    fault = WIRE.read_fault(400, {}, body_of("invalid_request_error", "key sk-abcdef1234567890"))
    assert "sk-abcdef1234567890" not in fault.message + fault.detail


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_an_error_in_this_shape(kind: Kind) -> None:
    fault = Fault(kind=kind, message="Alas.")
    written = json.loads(WIRE.write_fault(fault, "req_1"))
    assert written["type"] == "error"
    assert written["request_id"] == "req_1"
    assert written["error"]["type"].endswith(("_error", "_too_large"))
    assert written["error"]["message"] == "Alas."
    assert written["error"]["es"] == {
        "code": fault.public_code,
        "who": fault.rule.who.value,
        "request_id": "req_1",
    }


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(kind=Kind.UNAUTHENTICATED, message=""), "authentication_error"),
        (Fault(kind=Kind.FORBIDDEN, message=""), "permission_error"),
        (Fault(kind=Kind.UNKNOWN_MODEL, message=""), "not_found_error"),
        (Fault(kind=Kind.TOO_LARGE, message=""), "request_too_large"),
        (Fault(kind=Kind.OVER_BUDGET, message=""), "rate_limit_error"),
        (Fault(kind=Kind.UPSTREAM_REFUSED, message="", status=404), "not_found_error"),
        (Fault(kind=Kind.UPSTREAM_REFUSED, message="", status=422), "invalid_request_error"),
        (Fault(kind=Kind.UPSTREAM_BROKEN, message="", status=529), "overloaded_error"),
        (Fault(kind=Kind.UPSTREAM_SLOW, message=""), "timeout_error"),
        (Fault(kind=Kind.UNAVAILABLE, message=""), "overloaded_error"),
        (Fault(kind=Kind.NO_ROUTE, message=""), "overloaded_error"),
    ],
)
def test_the_type_is_the_one_that_clients_act_on(fault: Fault, kind: str) -> None:
    assert json.loads(WIRE.write_fault(fault, "req_1"))["error"]["type"] == kind


@pytest.mark.parametrize(
    "body",
    [
        b"<html>busy</html>",
        b"",
        b"\xff",
        b'{"ok": true}',
        b"null",
        b'{"content": 3}',
        b'{"content": [{"type": "text"}]}',
        b'{"content": [{"type": "text", "text": "\xff"}]}',
    ],
)
def test_an_answer_that_is_no_message_is_a_fault(body: bytes) -> None:
    fault = WIRE.read_reply(body).fault
    assert fault
    assert fault.kind is Kind.UPSTREAM_BROKEN
    assert WIRE.mend_reply(body, STYLE)[1].fault == fault


def test_an_error_under_a_success_is_a_fault() -> None:
    fault = WIRE.read_reply(body_of("overloaded_error", "Overloaded")).fault
    assert fault
    assert (fault.kind, fault.http_status) == (Kind.UPSTREAM_BROKEN, 529)
    assert "Overloaded" in fault.message
