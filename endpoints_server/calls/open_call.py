"""A request becomes a call: authenticated, read, peeked at, planned."""

from endpoints_server.calls.authenticate import authenticate, require_keyless
from endpoints_server.calls.call import Call, Inbound
from endpoints_server.calls.delivery import ReadBody
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.identity import identity, without_identity
from endpoints_server.calls.routing.aim import aim, is_simple
from endpoints_server.calls.routing.reach import reach
from endpoints_server.calls.suit import suit
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.route import Plan, plan
from endpoints_server.domain.wire import Operation
from endpoints_server.wires.body import peek


async def open_call(exchange: Exchange, inbound: Inbound, read_body: ReadBody) -> Call:
    """Take the catalog of this moment and find out all that an attempt needs.

    The key is checked before the body is read. Raises Failed for whatever is the caller's fault.
    """
    require_room(exchange)
    if inbound.query:
        require_keyless(inbound.query)
    caller, own_secret = await authenticate(
        inbound.headers, exchange.keys, exchange.ring, inbound.started_at
    )
    require_plain(inbound)
    catalog = await exchange.catalog_for(caller.person)
    body = await read_body(catalog.bounds.request_bytes)
    peeked = peek(body, inbound.model, is_stream=inbound.is_stream)
    catalog, found = await find(exchange, catalog, caller, peeked.model, inbound.endpoint_name)
    route, is_sole = found.routes[0], is_simple(found, catalog)
    if is_sole:
        route = await reach(exchange, route, caller, own_secret, inbound.started_at)
    options = peeked.stream_options
    is_stream = peeked.stream if inbound.is_stream is None else inbound.is_stream
    call = Call(
        inbound=inbound,
        catalog=catalog,
        caller=caller,
        route=route,
        wire_out=exchange.wires[route.wire],
        body=without_identity(body, peeked),
        conversation=identity(inbound.headers, peeked),
        is_stream=bool(is_stream),
        has_stream_usage=bool(options and options.include_usage),
        own_secret=own_secret,
    )
    if not is_sole:
        return await aim(exchange, call, found)
    return call if inbound.operation is Operation.CHAT else suit(call)


async def find(
    exchange: Exchange, catalog: Catalog, caller: Caller, asked: str, endpoint_name: str
) -> tuple[Catalog, Plan]:
    """Find the routes of a call; a model that nobody knows may be on a list that is on its way."""
    try:
        return catalog, plan(catalog, asked, endpoint_name)
    except Failed as failed:
        unknown = failed
    if unknown.fault.public_code != "model_not_found":
        raise unknown
    async for later in exchange.learn(caller.person):
        try:
            return later, plan(later, asked, endpoint_name)
        except Failed as failed:
            unknown = failed
    raise unknown


def require_plain(inbound: Inbound) -> None:
    """Refuse a body that is compressed: what it grows to is known only too late."""
    if inbound.headers.get("content-encoding", "identity") == "identity":
        return
    message = "A compressed request body is not read here. Send it without 'Content-Encoding'."
    raise Failed(Fault(kind=Kind.BAD_REQUEST, status=415, message=message))


def require_room(exchange: Exchange) -> None:
    """Refuse a call whose entry the ledger might have no place for."""
    if exchange.ledger.has_room():
        return
    raise Failed(
        Fault(
            kind=Kind.UNAVAILABLE,
            message="The ledger cannot keep up at this moment. Try again shortly.",
            retry_after_seconds=1.0,
        )
    )
