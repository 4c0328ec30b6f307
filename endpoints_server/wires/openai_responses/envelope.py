"""The response object around the items, and how a stream tells that it failed."""

import msgspec

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.talk.reply import Reply
from endpoints_server.domain.wire import Style
from endpoints_server.wires.openai_error import error_of
from endpoints_server.wires.openai_responses.schema import Object
from endpoints_server.wires.sse import frame

UNSAID: Object = {
    "background": False,
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "store": False,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
    "usage": None,
}
"""What strict clients want to see there, and nobody acts by."""


def envelope(reply: Reply, style: Style) -> Object:
    """Write a response that holds nothing yet."""
    return {
        "id": reply.id or style.id,
        "object": "response",
        "created_at": reply.created_at or style.created_at,
        "status": "in_progress",
        "model": reply.model or style.model,
        "output": [],
        **UNSAID,
    }


def write_event(event: Object) -> bytes:
    """Write one event of a stream under its own name."""
    return frame(msgspec.json.encode(event), str(event["type"]).encode())


def code_of(fault: Fault) -> str:
    """Give the code of a response that failed: the upstream's own, or the nearest of the API's."""
    if fault.code:
        return fault.code
    is_limit = fault.kind in (Kind.UPSTREAM_LIMITED, Kind.OVER_LIMIT)
    return "rate_limit_exceeded" if is_limit else "server_error"


def write_failure(fault: Fault, request_id: str, response: Object, sequence_number: int) -> bytes:
    """Write what ends a stream that failed.

    Some clients raise on the `error`, whichever of its two shapes they know, others on the
    `response.failed` behind it.
    """
    error = error_of(fault, request_id)
    told = {name: error[name] for name in ("code", "message", "param")}
    event: Object = {"type": "error", "sequence_number": sequence_number, **told, "error": error}
    failed: Object = {
        "type": "response.failed",
        "sequence_number": sequence_number + 1,
        "response": {
            **response,
            "status": "failed",
            "error": {"code": code_of(fault), "message": fault.message},
        },
    }
    return write_event(event) + write_event(failed)
