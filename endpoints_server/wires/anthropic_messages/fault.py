"""Errors on this wire: an upstream's become a Fault, a Fault becomes ours."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.wires.advice import retry_after
from endpoints_server.wires.anthropic_messages.schema import NAME, Object
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.error_status import kind_of_status, message_of

OVERLOADED = 529
LONGEST_WORDS = 2000

THREAD_UNSUPPORTED = "thread_unsupported_request"
"""The code by which this wire says that a conversation is not kept."""
DETAILS: Mapping[str, Object] = MappingProxyType(
    {THREAD_UNSUPPORTED: {"error_code": THREAD_UNSUPPORTED, "unsupported": ["thread"]}}
)
"""What official clients look for in an error, by its code."""
TYPES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.BAD_REQUEST: "invalid_request_error",
        Kind.UNAUTHENTICATED: "authentication_error",
        Kind.FORBIDDEN: "permission_error",
        Kind.UNKNOWN_MODEL: "not_found_error",
        Kind.TOO_LARGE: "request_too_large",
        Kind.OVER_LIMIT: "rate_limit_error",
        Kind.OVER_BUDGET: "rate_limit_error",
        Kind.UNTRANSLATABLE: "invalid_request_error",
        Kind.UPSTREAM_REFUSED: "invalid_request_error",
        Kind.UPSTREAM_DENIED: "api_error",
        Kind.UPSTREAM_LIMITED: "overloaded_error",
        Kind.UPSTREAM_BROKEN: "api_error",
        Kind.UNREACHABLE: "api_error",
        Kind.UPSTREAM_SLOW: "timeout_error",
        Kind.CANCELLED: "api_error",
        Kind.NO_ROUTE: "overloaded_error",
        Kind.UNAVAILABLE: "overloaded_error",
        Kind.INTERNAL: "api_error",
    }
)
STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request_error": 400,
        "authentication_error": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "api_error": 500,
        "timeout_error": 504,
        "overloaded_error": OVERLOADED,
    }
)
STATUS_TYPES: Mapping[int, str] = MappingProxyType(
    {
        402: "billing_error",
        404: "not_found_error",
        413: "request_too_large",
        529: "overloaded_error",
    }
)


def read_fault(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Classify an upstream's answer that is no success; `headers` have lower-case names.

    The bytes as sent go along where a caller of this wire may see them: a refusal, a limit, and
    an overload.
    """
    kind = kind_of_status(status)
    fields = object_in(body)
    words = words_in(fields)
    is_shown = kind in (Kind.UPSTREAM_REFUSED, Kind.UPSTREAM_LIMITED) or status == OVERLOADED
    return Fault(
        kind=kind,
        message=message_of(kind, status, words, OVERLOADED),
        status=status if kind is Kind.UPSTREAM_REFUSED or status == OVERLOADED else 0,
        detail=f"status {status}: {words}" if words and is_shown else f"status {status}",
        retry_after_seconds=retry_after(headers),
        body=body if fields and is_shown else b"",
        wire=NAME,
    )


def read_error(body: bytes) -> Fault:
    """Classify an error that came in a stream or under a success, by its type."""
    fields = object_in(body)
    status = STATUSES.get(word_at((fields or {}).get("error"), "type"), 500)
    fault = read_fault(status, {}, body)
    if fault.kind is Kind.UPSTREAM_BROKEN and (words := words_in(fields)):
        fault = replace(fault, message=f"The upstream broke off: {words}")
    return replace(fault, body=b"")


def broken(message: str) -> Fault:
    """Say what is wrong with an answer."""
    return Fault(kind=Kind.UPSTREAM_BROKEN, message=message, wire=NAME)


NOT_JSON = broken("The upstream sent an answer that is not valid JSON.")
NOT_A_REPLY = broken("The upstream sent an answer that is no message.")
OVERSIZED = broken("The upstream sent an event that is too large.")
OUT_OF_ORDER = broken("The upstream sent a piece of a call that is not open.")
CUT_OFF = broken("The upstream's answer broke off before its end.")


def write_fault(fault: Fault, request_id: str) -> bytes:
    """Write a fault in the shape of this wire, with our own fields under `es`."""
    ours = {"code": fault.public_code, "who": fault.rule.who, "request_id": request_id}
    error: Object = {"type": type_of(fault), "message": fault.message, "es": ours}
    if details := DETAILS.get(fault.code):
        error["details"] = details
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def type_of(fault: Fault) -> str:
    """Name the type of an error; of billing are those of upstreams, and no request of a model that
    has no price."""
    if fault.kind is Kind.BAD_REQUEST and fault.status == STATUSES["billing_error"]:
        return TYPES[fault.kind]
    return STATUS_TYPES.get(fault.status) or TYPES[fault.kind]


def object_in(body: bytes) -> Object | None:
    """Decode a body that is a JSON object."""
    try:
        return msgspec.json.decode(body, type=Object)
    except DECODE_ERRORS:
        return None


def words_in(fields: Object | None) -> str:
    """Find what an error says, in the shapes that vendors and proxies use; secrets masked."""
    if not fields:
        return ""
    error = fields.get("error")
    if isinstance(error, str):
        return scrub(error[:LONGEST_WORDS])
    words = word_at(error, "message") or word_at(fields, "message") or word_at(fields, "detail")
    if not words and isinstance(fields.get("detail"), list):
        words = msgspec.json.encode(fields["detail"]).decode()
    return scrub(words[:LONGEST_WORDS])


def word_at(fields: object, name: str) -> str:
    """Give a text of an object, or nothing."""
    value = fields.get(name) if isinstance(fields, dict) else None
    return value if isinstance(value, str) else ""
