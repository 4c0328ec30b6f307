"""Provider keys of one's own: listed, stored, forgotten."""

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.config.naming import slug_of
from endpoints_server.domain.address.judge import judge
from endpoints_server.domain.address.read import read_address
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import OF, Endpoint, place_of
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
    served = {endpoint.place: endpoint for endpoint in asking}
    places = dict.fromkeys([*served, *held])
    return [standing_of(place, served.get(place), held.get(place), now) for place in places]


async def find_standing(vault: Vault, endpoint: Endpoint, person_id: str, now: int) -> Standing:
    """Tell how a person stands with one endpoint that asks for a key of theirs."""
    held = await vault.find(Owner(person_id, endpoint.place))
    return standing_of(endpoint.place, endpoint, held, now)


async def store_key(
    vault: Vault, catalog: Catalog, endpoint: Endpoint, person_id: str, draft: OwnKeyDraft, now: int
) -> None:
    """Keep a key in place of the person's earlier one.

    Raises Failed: bad_request for a draft that is no key, or expired already; what
    `domain.address` raises for an address that is not to be called.
    """
    owner, own_key = Owner(person_id, endpoint.place), read_draft(catalog, endpoint, draft)
    require_later(draft.expires_at, now)
    await vault.put(owner, await with_headers(vault, owner, own_key), draft.expires_at, now)


async def with_headers(vault: Vault, owner: Owner, own_key: OwnKey) -> OwnKey:
    """Give a key the headers that the owner's earlier one had for the same address."""
    held = await vault.find(owner)
    if held is None or held.own_key is None or held.own_key.address != own_key.address:
        return own_key
    return replace(own_key, headers=held.own_key.headers)


async def forget_key(vault: Vault, catalog: Catalog, name: str, person_id: str) -> bool:
    """Forget a key by an endpoint's name, slug or place, served or not; False for none."""
    endpoint = catalog.by_name.get(name.lower())
    slug, of, owner = name.partition(OF)
    place = place_of(slug_of(slug), owner) if of and owner == person_id else slug_of(name)
    return await vault.delete(Owner(person_id, endpoint.place if endpoint else place))


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
    """Check what was typed; nothing in it is ever filled in, nor repeated by what is raised.

    A key for an endpoint of one's own is bound to the address that this has.
    """
    api_key, address = read_api_key(draft.api_key.reveal()), draft.address.reveal().strip()
    if not endpoint.needs_address:
        if address:
            message = f"The address of the endpoint '{endpoint.name}' is set; send none."
            raise refused(message, "baseURL")
        if endpoint.owner:
            judge(read_address(endpoint.address), catalog.allowed_addresses)
        return OwnKey(api_key=api_key, address=Secret(endpoint.address if endpoint.owner else ""))
    if not address:
        message = f"The endpoint '{endpoint.name}' needs the address of your provider too."
        raise refused(message, "baseURL")
    read = read_address(address)
    judge(read, catalog.allowed_addresses)
    return OwnKey(api_key=api_key, address=Secret(read.url))


def require_later(expires_at: int | None, now: int) -> None:
    """Refuse a key that is of no use any more."""
    if expires_at is not None and expires_at <= now:
        raise refused("The key would have expired already; choose a later time.", "expiresAt")


def standing_of(place: str, endpoint: Endpoint | None, held: Held | None, now: int) -> Standing:
    """Tell how a person stands with an endpoint; None is one that is not served any more."""
    if endpoint is not None:
        state = state_of(held, endpoint, now)
    else:
        state = held.state_at(now) if held else KeyState.MISSING
    kept = held.kept if held else None
    return Standing(
        endpoint=endpoint.slug if endpoint else place,
        name=endpoint.name if endpoint else place,
        is_served=endpoint is not None,
        needs_address=endpoint is not None and endpoint.needs_address,
        state=state,
        ending=kept.ending if kept else "",
        created_at=kept.created_at if kept else None,
        expires_at=kept.expires_at if kept else None,
        last_used_at=held.used_at or None if held else None,
    )


def refused(message: str, param: str) -> Failed:
    """Say why nothing was stored."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=param))
