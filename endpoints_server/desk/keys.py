"""Client keys: made, listed, revoked, and the one that the environment gives the admin."""

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.people import missing
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.access_key import (
    CHOSEN_LENGTH,
    PREFIX,
    SHOWN_LENGTH,
    AccessKey,
    digest_key,
    is_same_digest,
    key_id_of,
    make_key,
    read_key_id,
)
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.ports import Store

ENVIRONMENT = "ES_ADMIN_KEY"
"""Both the variable's name and the name of the key it gives."""
LONGEST_NAME = 200


class KeyDraft(Struct, frozen=True, kw_only=True):
    """A key somebody wants; `expires_at` is in microseconds since 1970."""

    person: Person
    name: str = ""
    expires_at: int | None = None


async def create_key(
    store: Store, ring: Ring, draft: KeyDraft, random_bytes: bytes, now: int
) -> tuple[AccessKey, Secret]:
    """Make a key of forty-one random bytes; the secret is not kept and never given again.

    Raises Failed(bad_request) for an unknown person, an expiry in the past or a name too long.
    """
    if draft.expires_at is not None and draft.expires_at <= now:
        raise refused("The key would have expired already; choose a later time.")
    if len(draft.name) > LONGEST_NAME or not draft.name.isprintable() or draft.name == ENVIRONMENT:
        limits = f"at most {LONGEST_NAME} printable letters and is not {ENVIRONMENT}"
        raise refused(f"A key's name has {limits}.")
    secret = make_key(random_bytes)
    key = replace(
        key_of(secret, ring, draft.person, now), name=draft.name, expires_at=draft.expires_at
    )
    await store.keys.add_key(key)
    return key, secret


async def list_keys(store: Store, person_id: str | None = None) -> list[AccessKey]:
    """Give the keys of a person or of everybody, oldest first, revoked ones too."""
    return await store.keys.list_keys(person_id)


async def revoke_key(
    store: Store, wanted: str, now: int, person_id: str | None = None
) -> AccessKey:
    """Revoke the key of this id, of these first characters, or the key itself where it leaked.

    A `person_id` keeps to that person's keys. Revoking again changes nothing. Raises
    Failed(bad_request) where more than one is meant, and with 404 where none is; `wanted` is never
    repeated.
    """
    key = choose(await store.keys.list_keys(person_id), wanted)
    if key.revoked_at is not None:
        return key
    await store.keys.revoke_key(key.id, now)
    return await store.keys.find_key(key.id) or replace(key, revoked_at=now)


async def rotate_key(
    store: Store, ring: Ring, wanted: str, random_bytes: bytes, until: int, now: int
) -> tuple[AccessKey, Secret]:
    """Make a key in place of another, of the same person, name and end; give it and its secret.

    The old one is accepted until an instant, or revoked where that is not ahead. Raises
    Failed(bad_request) where no valid key or more than one is meant; one that is revoked meanwhile
    stays so, and nothing takes its place.
    """
    old = choose(await store.keys.list_keys(), wanted)
    if not old.is_valid_at(now) or old.name == ENVIRONMENT:
        raise refused("This key is not valid, or was given by the environment.")
    draft = KeyDraft(person=old.person, name=old.name, expires_at=old.expires_at)
    key, secret = await create_key(store, ring, draft, random_bytes, now)
    end, at = (store.keys.end_key, until) if until > now else (store.keys.revoke_key, now)
    if not await end(old.id, at):
        await store.keys.revoke_key(key.id, now)
        raise refused("This key was revoked meanwhile.")
    return key, secret


async def ensure_admin(store: Store, ring: Ring, admin_key: Secret | None, now: int) -> Person:
    """See that the built-in admin is there, and holds the key the environment gives and no other.

    To be called by the process that serves: a key given earlier is revoked, also where none is
    given now. Raises Failed(bad_request) where the key is too short.
    """
    await store.people.add_person(ADMIN)
    key = None if admin_key is None else given_key(admin_key, ring, now)
    for earlier in await store.keys.list_keys(ADMIN.id):
        is_replaced = key is None or earlier.id != key.id
        if earlier.name == ENVIRONMENT and earlier.revoked_at is None and is_replaced:
            await store.keys.revoke_key(earlier.id, now)
    if key is not None and not is_kept(await store.keys.find_key(key.id), key):
        await store.keys.add_key(key)
    return await store.people.find_person(ADMIN.id) or ADMIN


def given_key(admin_key: Secret, ring: Ring, now: int) -> AccessKey:
    """Check the key of the environment, and say how it is kept."""
    if len(admin_key.reveal()) < CHOSEN_LENGTH:
        raise refused(f"{ENVIRONMENT} must have at least {CHOSEN_LENGTH} characters.")
    return replace(key_of(admin_key, ring, ADMIN, now), name=ENVIRONMENT)


def is_kept(kept: AccessKey | None, key: AccessKey) -> bool:
    """Say whether a key is there already, so that a start writes nothing."""
    if kept is None or kept.revoked_at is not None or kept.ring_id != key.ring_id:
        return False
    return kept.name == key.name and is_same_digest(kept.digest, key.digest)


def key_of(secret: Secret, ring: Ring, person: Person, now: int) -> AccessKey:
    """Say how a key is kept; of one that somebody chose not even the beginning is shown."""
    text = secret.reveal()
    is_made = read_key_id(text) is not None
    key_id = key_id_of(text) or ""
    return AccessKey(
        id=key_id,
        digest=digest_key(text, ring.newest_key()),
        ring_id=ring.newest,
        shown=text[:SHOWN_LENGTH] if is_made else key_id,
        person=person,
        created_at=now,
    )


def choose(keys: list[AccessKey], wanted: str) -> AccessKey:
    """Find the one key that is meant; first characters mean keys still in use before others."""
    key_id = read_key_id(wanted) or wanted
    for key in keys:
        if key.id == key_id:
            return key
    if len(wanted) <= len(PREFIX):
        raise refused("Name the key by its id, or by the characters it is listed with.")
    found = [key for key in keys if key.shown.startswith(wanted)]
    found = [key for key in found if key.revoked_at is None] or found
    if not found:
        raise missing("There is no such key.")
    if len(found) > 1:
        raise refused(f"Several keys begin so: {', '.join(key.id for key in found)}. Give an id.")
    return found[0]


def refused(message: str) -> Failed:
    """Say why nothing was done."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
