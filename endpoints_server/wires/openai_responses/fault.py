"""Errors on this wire, and what is wrong with an answer."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.wires import openai_error
from endpoints_server.wires.openai_error import error_in, text_at
from endpoints_server.wires.openai_responses.schema import NAME, Answer, Object


def read_fault(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Understand an answer that is no success; `headers` have lower-case names."""
    return openai_error.read_fault(NAME, status, headers, body)


def read_error(error: object) -> Fault:
    """Understand an error object that came under a success or in a stream; its code is kept.

    Clients act by the code, as there is no status that tells them. What is wrong with a credential
    of ours is not theirs to act on.
    """
    body = msgspec.json.encode({"error": error})
    fault = openai_error.read_error(NAME, error, body)
    code = "" if fault.kind is Kind.UPSTREAM_DENIED else text_at({"error": error}, "code")
    return replace(fault, code="" if code.isdigit() else code, body=b"")


def read_failure(answer: Answer) -> Fault | None:
    """Give the fault of an answer that failed; None where it did not."""
    if answer.error:
        return read_error(answer.error)
    match answer.status:
        case "failed":
            return broken("The upstream failed to answer, and did not say why.")
        case "cancelled":
            return broken("The answer was cancelled.")
        case _:  # complete, incomplete, or still to come
            return None


def read_error_event(fields: Object) -> Fault:
    """Understand an `error` event, which holds an error object or is one."""
    error = error_in(fields)
    return read_error({name: value for name, value in error.items() if value != "error"})


def broken(message: str) -> Fault:
    """Say what is wrong with an answer."""
    return Fault(kind=Kind.UPSTREAM_BROKEN, message=message, wire=NAME)


NOT_JSON = broken("The upstream did not answer with JSON.")
NOT_A_REPLY = broken("The upstream answered with something that is no response.")
OVERSIZED = broken("The upstream sent an event that is too large.")
CUT_OFF = broken("The upstream broke off in the middle of its answer.")
