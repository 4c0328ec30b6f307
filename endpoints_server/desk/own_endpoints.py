"""Endpoints of one's own: listed, brought, replaced and forgotten, each with its key."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from endpoints_server.config.naming import slug_of
from endpoints_server.config.own.check import is_reference
from endpoints_server.config.own.read import Complaint, Read
from endpoints_server.desk.credentials import Standing, require_later, standing_of
from endpoints_server.desk.models.own import Hidden, OwnCompiler
from endpoints_server.domain.address.judge import judge
from endpoints_server.domain.address.read import Address, read_address
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, place_of
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.own_key import OwnKey, read_api_key
from endpoints_server.domain.secret import Secret
from endpoints_server.store.own_endpoints import OwnEndpoint, OwnEndpoints, Terms
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import Held, Vault

MOST_ENDPOINTS = 50
MOST_TOLD = 20
"""How many complaints one answer holds."""


class Brought(Struct, frozen=True, kw_only=True):
    """What somebody sends: JSON, and read from it the key and when it ends (microseconds).

    `name` is the one that it is put under, empty where it is to be new.
    """

    text: str
    api_key: Secret | None = None
    expires_at: int | None = None
    name: str = ""


class OwnStanding(Struct, frozen=True, kw_only=True):
    """How an endpoint of one's own stands, told without its key; of its headers the names are told.

    `hidden` is why it is not served, `remarks` are of what was taken though it may be a mistake.
    """

    own: OwnEndpoint
    name: str
    key: Standing
    header_names: tuple[str, ...] = ()
    hidden: Hidden | None = None
    remarks: tuple[Complaint, ...] = ()


class OwnDesk(Struct, frozen=True, kw_only=True):
    """What keeping endpoints of one's own needs of the world."""

    endpoints: OwnEndpoints
    vault: Vault
    compiler: OwnCompiler
    catalog: Catalog
    now: int


async def list_own(desk: OwnDesk, person_id: str) -> list[OwnStanding]:
    """Tell how every endpoint of a person's own stands, the oldest first."""
    held = {each.kept.owner.endpoint: each for each in await desk.vault.list(person_id)}
    owned = desk.endpoints.of(person_id)
    return [await stand(desk, own, held.get(place_of(own.slug, own.person_id))) for own in owned]


async def find_own(desk: OwnDesk, person_id: str, name: str) -> OwnStanding | None:
    """Tell how one stands, by name or slug; None where there is none."""
    slug = slug_of(name)
    own = next((each for each in desk.endpoints.of(person_id) if each.slug == slug), None)
    if own is None:
        return None
    return await stand(desk, own, await desk.vault.find(owner_of(person_id, slug)))


async def keep_own(desk: OwnDesk, person_id: str, brought: Brought) -> tuple[OwnStanding, bool]:
    """Keep an endpoint, and its key if one came along; says too whether it is new.

    Raises Failed: bad_request for whatever is wrong with it or its name, forbidden where people
    bring none, and what `domain.address` raises for an address that is not to be called.
    """
    require_allowed(desk.catalog)
    read = await desk.compiler.read(person_id, brought.text)
    if read.entry is None:
        raise Failed(complained(read.errors))
    slug = require_name(desk.catalog, read.entry.name, brought.name)
    address = read_address(read.entry.base_url)
    judge(address, desk.catalog.allowed_addresses)
    own_key = await require_key(desk, owner_of(person_id, slug), address, brought, read)
    own = OwnEndpoint(
        person_id=person_id,
        slug=slug,
        body=read.body,
        created_at=desk.now,
        changed_at=desk.now,
    )
    terms = Terms(MOST_ENDPOINTS, is_new=not brought.name)
    is_new = await desk.endpoints.put_own(own, terms)
    if own_key is not None:
        owner = owner_of(person_id, slug)
        await desk.vault.put(owner, own_key, brought.expires_at, desk.now)
    return await told(desk, own, read), is_new


async def forget_own(desk: OwnDesk, person_id: str, name: str) -> bool:
    """Forget an endpoint and its key; False where there was none."""
    slug = slug_of(name)
    await desk.vault.delete(owner_of(person_id, slug))
    return await desk.endpoints.delete_own(person_id, slug)


def owner_of(person_id: str, slug: str) -> Owner:
    """Say whose key it is, for which endpoint of theirs; one of the file has another place."""
    return Owner(person_id, place_of(slug, person_id))


def require_allowed(catalog: Catalog) -> None:
    """Refuse whoever brings an endpoint where nobody may."""
    if catalog.own_terms is not None:
        return
    message = (
        "People bring no endpoints of their own here: the administrator has set "
        "server.allowOwnEndpoints to false."
    )
    raise Failed(Fault(kind=Kind.FORBIDDEN, code="own_endpoints_off", message=message))


def require_name(catalog: Catalog, name: str, wanted: str) -> str:
    """Give the slug of a name that is free, and the one that was asked for if one was."""
    slug = slug_of(name)
    if wanted and slug != slug_of(wanted):
        message = f"The name leads to '{slug}', and not to '{slug_of(wanted)}'. PUT it there."
        raise refused(message, "name")
    taken = catalog.by_name.get(slug) or catalog.by_name.get(name.lower())
    if taken is not None:
        message = f"The configuration has an endpoint '{taken.name}'. Choose another name."
        raise refused(message, "name", 409, "name_taken")
    return slug


async def require_key(
    desk: OwnDesk, owner: Owner, address: Address, brought: Brought, read: Read
) -> OwnKey | None:
    """Give the key that came along, bound to the address; None where the stored one stays.

    A key that was stored for another address stays for no other, and headers stay with their key.
    """
    if brought.api_key is not None:
        if is_reference(brought.api_key.reveal().strip()):
            message = "Nothing is filled in here, and no command is run. Send the key itself."
            raise refused(message, "apiKey")
        require_later(brought.expires_at, desk.now)
        return OwnKey(
            api_key=read_api_key(brought.api_key.reveal()),
            address=Secret(address.url),
            headers=read.headers or (),
        )
    if read.headers is not None:
        message = "Headers are kept with the key, for one may be in them. Send 'apiKey' too."
        raise refused(message, "apiKey")
    if brought.expires_at is not None:
        raise refused("'expiresAt' goes with 'apiKey'. Send both.", "expiresAt")
    held = await desk.vault.find(owner)
    if held and held.own_key and held.own_key.address != Secret(address.url):
        message = "The address changes, and the stored key goes to no other. Send 'apiKey' too."
        raise refused(message, "apiKey")
    return None


async def told(desk: OwnDesk, own: OwnEndpoint, read: Read) -> OwnStanding:
    """Tell how an endpoint stands that was just kept, with what there is to remark."""
    kept = await find_own(desk, own.person_id, own.slug)
    standing = kept or await stand(desk, own, None)  # or else somebody deleted it meanwhile
    return msgspec.structs.replace(standing, remarks=read.remarks[:MOST_TOLD])


async def stand(desk: OwnDesk, own: OwnEndpoint, held: Held | None) -> OwnStanding:
    """Tell how an endpoint stands; it may have to be compiled for it, beside the loop."""
    await desk.compiler.prepare((own,), desk.catalog)
    found = desk.compiler.find(own, desk.catalog)
    endpoint = found if isinstance(found, Endpoint) else None
    own_key = held.own_key if held else None
    said: dict[str, Any] = msgspec.json.decode(own.body)
    return OwnStanding(
        own=own,
        name=str(said["name"]),
        key=standing_of(own.slug, endpoint, held, desk.now),
        header_names=tuple(name for name, _ in own_key.headers) if own_key else (),
        hidden=None if isinstance(found, Endpoint) else found,
    )


def complained(errors: Sequence[Complaint]) -> Fault:
    """Tell everything that is wrong, and name the first."""
    words = [in_words(error) for error in errors[:MOST_TOLD]]
    more = len(errors) - len(words)
    message = "; ".join([*words, *([f"and {more} more"] if more else [])])
    return Fault(kind=Kind.BAD_REQUEST, message=f"{message}.", param=errors[0].path)


def in_words(complaint: Complaint) -> str:
    """Write a complaint: where, what, and what would mend it."""
    hint = f" ({complaint.suggestion})" if complaint.suggestion else ""
    return f"{complaint.path}: {complaint.message}{hint}".removeprefix(": ")


def refused(message: str, param: str, status: int = 400, code: str = "") -> Failed:
    """Say why nothing was kept."""
    fault = Fault(kind=Kind.BAD_REQUEST, status=status, code=code, message=message, param=param)
    return Failed(fault)
