"""A failure becomes an HTTP answer, in the wire the caller seems to speak."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.receipt import advice, identify
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.wire import Wire

AnyRequest = Request[Any, Any, Any]
KINDS: Mapping[int, Kind] = {
    HTTPStatus.BAD_REQUEST: Kind.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED: Kind.UNAUTHENTICATED,
    HTTPStatus.FORBIDDEN: Kind.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Kind.TOO_LARGE,
}
DOUBLED = ("/v1/v1/", "/v1beta/v1beta/", "/v1beta/v1/")
GOOGLE = frozenset({"x-goog-api-key", "x-goog-api-client"})
"""Headers that only clients of Google's wire send."""


def fault_answers(exchange: Exchange) -> dict[type[Exception] | int, Any]:
    """Make the handlers that answer for whatever an ordinary route raises."""

    def answer_failed(request: AnyRequest, error: Failed) -> Response[bytes]:
        return answer(exchange, request, error.fault)

    def answer_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        answered = answer(exchange, request, fault_of(request.scope["path"], error))
        if methods := (error.headers or {}).get("allow"):
            answered.set_header("allow", methods)
        return answered

    def answer_other(request: AnyRequest, error: Exception) -> Response[bytes]:
        exchange.trouble(error)
        message = "Something went wrong in this server."
        return answer(exchange, request, Fault(kind=Kind.INTERNAL, message=message))

    return {Failed: answer_failed, HTTPException: answer_http, Exception: answer_other}


def answer(exchange: Exchange, request: AnyRequest, fault: Fault) -> Response[bytes]:
    """Write a fault as an answer."""
    request_id = exchange.identify()
    body = wire_of(exchange.wires, request).write_fault(fault, request_id)
    headers = {
        name.decode(): value.decode() for name, value in [*identify(request_id), *advice(fault)]
    }
    return Response(
        body, status_code=fault.http_status, media_type="application/json", headers=headers
    )


def wire_of(wires: Mapping[str, Wire], request: AnyRequest) -> Wire:
    """Choose the shape of an error: that of Anthropic's or Google's clients, or OpenAI's."""
    path = request.scope["path"]
    if "/v1beta/" in path or not GOOGLE.isdisjoint(request.headers.keys()):
        return wires["google_generative"]
    is_anthropic = "anthropic-version" in request.headers or "/messages" in path
    return wires["anthropic_messages" if is_anthropic else "openai_chat"]


def fault_of(path: str, error: HTTPException) -> Fault:
    """Say in our words what the framework refused."""
    status = error.status_code
    if status == HTTPStatus.NOT_FOUND:
        is_doubled = any(each in path for each in DOUBLED)
        hint = " The base URL seems to hold '/v1' twice." if is_doubled else ""
        message = f"There is nothing at this address.{hint}"
        return Fault(kind=Kind.BAD_REQUEST, status=status, code="not_found", message=message)
    phrase = HTTPStatus(status).phrase
    kind = KINDS.get(
        status, Kind.INTERNAL if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Kind.BAD_REQUEST
    )
    return Fault(kind=kind, status=status, message=f"{phrase}.")
