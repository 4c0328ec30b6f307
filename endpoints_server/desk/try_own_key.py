"""Try a provider key before it is kept: one call for one token, told in our own words alone."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.endpoint import Endpoint, Timeouts
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.header import Conversation, overlay, render
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.route import Route
from endpoints_server.domain.talk.prompt import Message, Prompt, Role, Text
from endpoints_server.domain.wire import Target, Wire
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.send import Outgoing, send

PATIENCE_SECONDS = 20.0
REPLY_BYTES = 1024 * 1024
OK = 200
SAID = {
    401: "The provider refused the key.",
    402: "The provider wants to be paid before it answers.",
    403: "The provider refused the key.",
    404: "The provider knows neither this address nor the model '{model}'.",
    429: "The provider limits this key at the moment, or its credit is used up.",
}
"""What an answer means; an upstream's own words may hold the key, and are never passed on."""


class Trial(Struct, frozen=True, kw_only=True):
    """What came of trying a key; `status` is the provider's, 0 where none came."""

    ok: bool
    status: int
    message: str


async def try_own_key(
    upstreams: Upstreams, wires: Mapping[str, Wire], endpoint: Endpoint, person: Person
) -> Trial:
    """Make the smallest call to an endpoint that already has the person's key in it.

    The call goes as any other does, with the configured headers where the address is the house's.
    It is the person's own money, and stands in no ledger.
    """
    if not endpoint.models:
        return Trial(ok=False, status=0, message="The endpoint names no model to try the key with.")
    hasty = replace(endpoint, timeouts=hastened(endpoint.timeouts))
    route = Route(endpoint=hasty, model=hasty.models[0])
    wire = wires[route.wire]
    try:
        with upstreams.acquire(hasty) as upstream:
            incoming = await send(upstream, outgoing(wire, route, person))
            try:
                body = await incoming.read_all(REPLY_BYTES)
            finally:
                incoming.close()
    except Failed as failed:
        return Trial(ok=False, status=0, message=failed.fault.message)
    return judge(wire, endpoint, incoming.status, body)


def outgoing(wire: Wire, route: Route, person: Person) -> Outgoing:
    """Write the call."""
    hello = Message(role=Role.USER, parts=(Text(text="Hi"),))
    prompt = Prompt(model=route.model.name, messages=(hello,), ceiling_tokens=1)
    secret = route.endpoint.credential.secret.reveal()
    own = {
        "content-type": "application/json",
        "accept": "application/json",
        **wire.headers,
        **wire.credential(secret),
    }
    headers = overlay(own, render(route.headers, person, Conversation()))
    if route.endpoint.has_bearer:
        headers = overlay(headers, {"authorization": f"Bearer {secret}"})
    return Outgoing(
        url=url_of(route, wire),
        headers=headers,
        body=wire.write_request(prompt, route.dialect).body,
    )


def url_of(route: Route, wire: Wire) -> str:
    """Give the address that is called."""
    if route.endpoint.is_direct:
        return route.address
    return wire.address(route.address, Target(model=route.model.name))


def judge(wire: Wire, endpoint: Endpoint, status: int, body: bytes) -> Trial:
    """Say what an answer means."""
    if status == OK and wire.read_reply(body).fault is None:
        return Trial(ok=True, status=status, message="The key works.")
    if status == OK:
        message = "What answered is no model: the address may be wrong."
    elif wire.read_fault(status, {}, body).kind is Kind.UPSTREAM_DENIED:  # one says so under 400
        message = SAID[401]
    elif status in SAID:
        message = SAID[status].format(model=endpoint.models[0].name)
    elif status >= 500:
        message = "The provider is out of order at the moment. Try again later."
    else:
        message = "The provider did not take the call. The key or the address may be wrong."
    return Trial(ok=False, status=status, message=message)


def hastened(timeouts: Timeouts) -> Timeouts:
    """Wait no longer than a person does."""
    return replace(
        timeouts,
        first_token_seconds=min(timeouts.first_token_seconds, PATIENCE_SECONDS),
        total_seconds=min(timeouts.total_seconds, PATIENCE_SECONDS),
    )
