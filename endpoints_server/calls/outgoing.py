"""The request that goes upstream: its address, its headers, its body."""

from collections.abc import Mapping

from msgspec.structs import replace

from endpoints_server import __version__
from endpoints_server.calls.call import Call
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.header import FORBIDDEN, encode, overlay, render
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.wire import Target, Written
from endpoints_server.upstream.send import Outgoing
from endpoints_server.wires.body import malformed

CONTENT = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": f"endpoints-server/{__version__}",
}
MOST_LOSSES = 40
LONGEST_LOSS = 60
ACCEPT = {True: "text/event-stream, application/json", False: "application/json"}


def outgoing(call: Call) -> tuple[Outgoing, tuple[str, ...]]:
    """Write the request for the call's route, and name what a translation lost.

    Raises Failed where the body is no valid request, or cannot be said on the other wire.
    """
    endpoint = call.route.endpoint
    try:
        written = write_request(call)
    except RecursionError as error:  # what can just be read cannot always be written
        raise Failed(malformed(error, call.body)) from None
    wire = call.wire_out
    url = call.route.address
    if not endpoint.is_direct:
        url = wire.address(url, target_of(call))
    if call.is_relayed and call.inbound.query and "?" not in url:
        url = f"{url}?{call.inbound.query}"
    headers = write_headers(call, written.headers)
    return Outgoing(url=url, headers=headers, body=written.body), named(written.losses)


def target_of(call: Call) -> Target:
    """Say what is called of the endpoint."""
    return Target(
        operation=call.inbound.operation, model=call.route.model.name, is_stream=call.is_stream
    )


def write_request(call: Call) -> Written:
    """Edit the body's top level on the same wire; translate it to another."""
    model, dialect = call.route.model.name, call.route.dialect
    if call.is_relayed:
        return call.inbound.carriage.relay_request(call.body, model, dialect, call.is_stream)
    prompt = call.inbound.wire.read_request(call.body)
    prompt = replace(prompt, model=model, is_stream=call.is_stream)
    return call.wire_out.write_request(prompt, dialect)


def named(losses: tuple[Loss, ...]) -> tuple[str, ...]:
    """Name what was lost; a caller may have sent more than fits a header or the ledger."""
    names = tuple(loss.name[:LONGEST_LOSS] for loss in losses[:MOST_LOSSES])
    rest = len(losses) - len(names)
    return (*names, f"and {rest} more") if rest else names


def write_headers(call: Call, needed: Mapping[str, str]) -> dict[str, str]:
    """Lay the headers over each other: ours, the wire's, the caller's, the key, the configured.

    What the body `needed` is asked for beside what the caller asks for.
    """
    endpoint = call.route.endpoint
    headers = {**CONTENT, "accept": ACCEPT[call.is_stream], **call.wire_out.headers}
    if call.is_relayed:
        headers.update(forwarded(call.inbound.headers, call.wire_out.forwards))
    headers.update(call.wire_out.credential(secret_of(call, endpoint)))
    headers.update(session(call))
    if needed:
        headers = overlay(headers, needed)
    configured = call.route.headers
    if configured:
        headers = overlay(headers, render(configured, call.caller.person, call.conversation))
    if endpoint.has_bearer:
        return overlay(headers, {"authorization": f"Bearer {secret_of(call, endpoint)}"})
    return headers


def session(call: Call) -> dict[str, str]:
    """Tell which conversation a call is of, where the endpoint finds its cache by that."""
    names = call.route.dialect.cache.session_headers
    told = {name: call.inbound.headers.get(name, call.conversation.id) for name in names}
    fit = {name: value for name, value in told.items() if value and not FORBIDDEN.search(value)}
    return {name: encode(value) for name, value in fit.items()}


def forwarded(headers: Mapping[str, str], beginnings: tuple[str, ...]) -> dict[str, str]:
    """Pick the caller's headers that go on to the same wire."""
    return {name: value for name, value in headers.items() if name.startswith(beginnings)}


def secret_of(call: Call, endpoint: Endpoint) -> str:
    """Give the key to present: the caller's own where one came along, else the house's."""
    secret = call.own_secret or endpoint.credential.secret
    return secret.reveal()
