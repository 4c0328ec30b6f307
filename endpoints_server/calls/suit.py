"""An operation beside chat: carried, answered here, or refused, as its endpoint is."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from endpoints_server.calls.call import Call
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.domain.wire import Operation, Wire

FREE = Price(rates=Rates(input=Decimal(0), output=Decimal(0)), source="free")
SHOWN_ENDPOINTS = 8


def suit(call: Call) -> Call:
    """Say how a call of an operation beside chat is answered; raises Failed where it cannot be.

    An endpoint of another wire has none of them, unless they are lent to its wire, and neither has
    one whose address is the whole of where chats go. To have tokens counted is free everywhere.
    """
    inbound, endpoint = call.inbound, call.route.endpoint
    counted = inbound.wire.beside[inbound.operation].counted
    if counted:
        model = replace(call.route.model, price=FREE)
        call = replace(call, route=replace(call.route, model=model))
    if call.wire_out.name in inbound.wire.lent_to:
        call = replace(call, wire_out=inbound.wire)
    if call.is_relayed and not endpoint.is_direct:
        return call
    if not counted:
        raise Failed(not_carried(call))
    return replace(call, counted_here=counted)


def not_carried(call: Call) -> Fault:
    """Tell that an endpoint does not have an operation, and which endpoints do."""
    operation, name = call.inbound.operation, call.route.endpoint.name
    having = [endpoint.slug for endpoint in carriers(call.catalog, call.inbound.wire)]
    hint = f"These have: {', '.join(having[:SHOWN_ENDPOINTS])}." if having else "None here has."
    return Fault(
        kind=Kind.BAD_REQUEST,
        status=404,
        code="operation_not_found",
        message=f"The model '{call.route.model.name}' of the endpoint '{name}' has no "
        f"{SPOKEN[operation]}. {hint}",
        param="model",
    )


SPOKEN = {Operation.EMBED: "embeddings", Operation.COMPLETE: "completions without a chat"}


def carriers(catalog: Catalog, wire: Wire) -> Iterable[Endpoint]:
    """Find the endpoints that can carry what a wire has beside chat."""
    having = {wire.name, *wire.lent_to}
    for endpoint in catalog.endpoints:
        spoken = {endpoint.wire, *(model.wire for model in endpoint.models)}
        if having & spoken and not endpoint.is_direct:
            yield endpoint
