"""Errors on this wire: an upstream's become a Fault, a Fault becomes ours."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.wires.advice import retry_after, seconds_in
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.error_status import kind_of_status, message_of
from endpoints_server.wires.google_generative.schema import NAME, Object

LONGEST_WORDS = 2000
OVERLOADED = 503
KEY_REFUSED = re.compile(r"API_KEY_INVALID|API_KEY_EXPIRED|api key not valid", re.IGNORECASE)
RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"

WORDS: Mapping[int, str] = MappingProxyType(
    {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        409: "ABORTED",
        429: "RESOURCE_EXHAUSTED",
        499: "CANCELLED",
        500: "INTERNAL",
        501: "UNIMPLEMENTED",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
)
STATUSES: Mapping[str, int] = MappingProxyType(
    {word: status for status, word in WORDS.items()} | {"FAILED_PRECONDITION": 400}
)


def read_fault(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Classify an upstream's answer that is no success; `headers` have lower-case names.

    A key that is not accepted comes as a 400 here, and is told by its reason.
    """
    error = error_in(body)
    kind = kind_of(status, body)
    words = words_in(error)
    is_shown = kind in (Kind.UPSTREAM_REFUSED, Kind.UPSTREAM_LIMITED) or status == OVERLOADED
    return Fault(
        kind=kind,
        message=message_of(kind, status, words, OVERLOADED),
        status=status if kind is Kind.UPSTREAM_REFUSED else 0,
        detail=f"status {status}: {words}" if words and is_shown else f"status {status}",
        retry_after_seconds=wait_told(headers, error),
        body=body if error and is_shown else b"",
        wire=NAME,
    )


def read_error(body: bytes) -> Fault:
    """Classify an error that came in a stream or under a success, by its code or its status."""
    error = error_in(body)
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 0
    status = status or STATUSES.get(word_at(error, "status"), 500)
    fault = read_fault(status, {}, body)
    if fault.kind is Kind.UPSTREAM_BROKEN and (words := words_in(error)):
        fault = replace(fault, message=f"The upstream broke off: {words}")
    return replace(fault, body=b"")


def broken(message: str) -> Fault:
    """Say what is wrong with an answer."""
    return Fault(kind=Kind.UPSTREAM_BROKEN, message=message, wire=NAME)


NOT_JSON = broken("The upstream sent an answer that is not valid JSON.")
NOT_A_REPLY = broken("The upstream answered without any candidate.")
OVERSIZED = broken("The upstream sent an event that is too large.")
CUT_OFF = broken("The upstream's answer broke off before its end.")


def write_fault(fault: Fault, request_id: str) -> bytes:
    """Write a fault in the shape of this wire, with our own fields under `es`."""
    status = fault.http_status
    details: list[Object] = [
        {"@type": ERROR_INFO, "reason": fault.public_code.upper(), "domain": "endpoints_server"}
    ]
    if fault.retry_after_seconds is not None:
        delay = f"{fault.retry_after_seconds:.3f}".rstrip("0").rstrip(".")
        details.append({"@type": RETRY_INFO, "retryDelay": f"{delay}s"})
    fallback = WORDS[400] if status < 500 else WORDS[OVERLOADED]
    ours = {"code": fault.public_code, "who": fault.rule.who, "request_id": request_id}
    error: Object = {"code": status, "message": fault.message}
    error |= {"status": WORDS.get(status, fallback), "details": details, "es": ours}
    return msgspec.json.encode({"error": error})


def kind_of(status: int, body: bytes) -> Kind:
    """Place an answer; a key that is refused comes under 400 here."""
    if status == 400 and KEY_REFUSED.search(body[:4096].decode(errors="replace")):
        return Kind.UPSTREAM_DENIED
    return kind_of_status(status)


def error_in(body: bytes) -> Object:
    """Find the error object of a body, which a stream's first element may hold."""
    try:
        decoded = msgspec.json.decode(body)
    except DECODE_ERRORS:
        return {}
    if isinstance(decoded, list) and decoded:
        decoded = decoded[0]
    if not isinstance(decoded, dict):
        return {}
    error = decoded.get("error", decoded)
    return error if isinstance(error, dict) else {"message": str(error)}


def words_in(error: Object) -> str:
    """Give what an error says, with secrets masked."""
    return scrub((word_at(error, "message") or word_at(error, "detail"))[:LONGEST_WORDS])


def word_at(fields: Object, name: str) -> str:
    """Give a text of an object, or nothing."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def wait_told(headers: Mapping[str, str], error: Object) -> float | None:
    """Read the advice to wait, in seconds: in a header, or among the error's details."""
    told = retry_after(headers)
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if told is None and isinstance(detail, dict) and detail.get("@type") == RETRY_INFO:
            delay = word_at(detail, "retryDelay")
            return seconds_in(delay.removesuffix("s")) if delay.endswith("s") else None
    return told
