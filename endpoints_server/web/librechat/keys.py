"""LibreChat's `/api/keys`: provider keys of one's own, as its pages store them."""

from typing import Any

import msgspec
from litestar import Response, delete, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.credentials import (
    OwnKeyDraft,
    asking_endpoint,
    find_standing,
    forget_all,
    forget_key,
    store_key,
)
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.own_key import KeyState, take_secret
from endpoints_server.domain.secret import Secret
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import bad_request, caller_of
from endpoints_server.web.me.expiry import NEVER, read_expiry
from endpoints_server.web.me.keys import told

KEYS = "/api/keys"
BODY_BYTES = 64 * 1024
UNREADABLE = 'The body must be JSON with "name", "value" and "expiresAt".'


class SetKey(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the page sends: `value` is a key, or JSON text of a key and an address."""

    name: str
    value: Secret
    expires_at: str | None = None


class Value(Struct, frozen=True, kw_only=True, rename="camel"):
    """The JSON in a `value`; the page sends both, possibly empty."""

    api_key: Secret = Secret("")
    base_url: Secret = msgspec.field(default=Secret(""), name="baseURL")


class Expiry(Struct, frozen=True, rename="camel"):
    """When a stored key ends: a time, `never`, or null where there is no key that can be used."""

    expires_at: str | None


def librechat_key_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers."""
    return [*keep_handlers(exchange), *forget_handlers(exchange)]


def keep_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers that store and tell."""
    vault = exchange.vault

    @put(KEYS, opt=KEYED, request_max_body_size=BODY_BYTES)
    async def store_key_of_page(request: AnyRequest) -> Response[Any]:
        """Store a key."""
        person, wanted = caller_of(request).person, read_body(await request.body())
        catalog = await exchange.catalog_for(person)
        endpoint = asking_endpoint(catalog, wanted.name)
        draft = draft_of(endpoint, wanted)
        await store_key(vault, catalog, endpoint, person.id, draft, exchange.now())
        return Response(b"", status_code=201)

    @get(KEYS, opt=KEYED)
    async def show_expiry(request: AnyRequest) -> Expiry:
        """Tell when a key ends; the key itself is never told."""
        person = caller_of(request).person
        catalog = await exchange.catalog_for(person)
        endpoint = catalog.by_name.get(request.query_params.get("name", "").lower())
        if endpoint is None or endpoint.credential.owner != "user":
            return Expiry(None)
        found = await find_standing(vault, endpoint, person.id, exchange.now())
        if found.state in (KeyState.MISSING, KeyState.UNREADABLE):
            return Expiry(None)
        return Expiry(NEVER if found.expires_at is None else told(found.expires_at))

    return [store_key_of_page, show_expiry]


def forget_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers that forget."""
    vault = exchange.vault

    @delete(KEYS + "/{name:path}", opt=KEYED, status_code=204)
    async def forget_key_of_page(request: AnyRequest, name: FromPath[str]) -> None:
        """Forget a key; one that is not there is forgotten already."""
        person = caller_of(request).person
        catalog = await exchange.catalog_for(person)
        await forget_key(vault, catalog, name.removeprefix("/"), person.id)

    @delete(KEYS, opt=KEYED, status_code=204)
    async def forget_keys(request: AnyRequest) -> None:
        """Forget all keys, where that is what is asked for."""
        if request.query_params.get("all") != "true":
            raise bad_request("Name a key as /api/keys/{name}, or send ?all=true.", "all")
        await forget_all(vault, caller_of(request).person.id)

    return [forget_key_of_page, forget_keys]


def read_body(body: bytes) -> SetKey:
    """Read what the page sent; what is raised repeats nothing of it."""
    try:
        return msgspec.json.decode(body, type=SetKey, dec_hook=take_secret)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise bad_request(UNREADABLE) from None


def draft_of(endpoint: Endpoint, wanted: SetKey) -> OwnKeyDraft:
    """Take a key from a `value`; an address is left out where the endpoint has one of its own."""
    value = read_value(wanted.value.reveal())
    return OwnKeyDraft(
        api_key=value.api_key,
        address=value.base_url if endpoint.needs_address else Secret(""),
        expires_at=read_expiry(wanted.expires_at or None),
    )


def read_value(text: str) -> Value:
    """Read a `value`: JSON text, or else the key itself."""
    if not text.lstrip().startswith("{"):
        return Value(api_key=Secret(text))
    try:
        return msgspec.json.decode(text, type=Value, dec_hook=take_secret)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        message = '\'value\' must be a key, or JSON text with "apiKey" and "baseURL".'
        raise bad_request(message, "value") from None
