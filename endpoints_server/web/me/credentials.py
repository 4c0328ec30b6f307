"""My provider keys: how I stand with each endpoint, stored, tried, forgotten."""

import msgspec
from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.credentials import (
    OwnKeyDraft,
    Standing,
    asking_endpoint,
    find_standing,
    forget_key,
    list_standings,
    read_draft,
    store_key,
    with_headers,
)
from endpoints_server.desk.try_own_key import Trial, try_own_key
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.own_key import KeyState, take_secret, with_own_key
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import require_key
from endpoints_server.web.guards import KEYED, AnyRequest, taking
from endpoints_server.web.me.caller import bad_request, caller_of
from endpoints_server.web.me.expiry import read_expiry
from endpoints_server.web.me.keys import moment

ONE = "/me/credentials/{endpoint:str}"
BODY_BYTES = 64 * 1024


class OwnKeyRequest(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A provider key; `expires_at` is an ISO time, `never` or null."""

    api_key: Secret
    base_url: Secret | None = msgspec.field(default=None, name="baseURL")
    expires_at: str | None = None


class CredentialView(Struct, frozen=True, kw_only=True, rename="camel"):
    """How I stand with one endpoint; of a key its ending alone is told."""

    endpoint: str
    name: str
    is_served: bool
    needs_address: bool = msgspec.field(name="needsBaseURL")
    state: KeyState
    ending: str
    created_at: str | None
    expires_at: str | None
    last_used_at: str | None


class Credentials(Struct, frozen=True):
    """All endpoints that ask for a key of mine, then keys for what is not served any more."""

    data: list[CredentialView]


def credential_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers."""
    return [*look_handlers(exchange), *change_handlers(exchange), trial_handler(exchange)]


def look_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers that tell."""

    @get("/me/credentials", opt=KEYED)
    async def list_my_credentials(request: AnyRequest) -> Credentials:
        """List how I stand with every endpoint that asks for a key of mine."""
        person = caller_of(request).person
        catalog = await exchange.catalog_for(person)
        found = await list_standings(exchange.vault, catalog, person.id, exchange.now())
        return Credentials([view(standing) for standing in found])

    @get(ONE, opt=KEYED)
    async def show_my_credential(request: AnyRequest, endpoint: FromPath[str]) -> CredentialView:
        """Tell how I stand with one endpoint."""
        person = caller_of(request).person
        found = asking_endpoint(await exchange.catalog_for(person), endpoint)
        return await view_of(exchange, found, person)

    return [list_my_credentials, show_my_credential]


def change_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers that store and forget."""

    @put(ONE, opt=taking(KEYED, body=OwnKeyRequest), request_max_body_size=BODY_BYTES)
    async def store_my_credential(request: AnyRequest, endpoint: FromPath[str]) -> CredentialView:
        """Store a key of mine; an earlier one is replaced."""
        person = caller_of(request).person
        catalog = await exchange.catalog_for(person)
        found = asking_endpoint(catalog, endpoint)
        draft = read_request(await request.body())
        await store_key(exchange.vault, catalog, found, person.id, draft, exchange.now())
        return await view_of(exchange, found, person)

    @delete(ONE, opt=KEYED, status_code=204)
    async def forget_my_credential(request: AnyRequest, endpoint: FromPath[str]) -> None:
        """Forget a key of mine, also one for what is not served any more."""
        person = caller_of(request).person
        catalog = await exchange.catalog_for(person)
        await forget_key(exchange.vault, catalog, endpoint, person.id)

    return [store_my_credential, forget_my_credential]


def trial_handler(exchange: Exchange) -> HTTPRouteHandler:
    """Make the handler that tries a key."""

    @post(
        ONE + "/test",
        opt=taking(KEYED, body=OwnKeyRequest),
        status_code=200,
        request_max_body_size=BODY_BYTES,
    )
    async def try_my_credential(request: AnyRequest, endpoint: FromPath[str]) -> Trial:
        """Try the key in the body, which is not stored; without a body the one that is stored."""
        person = caller_of(request).person
        found = asking_endpoint(await exchange.catalog_for(person), endpoint)
        body = await request.body()
        draft = read_request(body) if body.strip() else None
        return await try_key(exchange, found, person, draft)

    return try_my_credential


async def try_key(
    exchange: Exchange, endpoint: Endpoint, person: Person, draft: OwnKeyDraft | None
) -> Trial:
    """Try a key that was typed, or else the one that is stored; raises Failed where it is none."""
    owner = Owner(person.id, endpoint.place)
    if draft is not None:
        typed = read_draft(exchange.catalog(), endpoint, draft)
        own_key = await with_headers(exchange.vault, owner, typed)
    else:
        held = await exchange.vault.find(owner)
        own_key = require_key(held, endpoint, exchange.keys_url, exchange.now())
    mine = with_own_key(endpoint, own_key)
    return await try_own_key(exchange.upstreams, exchange.wires, mine, person)


def read_request(body: bytes) -> OwnKeyDraft:
    """Read a body strictly; what is raised repeats nothing of it."""
    try:
        wanted = msgspec.json.decode(body, type=OwnKeyRequest, dec_hook=take_secret)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # the decoder's own words quote names of fields, where a key may have been pasted
        message = 'The body must be JSON with "apiKey", and "baseURL" and "expiresAt" if needed.'
        raise bad_request(message) from None
    return OwnKeyDraft(
        api_key=wanted.api_key,
        address=wanted.base_url or Secret(""),
        expires_at=read_expiry(wanted.expires_at),
    )


async def view_of(exchange: Exchange, endpoint: Endpoint, person: Person) -> CredentialView:
    """Find and tell how a person stands with an endpoint."""
    return view(await find_standing(exchange.vault, endpoint, person.id, exchange.now()))


def view(standing: Standing) -> CredentialView:
    """Tell a standing; instants in ISO 8601."""
    return CredentialView(
        endpoint=standing.endpoint,
        name=standing.name,
        is_served=standing.is_served,
        needs_address=standing.needs_address,
        state=standing.state,
        ending=standing.ending,
        created_at=moment(standing.created_at),
        expires_at=moment(standing.expires_at),
        last_used_at=moment(standing.last_used_at),
    )
