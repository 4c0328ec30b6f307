"""Error bodies of the wires that OpenAI defined, both ways; `wire` is which of them."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.wires.advice import retry_after
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.error_status import kind_of_status

LONGEST_WORDS = 2000
STATUS = re.compile(r"[45][0-9]{2}")

WORDS = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "insufficient_quota": 429,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "invalid_request_error": 400,
}

KEY_REFUSED = re.compile(
    r"API_KEY_INVALID|(?:incorrect|invalid) api[ _]key|api key not valid", re.IGNORECASE
)

TYPES = {
    Kind.UNAUTHENTICATED: "authentication_error",
    Kind.FORBIDDEN: "permission_error",
    Kind.OVER_LIMIT: "rate_limit_error",
    Kind.OVER_BUDGET: "insufficient_quota",
    Kind.UPSTREAM_LIMITED: "rate_limit_error",
    Kind.BAD_REQUEST: "invalid_request_error",
    Kind.UNKNOWN_MODEL: "invalid_request_error",
    Kind.TOO_LARGE: "invalid_request_error",
    Kind.UNTRANSLATABLE: "invalid_request_error",
    Kind.UPSTREAM_REFUSED: "invalid_request_error",
}


def read_fault(wire: str, status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Understand an answer that is no success; `headers` have lower-case names."""
    fields = object_in(body)
    kind = kind_of(status, body)
    return Fault(
        kind=kind,
        message=message_of(kind, status, fields),
        code=code_of(fields) if kind is Kind.UPSTREAM_REFUSED else "",
        status=status if kind is Kind.UPSTREAM_REFUSED else 0,
        detail=f"status {status}: {words_in(fields)}".rstrip(": "),
        param=text_at(fields, "param"),
        retry_after_seconds=retry_after(headers),
        body=body if fields is not None and body.lstrip().startswith(b"{") else b"",
        wire=wire,
    )


def read_error(wire: str, error: object, body: bytes) -> Fault:
    """Understand an error object that came under a success or in the middle of a stream."""
    fault = read_fault(wire, status_in(error), {}, body)
    if fault.kind is not Kind.UPSTREAM_BROKEN:
        return fault
    said = words_in({"error": error}) or "no reason given"
    return msgspec.structs.replace(fault, message=f"The upstream broke off: {said}")


def write_fault(fault: Fault, request_id: str) -> bytes:
    """Write a fault in the shape of these wires, with our own fields under `es`."""
    return msgspec.json.encode({"error": error_of(fault, request_id)})


def error_of(fault: Fault, request_id: str) -> dict[str, object]:
    """Give the error object of a fault."""
    return {
        "message": fault.message,
        "type": TYPES.get(fault.kind, "api_error"),
        "param": fault.param or None,
        "code": fault.public_code,
        "es": {"code": fault.public_code, "who": fault.rule.who, "request_id": request_id},
    }


def kind_of(status: int, body: bytes) -> Kind:
    """Place a status; some vendors refuse a key under 400."""
    if status == 400 and KEY_REFUSED.search(body[:4096].decode(errors="replace")):
        return Kind.UPSTREAM_DENIED
    return kind_of_status(status)


def message_of(kind: Kind, status: int, fields: Mapping[str, Any] | None) -> str:
    """Give the upstream's own words where they are for the caller, ours where they are not."""
    said = words_in(fields)
    if 300 <= status < 400:
        return "The upstream answered with a redirect, which is not followed."
    match kind:
        case Kind.UPSTREAM_DENIED:
            return "The upstream refused the credential of this endpoint."
        case Kind.UPSTREAM_SLOW:
            return f"The upstream gave up waiting (status {status})."
        case Kind.UPSTREAM_BROKEN:
            return f"The upstream failed (status {status})."
        case Kind.UPSTREAM_LIMITED:
            return said or "The upstream is limiting requests."
        case _:  # the caller's own mistake
            return said or f"The upstream refused the request (status {status})."


def object_in(body: bytes) -> dict[str, Any] | None:
    """Decode a body that is a JSON object, or one wrapped in a list as Google does."""
    try:
        decoded = msgspec.json.decode(body)
    except DECODE_ERRORS:
        return None
    if isinstance(decoded, list) and decoded:
        decoded = decoded[0]
    return decoded if isinstance(decoded, dict) else None


def error_in(fields: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Give the error object, which stands under `error` or is the body itself."""
    error = (fields or {}).get("error")
    return error if isinstance(error, dict) else fields or {}


def words_in(fields: Mapping[str, Any] | None) -> str:
    """Find the upstream's own words."""
    error = (fields or {}).get("error")
    if isinstance(error, str) and error:
        return legible(error)
    found = error_in(fields)
    for key in ("message", "detail", "msg", "title"):
        said = found.get(key)
        if isinstance(said, str) and said:
            return legible(said)
        if said:  # a list of what did not validate
            return legible(msgspec.json.encode(said).decode())
    return ""


def legible(words: str) -> str:
    """Take what looks like a secret out of an upstream's words, and bound them."""
    return scrub(words[:LONGEST_WORDS])


def text_at(fields: Mapping[str, Any] | None, key: str) -> str:
    """Give a field of the error as text."""
    value = error_in(fields).get(key)
    return str(value) if isinstance(value, str | int) else ""


def code_of(fields: Mapping[str, Any] | None) -> str:
    """Give the error's code where it says more than a status."""
    return next((t for key in ("code", "status", "type") if (t := word_at(fields, key))), "")


def word_at(fields: Mapping[str, Any] | None, key: str) -> str:
    """Give a field of the error where it is a word."""
    text = text_at(fields, key)
    return "" if text.isdigit() else text


def status_in(error: object) -> int:
    """Find the status an error object stands for; 502 where it names none."""
    fields = error if isinstance(error, dict) else {}
    for key in ("status", "status_code", "code"):
        value = str(fields.get(key))
        if STATUS.fullmatch(value):
            return int(value)
    for key in ("code", "type"):
        if status := WORDS.get(str(fields.get(key))):
            return status
    return 502
