"""The handlers of the wires: one for each path a wire names, alone and under `/e/{endpoint}`."""

import asyncio
from asyncio import CancelledError
from collections.abc import Iterable, Mapping
from typing import cast

from litestar import post
from litestar.handlers import BaseRouteHandler, asgi
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec.structs import replace

from endpoints_server.calls.call import Inbound
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.serve import serve
from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.wire import Entrance, Wire
from endpoints_server.web.api.delivery import Connection, line_of, read_whole_body
from endpoints_server.web.guards import ITSELF

UNDER_ENDPOINT = "/e/{endpoint:str}"
MODEL = "{model}"
POST_ONLY = Fault(kind=Kind.BAD_REQUEST, status=405, message="Only POST is answered here.")
UNKNOWN_VERB = Fault(kind=Kind.BAD_REQUEST, status=404, message="")


def wire_applications(exchange: Exchange) -> dict[str, ASGIApp]:
    """Make what answers every path of every wire; those that name a model, by their beginning."""
    found: dict[str, ASGIApp] = {}
    for wire in exchange.wires.values():
        naming: dict[str, dict[str, ASGIApp]] = {}
        for path, entrance in wire.paths.items():
            beginning, _, verb = path.partition(MODEL)
            answer = wire_application(exchange, wire, entrance, beginning if verb else "")
            if verb:
                naming.setdefault(beginning, {})[verb] = answer
            else:
                found[path] = answer
        for beginning, answers in naming.items():
            found[beginning] = by_verb(answers, refusal_of_verbs(exchange, wire, answers))
    return found


def verbs_of(wires: Iterable[Wire]) -> set[str]:
    """Gather what stands behind the model in the paths that name one."""
    return {path.partition(MODEL)[2] for wire in wires for path in wire.paths} - {""}


def by_verb(answers: Mapping[str, ASGIApp], otherwise: ASGIApp) -> ASGIApp:
    """Choose among the paths that differ only in what follows the model's name."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        colon, verb = scope["path"].rpartition(":")[1:]
        await answers.get(colon + verb, otherwise)(scope, receive, send)

    return choose


def refusal_of_verbs(exchange: Exchange, wire: Wire, known: Iterable[str]) -> ASGIApp:
    """Make what answers a path that asks a model for something else than there is."""
    fault = replace(UNKNOWN_VERB, message=f"The path must end in one of: {', '.join(known)}.")

    async def refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
        await refuse_call(wire, exchange.identify(), fault, Connection(send))

    return refuse


def wire_handlers(applications: Mapping[str, ASGIApp]) -> list[BaseRouteHandler]:
    """Make the framework's handlers of the wires' paths, alone and under an endpoint.

    It cannot route to a plain application by a path with a parameter, so that for such a path it
    asks an ordinary handler for it.
    """
    handlers: list[BaseRouteHandler] = []
    for path, answer in applications.items():
        if path.endswith("/"):
            handlers.append(handler_by_parameter(path + "{model:path}", answer))
            handlers.append(handler_by_parameter(UNDER_ENDPOINT + path + "{model:path}", answer))
        else:
            handlers.append(asgi(path, opt=ITSELF, copy_scope=False)(answer))
            handlers.append(handler_by_parameter(UNDER_ENDPOINT + path, answer))
    return handlers


def handler_by_parameter(path: str, answer: ASGIApp) -> BaseRouteHandler:
    """Make the handler of a path that holds a parameter."""

    @post(path, opt=ITSELF)
    async def hand_over() -> ASGIApp:
        return answer

    return hand_over


def wire_application(exchange: Exchange, wire: Wire, entrance: Entrance, beginning: str) -> ASGIApp:
    """Make what answers one path of a wire; `beginning` is what stands before the model in it."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        inbound = read_inbound(exchange, wire, entrance, scope)
        if beginning:
            inbound = replace(inbound, model=model_in(scope["path"], beginning))
        if scope.get("method") != "POST":
            await refuse_call(wire, inbound.request_id, POST_ONLY, Connection(send))
            return
        await serve_connected(exchange, inbound, receive, Connection(send, line_of(scope)))

    return handle


def model_in(path: str, beginning: str) -> str:
    """Read the model's name out of a path; it may hold slashes, and colons too."""
    return path.partition(beginning)[2].rpartition(":")[0]


async def serve_connected(
    exchange: Exchange, inbound: Inbound, receive: Receive, connection: Connection
) -> None:
    """Serve a call for as long as its caller stays."""
    task = cast(asyncio.Task[None], asyncio.current_task())

    async def read_body(limit_bytes: int) -> bytes:
        body = await read_whole_body(
            receive, limit_bytes, inbound.headers.get("content-length", "")
        )
        connection.watch(receive, task)
        return body

    try:
        await serve(exchange, inbound, read_body, connection)
    except CancelledError:
        if not connection.has_left:
            raise
        task.uncancel()
    finally:
        connection.rest()


def read_inbound(exchange: Exchange, wire: Wire, entrance: Entrance, scope: Scope) -> Inbound:
    """Read what the request line and the headers say."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    named = scope.get("path_params", {}).get("endpoint") or headers.get("x-es-endpoint", "")
    return Inbound(
        wire=wire,
        operation=entrance.operation,
        headers=headers,
        endpoint_name=named,
        query=scope["query_string"].decode("latin-1"),
        request_id=exchange.identify(),
        started_at=exchange.now(),
        started=exchange.timer(),
        is_stream=entrance.is_stream,
    )


async def refuse_call(wire: Wire, request_id: str, fault: Fault, connection: Connection) -> None:
    """Answer what is no call of a wire."""
    body = wire.write_fault(fault, request_id)
    headers = [(b"content-type", b"application/json"), (b"allow", b"POST")]
    await connection.start(fault.http_status, headers)
    await connection.end(body)
