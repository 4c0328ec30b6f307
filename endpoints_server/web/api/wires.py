"""The handlers of the wires: one for each path a wire names, alone and under `/e/{endpoint}`."""

import asyncio
from asyncio import CancelledError
from typing import cast

from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

from endpoints_server.calls.call import Inbound
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.serve import serve
from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.wire import Operation, Wire
from endpoints_server.web.api.delivery import Connection, read_whole_body
from endpoints_server.web.guards import ITSELF

UNDER_ENDPOINT = "/e/{endpoint:str}"
POST_ONLY = Fault(kind=Kind.BAD_REQUEST, status=405, message="Only POST is answered here.")


def wire_handlers(exchange: Exchange) -> list[ASGIRouteHandler]:
    """Make a handler for every path of every wire."""
    return [
        wire_handler(exchange, wire, path, operation)
        for wire in exchange.wires.values()
        for path, operation in wire.paths.items()
    ]


def wire_handler(
    exchange: Exchange, wire: Wire, path: str, operation: Operation
) -> ASGIRouteHandler:
    """Make the handler of one path.

    It is a plain ASGI application: the framework routes to it and does nothing else, for this is
    where the load is.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        inbound = read_inbound(exchange, wire, operation, scope)
        connection = Connection(send)
        if scope.get("method") != "POST":
            await refuse_method(inbound, connection)
            return
        await serve_connected(exchange, inbound, receive, connection)

    return asgi([path, UNDER_ENDPOINT + path], opt=ITSELF, copy_scope=False)(handle)


async def serve_connected(
    exchange: Exchange, inbound: Inbound, receive: Receive, connection: Connection
) -> None:
    """Serve a call for as long as its caller stays."""
    task = cast(asyncio.Task[None], asyncio.current_task())
    watchers: list[asyncio.Task[None]] = []

    async def read_body(limit_bytes: int) -> bytes:
        body = await read_whole_body(
            receive, limit_bytes, inbound.headers.get("content-length", "")
        )
        watchers.append(asyncio.create_task(connection.watch(receive, task)))
        return body

    try:
        await serve(exchange, inbound, read_body, connection)
    except CancelledError:
        if not connection.has_left:
            raise
        task.uncancel()
    finally:
        for watcher in watchers:
            watcher.cancel()


def read_inbound(exchange: Exchange, wire: Wire, operation: Operation, scope: Scope) -> Inbound:
    """Read what the request line and the headers say."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    named = scope.get("path_params", {}).get("endpoint") or headers.get("x-es-endpoint", "")
    return Inbound(
        wire=wire,
        operation=operation,
        headers=headers,
        endpoint_name=named,
        query=scope["query_string"].decode("latin-1"),
        request_id=exchange.identify(),
        started_at=exchange.now(),
        started=exchange.timer(),
    )


async def refuse_method(inbound: Inbound, connection: Connection) -> None:
    """Answer anything but a POST."""
    body = inbound.wire.write_fault(POST_ONLY, inbound.request_id)
    headers = [(b"content-type", b"application/json"), (b"allow", b"POST")]
    await connection.start(POST_ONLY.http_status, headers)
    await connection.end(body)
