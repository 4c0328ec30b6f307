"""Provider keys of one's own: listed, stored, forgotten."""

from msgspec import Struct

from endpoints_server.config.naming import slug_of
from endpoints_server.domain.address.judge import judge
from endpoints_server.domain.address.read import read_address
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.own_key import KeyState, OwnKey, read_api_key
from endpoints_server.domain.route import endpoint_unknown
from endpoints_server.domain.secret import Secret
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import Held, Vault, state_of


class OwnKeyDraft(Struct, frozen=True, kw_only=True):
    """A provider key somebody brings, as typed; `expires_at` is in microseconds since 1970."""

    api_key: Secret
    address: Secret = Secret("")
    expires_at: int | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """How a person stands with one endpoint, told without the key.

    `is_served` is false where no such endpoint asks for a key any more. Instants are microseconds
    since 1970.
    """

    endpoint: str
    name: str
    is_served: bool
    needs_address: bool
    state: KeyState
    ending: str = ""
    created_at: int | None = None
    expires_at: int | None = None
    last_used_at: int | None = None


async def list_standings(
    vault: Vault, catalog: Catalog, person_id: str, now: int
) -> list[Standing]:
    """Tell how a person stands with every endpoint that asks for a key of theirs, in file order.

    Keys stored for what is not served any more come last, so that they can be forgotten.
    """
    held = {each.kept.owner.endpoint: each for each in await vault.list(person_id)}
    asking = [each for each in catalog.endpoints if each.credential.owner == "user"]
    served = {endpoint.slug: endpoint for endpoint in asking}
    slugs = dict.fromkeys([*served, *held])
    return [standing_of(slug, served.get(slug), held.get(slug), now) for slug in slugs]


async def find_standing(vault: Vault, endpoint: Endpoint, person_id: str, now: int) -> Standing:
    """Tell how a person stands with one endpoint that asks for a key of theirs."""
    held = await vault.find(Owner(person_id, endpoint.slug))
    return standing_of(endpoint.slug, endpoint, held, now)


async def store_key(
    vault: Vault, catalog: Catalog, endpoint: Endpoint, person_id: str, draft: OwnKeyDraft, now: int
) -> None:
    """Keep a key in place of the person's earlier one.

    Raises Failed: bad_request for a draft that is no key, or expired already; what
    `domain.address` raises for an address that is not to be called.
    """
    own_key = read_draft(catalog, endpoint, draft)
    if draft.expires_at is not None and draft.expires_at <= now:
        raise refused("The key would have expired already; choose a later time.", "expiresAt")
    await vault.put(Owner(person_id, endpoint.slug), own_key, draft.expires_at, now)


async def forget_key(vault: Vault, catalog: Catalog, name: str, person_id: str) -> bool:
    """Forget a key by an endpoint's name or slug, served or not; False where there was none."""
    endpoint = catalog.by_name.get(name.lower())
    return await vault.delete(Owner(person_id, endpoint.slug if endpoint else slug_of(name)))


async def forget_all(vault: Vault, person_id: str) -> int:
    """Forget all keys of a person; counts them."""
    held = await vault.list(person_id)
    return sum([await vault.delete(each.kept.owner) for each in held])


def asking_endpoint(catalog: Catalog, name: str) -> Endpoint:
    """Find an endpoint that asks for a key of one's own, by name or slug.

    Raises Failed: `endpoint_not_found`, or bad_request where the house's key is used.
    """
    endpoint = catalog.by_name.get(name.lower())
    if endpoint is None:
        raise Failed(endpoint_unknown(catalog, name))
    if endpoint.credential.owner != "user":
        raise refused(f"The endpoint '{endpoint.name}' needs no key of yours.", "")
    return endpoint


def read_draft(catalog: Catalog, endpoint: Endpoint, draft: OwnKeyDraft) -> OwnKey:
    """Check what was typed; nothing in it is ever filled in, nor repeated by what is raised."""
    api_key, address = read_api_key(draft.api_key.reveal()), draft.address.reveal().strip()
    if not endpoint.is_personal:
        if address:
            message = f"The address of the endpoint '{endpoint.name}' is set; send none."
            raise refused(message, "baseURL")
        return OwnKey(api_key=api_key)
    if not address:
        message = f"The endpoint '{endpoint.name}' needs the address of your provider too."
        raise refused(message, "baseURL")
    read = read_address(address)
    judge(read, catalog.allowed_addresses)
    return OwnKey(api_key=api_key, address=Secret(read.url))


def standing_of(slug: str, endpoint: Endpoint | None, held: Held | None, now: int) -> Standing:
    """Tell how a person stands with an endpoint; None is one that is not served any more."""
    if endpoint is not None:
        state = state_of(held, endpoint, now)
    else:
        state = held.state_at(now) if held else KeyState.MISSING
    kept = held.kept if held else None
    return Standing(
        endpoint=slug,
        name=endpoint.name if endpoint else slug,
        is_served=endpoint is not None,
        needs_address=endpoint is not None and endpoint.is_personal,
        state=state,
        ending=kept.ending if kept else "",
        created_at=kept.created_at if kept else None,
        expires_at=kept.expires_at if kept else None,
        last_used_at=held.used_at or None if held else None,
    )


def refused(message: str, param: str) -> Failed:
    """Say why nothing was stored."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=param))
