"""One endpoint is asked for its models, as one person or for everybody."""

from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.header import Conversation, Placeholder, Source, overlay, render
from endpoints_server.domain.own_key import KeyState, with_own_key
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.wire import Wire
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import Vault, state_of
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.lists.address import list_urls
from endpoints_server.upstream.lists.read import ListedModel
from endpoints_server.upstream.models import fetch_models

EVERYBODY = Person(id="")
"""Who asks for a list that is the same for all."""
CONTENT = {"accept": "application/json", "user-agent": "endpoints-server"}


class World(Struct, frozen=True):
    """What asking needs of the world."""

    wires: Mapping[str, Wire]
    upstreams: Upstreams
    vault: Vault


def is_shared(endpoint: Endpoint) -> bool:
    """Say whether an endpoint's list is the same for everybody, whoever asks."""
    discovery = endpoint.discovery
    if endpoint.credential.owner == "user" or (discovery and discovery.has_user_query):
        return False
    pieces = (piece for template in endpoint.headers for piece in template.pieces)
    return not any(
        isinstance(piece, Placeholder) and piece.source is not Source.BODY for piece in pieces
    )


async def reach(world: World, endpoint: Endpoint, person: Person, now: int) -> Endpoint | None:
    """Give an endpoint as a person reaches it; None where they have no key that can be used."""
    if endpoint.credential.owner == "house":
        return endpoint if endpoint.credential.secret and endpoint.address else None
    held = await world.vault.find(Owner(person.id, endpoint.place))
    if held is None or held.own_key is None:
        return None
    if state_of(held, endpoint, now) is not KeyState.VALID:
        return None
    return with_own_key(endpoint, held.own_key)


async def ask(world: World, endpoint: Endpoint, person: Person) -> tuple[ListedModel, ...]:
    """Ask at each address in turn; raises what the last one failed with."""
    wire = world.wires[endpoint.wire]
    urls = list_urls(endpoint, person.id)
    plain = plain_headers(endpoint, person)
    for url in urls[:-1]:
        try:
            return await fetch_models(world.upstreams, endpoint, url, plain)
        except Failed:
            continue
    headers = write_headers(wire, endpoint, person)
    return await fetch_models(world.upstreams, endpoint, urls[-1], headers)


def write_headers(wire: Wire, endpoint: Endpoint, person: Person) -> dict[str, str]:
    """Lay the configured headers over the key: an authorization of theirs takes its place."""
    secret = endpoint.credential.secret.reveal()
    own = {**CONTENT, **wire.headers, **wire.credential(secret)}
    laid = overlay(own, render(endpoint.headers, person, Conversation()))
    return overlay(laid, {"authorization": f"Bearer {secret}"}) if endpoint.has_bearer else laid


def plain_headers(endpoint: Endpoint, person: Person) -> dict[str, str]:
    """Write the headers of a question that goes without the key."""
    return overlay(CONTENT, render(endpoint.headers, person, Conversation()))
