"""Errors on this wire, and what is wrong with an answer."""

from collections.abc import Mapping

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.wires import openai_error
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_error import object_in


def read_fault(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Understand an answer that is no success; `headers` have lower-case names."""
    return openai_error.read_fault(NAME, status, headers, body)


def read_error(error: object, body: bytes) -> Fault:
    """Understand an error object that came under a success or in the middle of a stream."""
    return openai_error.read_error(NAME, error, body)


def not_json() -> Fault:
    """Say that what came is no JSON object, or broken."""
    message = "The upstream did not answer with JSON."
    return Fault(kind=Kind.UPSTREAM_BROKEN, message=message, wire=NAME)


def broken_off(rest: bytes, *, has_begun: bool) -> Fault:
    """Say how a stream ended that was not over; `rest` is what came last and is no event."""
    fields = object_in(rest) or {}
    if error := fields.get("error"):
        return read_error(error, rest)
    if has_begun:
        return broken("The upstream broke off in the middle of its answer.")
    return not_json() if rest.strip() else broken("The upstream broke off before it answered.")


def broken(message: str) -> Fault:
    """Say what is wrong with an answer."""
    return Fault(kind=Kind.UPSTREAM_BROKEN, message=message, wire=NAME)
