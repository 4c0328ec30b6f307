"""A request becomes a call: authenticated, read, peeked at, planned."""

from endpoints_server.calls.authenticate import authenticate
from endpoints_server.calls.call import Call, Inbound
from endpoints_server.calls.delivery import ReadBody
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.identity import identity, without_identity
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.route import plan
from endpoints_server.domain.secret import Secret
from endpoints_server.wires.body import peek


async def open_call(exchange: Exchange, inbound: Inbound, read_body: ReadBody) -> Call:
    """Take the catalog of this moment and find out all that an attempt needs.

    The key is checked before the body is read. Raises Failed for whatever is the caller's fault.
    """
    require_room(exchange)
    catalog = exchange.catalog()
    caller, own_secret = await authenticate(
        inbound.headers, exchange.keys, exchange.ring, inbound.started_at
    )
    require_plain(inbound)
    body = await read_body(catalog.bounds.request_bytes)
    peeked = peek(body)
    route = plan(catalog, peeked.model, inbound.endpoint_name).routes[0]
    require_credential(route.endpoint, own_secret)
    options = peeked.stream_options
    return Call(
        inbound=inbound,
        catalog=catalog,
        caller=caller,
        route=route,
        wire_out=exchange.wires[route.endpoint.wire],
        body=without_identity(body, peeked),
        conversation=identity(inbound.headers, peeked),
        is_stream=bool(peeked.stream),
        has_stream_usage=bool(options and options.include_usage),
        own_secret=own_secret,
    )


def require_plain(inbound: Inbound) -> None:
    """Refuse a body that is compressed: what it grows to is known only too late."""
    if inbound.headers.get("content-encoding", "identity") == "identity":
        return
    message = "A compressed request body is not read here. Send it without 'Content-Encoding'."
    raise Failed(Fault(kind=Kind.BAD_REQUEST, status=415, message=message))


def require_credential(endpoint: Endpoint, own_secret: Secret | None) -> None:
    """Refuse a call to an endpoint that wants the person's own key where there is none."""
    if endpoint.credential.owner == "house" or own_secret is not None:
        return
    raise Failed(
        Fault(
            kind=Kind.FORBIDDEN,
            code="user_key_required",
            message=f"The endpoint '{endpoint.name}' needs a provider key of your own. Send it in "
            "'Authorization' and your client key in 'x-es-key'.",
        )
    )


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
