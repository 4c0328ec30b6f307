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
DOUBLED = "/v1/v1/"


def fault_answers(exchange: Exchange) -> dict[type[Exception] | int, Any]:
    """Make the handlers that answer for whatever an ordinary route raises."""

    def answer_failed(request: AnyRequest, error: Failed) -> Response[bytes]:
        return answer(exchange, request, error.fault)

    def answer_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        return answer(exchange, request, fault_of(request.scope["path"], error))

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
    """Choose the shape of an error: Anthropic's for its clients, OpenAI's for everybody else."""
    is_anthropic = "anthropic-version" in request.headers or "/messages" in request.scope["path"]
    return wires["anthropic_messages" if is_anthropic else "openai_chat"]


def fault_of(path: str, error: HTTPException) -> Fault:
    """Say in our words what the framework refused."""
    status = error.status_code
    if status == HTTPStatus.NOT_FOUND:
        hint = " The base URL seems to hold '/v1' twice." if DOUBLED in path else ""
        message = f"There is nothing at this address.{hint}"
        return Fault(kind=Kind.BAD_REQUEST, status=status, code="not_found", message=message)
    phrase = HTTPStatus(status).phrase
    kind = KINDS.get(
        status, Kind.INTERNAL if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Kind.BAD_REQUEST
    )
    return Fault(kind=kind, status=status, message=f"{phrase}.")
