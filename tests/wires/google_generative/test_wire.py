"""Where this wire calls, how it presents a key, and how errors go both ways."""

import json

import pytest

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.wire import Operation, Target
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE as WIRE
from tests.wires.google_generative.excerpts import STYLE, Json

HOST = "https://a.example"


@pytest.mark.parametrize(
    ("base", "model", "expected"),
    [
        (HOST, "gemini-x", "/v1beta/models/gemini-x:generateContent"),
        (HOST + "/", "models/gemini-x", "/v1beta/models/gemini-x:generateContent"),
        (HOST + "/v1", "gemini-x", "/v1/models/gemini-x:generateContent"),
        (HOST + "/v1beta/models/", "gemini-x", "/v1beta/models/gemini-x:generateContent"),
        (HOST + "/some/v1alpha/under", "a", "/some/v1alpha/under/models/a:generateContent"),
        (HOST + "/proxy", "org/a b", "/proxy/v1beta/models/org/a%20b:generateContent"),
        (
            HOST,
            "publishers/google/models/x",
            "/v1beta/models/publishers/google/models/x:generateContent",
        ),
        (HOST, "../../x", "/v1beta/models/..%2F..%2Fx:generateContent"),
        (HOST, "a/./x", "/v1beta/models/a%2F.%2Fx:generateContent"),
        (HOST, "models//x/", "/v1beta/models/%2Fx%2F:generateContent"),
        (HOST, "a?b#c%2e\\d", "/v1beta/models/a%3Fb%23c%252e%5Cd:generateContent"),
        (HOST + "/v1?team=1", "a", "/v1/models/a:generateContent?team=1"),
    ],
)
def test_a_base_may_end_at_the_root_in_a_version_or_in_models(
    base: str, model: str, expected: str
) -> None:
    assert WIRE.address(base, Target(model=model)) == HOST + expected


def test_a_stream_is_asked_for_as_events() -> None:
    target = Target(model="a", is_stream=True)
    url = WIRE.address(HOST, target)
    assert url == HOST + "/v1beta/models/a:streamGenerateContent?alt=sse"
    assert WIRE.address(HOST + "?team=1", target) == url + "&team=1"


def test_tokens_are_counted_at_an_address_of_their_own() -> None:
    target = Target(model="a", operation=Operation.COUNT)
    assert WIRE.address(HOST, target) == HOST + "/v1beta/models/a:countTokens"


def test_a_key_goes_in_a_header() -> None:
    assert WIRE.credential("secret") == {"x-goog-api-key": "secret"}
    assert not any("x-goog-api-key".startswith(beginning) for beginning in WIRE.forwards)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("alt=sse", "text/event-stream"),
        ("prettyPrint=false&$alt=sse", "text/event-stream"),
        ("%24alt=sse", "text/event-stream"),
        ("", "application/json"),
        ("alt=json", "application/json"),
    ],
)
def test_a_stream_is_of_the_type_that_was_asked_for(query: str, kind: str) -> None:
    assert WIRE.stream_type(query).startswith(kind)


def error(code: int, message: str, status: str, *details: Json) -> bytes:
    told = {"code": code, "message": message, "status": status, "details": list(details)}
    return json.dumps({"error": told}).encode()


REFUSED_KEY = error(
    400,
    "API key not valid. Please pass a valid API key.",
    "INVALID_ARGUMENT",
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
)
LIMITED = error(
    429,
    "You exceeded your current quota.",
    "RESOURCE_EXHAUSTED",
    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"},
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (400, REFUSED_KEY, Kind.UPSTREAM_DENIED, "did not accept the credential"),
        (403, error(403, "secret project", "PERMISSION_DENIED"), Kind.UPSTREAM_DENIED, "credent"),
        (400, error(400, "Bad role.", "INVALID_ARGUMENT"), Kind.UPSTREAM_REFUSED, "Bad role."),
        (404, error(404, "No model a.", "NOT_FOUND"), Kind.UPSTREAM_REFUSED, "No model a."),
        (429, LIMITED, Kind.UPSTREAM_LIMITED, "You exceeded your current quota."),
        (503, error(503, "Busy.", "UNAVAILABLE"), Kind.UPSTREAM_BROKEN, "overloaded"),
        (500, b"<html>", Kind.UPSTREAM_BROKEN, "failed (status 500)"),
        (504, b"", Kind.UPSTREAM_SLOW, "took too long"),
        (302, b"", Kind.UPSTREAM_BROKEN, "redirect"),
        (400, b'[{"error": {"message": "In a list."}}]', Kind.UPSTREAM_REFUSED, "In a list."),
        (400, b'{"error": "plain"}', Kind.UPSTREAM_REFUSED, "plain"),
    ],
)
def test_errors_are_placed_by_their_status_and_their_reason(
    status: int, body: bytes, kind: Kind, message: str
) -> None:
    fault = WIRE.read_fault(status, {}, body)
    assert fault.kind is kind
    assert message in fault.message
    assert "secret project" not in fault.message + fault.detail


def test_the_advice_to_wait_may_stand_among_the_details() -> None:
    assert WIRE.read_fault(429, {}, LIMITED).retry_after_seconds == 34.5
    assert WIRE.read_fault(429, {"retry-after": "7"}, LIMITED).retry_after_seconds == 7


def test_our_errors_have_the_vendors_shape_and_our_code() -> None:
    fault = Fault(kind=Kind.OVER_LIMIT, message="Slow down.", retry_after_seconds=2.5)
    told = json.loads(WIRE.write_fault(fault, "req_1"))["error"]
    assert (told["code"], told["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert told["es"] == {"code": "rate_limit_exceeded", "who": "caller", "request_id": "req_1"}
    assert told["details"][1]["retryDelay"] == "2.5s"


def test_counting_reads_the_conversation_or_a_whole_request() -> None:
    carriage = WIRE.beside[Operation.COUNT]
    talk: Json = {"contents": [{"parts": [{"text": "How many tokens are these?"}]}]}
    alone = json.dumps(talk).encode()
    whole = json.dumps({"generateContentRequest": {"model": "models/a", **talk}}).encode()
    assert carriage.estimate(alone) == carriage.estimate(whole) > 3
    sent = json.loads(carriage.relay_request(whole, "b", Dialect(), False).body)
    assert sent["generateContentRequest"]["model"] == "models/b"
    body = b'{"totalTokens": 7, "promptTokensDetails": []}'
    assert carriage.mend_reply(body, STYLE)[0] is body
    assert carriage.mend_reply(b'{"totalTokens": "x"}', STYLE)[1].fault is not None
    with pytest.raises(Failed):
        carriage.estimate(b"{}")
