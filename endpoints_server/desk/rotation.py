"""The ring of secret keys, looked over and rotated while calls go on."""

import asyncio
from pathlib import Path

from msgspec import Struct

from endpoints_server.store.credentials import Credentials, Kept, Resealed
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.keyring.ring_file import add_to_file, alone, draw_key
from endpoints_server.store.ports import Store
from endpoints_server.store.seal import Owner, find_ring_id, open_seal, seal

BATCH = 50
PAUSE_SECONDS = 0.02
"""Between two batches, so that whoever else writes gets a turn."""


class RingKey(Struct, frozen=True, kw_only=True):
    """One key of the ring, or one that is missing from it, and what hangs on it."""

    id: str
    is_newest: bool
    is_missing: bool
    credentials: int
    client_keys: int

    @property
    def may_be_removed(self) -> bool:
        """Whether nothing hangs on it any more."""
        return not (self.is_newest or self.credentials or self.client_keys)


class RingStatus(Struct, frozen=True, kw_only=True):
    """The keys, newest first, and whose credentials do not open under any of them."""

    keys: tuple[RingKey, ...]
    unreadable: tuple[Owner, ...]


class Rotation(Struct, frozen=True, kw_only=True):
    """What a rotation came to; `is_resumed` says that an earlier one was finished, no key added."""

    newest: str
    is_resumed: bool
    resealed: int
    unreadable: tuple[Owner, ...]


async def look_over(store: Store, ring: Ring) -> RingStatus:
    """Count what hangs on each key of the ring."""
    kept = await list_all(store.credentials)
    sealed = [find_ring_id(each.sealed) for each in kept]
    hashed = [key.ring_id for key in await store.keys.list_keys() if key.revoked_at is None]
    ids = dict.fromkeys([*ring.keys, *filter(None, sealed), *hashed])
    return RingStatus(
        keys=tuple(
            RingKey(
                id=ring_id,
                is_newest=ring_id == ring.newest,
                is_missing=ring_id not in ring.keys,
                credentials=sealed.count(ring_id),
                client_keys=hashed.count(ring_id),
            )
            for ring_id in ids
        ),
        unreadable=tuple(
            each.owner for each in kept if open_seal(ring, each.owner, each.sealed) is None
        ),
    )


async def rotate(store: Store, ring: Ring, file: Path) -> Rotation:
    """Put a fresh key on the ring in a file, and seal everything with it.

    Where an earlier rotation was cut short, that one is finished and no key is added. Servers that
    run see the key with the first value that needs it. Raises Failed(bad_request) where another
    process is at it.
    """
    with alone(file.parent):
        ring.refresh()
        is_resumed = bool(await find_older(store.credentials, ring))
        if not is_resumed:
            add_to_file(file, draw_key())
            ring.refresh()
        return await reseal(store.credentials, ring, is_resumed=is_resumed)


async def reseal(credentials: Credentials, ring: Ring, *, is_resumed: bool = True) -> Rotation:
    """Seal everything with the newest key, in small batches; what does not open stays as it is.

    May be cut short anywhere and run again.
    """
    count = 0
    while older := await find_older(credentials, ring):
        replaced = 0
        for start in range(0, len(older), BATCH):
            replaced += await credentials.replace_sealed(older[start : start + BATCH])
            await asyncio.sleep(PAUSE_SECONDS)
        count += replaced
    unreadable = [
        kept.owner
        for kept in await list_all(credentials)
        if open_seal(ring, kept.owner, kept.sealed) is None
    ]
    return Rotation(
        newest=ring.newest, is_resumed=is_resumed, resealed=count, unreadable=tuple(unreadable)
    )


async def find_older(credentials: Credentials, ring: Ring) -> list[Resealed]:
    """Seal anew what another key than the newest has sealed, and opens."""
    found: list[Resealed] = []
    for kept in await list_all(credentials):
        if find_ring_id(kept.sealed) == ring.newest:
            continue
        own_key = open_seal(ring, kept.owner, kept.sealed)
        if own_key is not None:
            found.append(Resealed(kept.owner, kept.sealed, seal(ring, kept.owner, own_key)))
    return found


async def list_all(credentials: Credentials) -> list[Kept]:
    """Give everybody's sealed keys."""
    found: list[Kept] = []
    while page := await credentials.list_sealed(found[-1].owner if found else None):
        found += page
    return found
