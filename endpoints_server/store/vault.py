"""The keys that people bring: sealed at rest, and remembered open for the calls that use them."""

from collections import OrderedDict

from msgspec import Struct

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.own_key import KeyState, OwnKey, key_fault
from endpoints_server.store.credentials import Credentials, Kept
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.seal import Owner, open_seal, seal

MOST_OPEN = 10_000
"""How many keys are remembered open; the one not asked for for longest is forgotten first."""
USE = 60 * 1_000_000
"""Microseconds within which one use of a key is written down."""


class Held(Struct, kw_only=True):
    """A key as it is kept, and opened; `own_key` is None where it does not open any more.

    `used_at` is when it was last used as far as is known here, 0 for never.
    """

    kept: Kept
    own_key: OwnKey | None
    used_at: int = 0

    def state_at(self, instant: int) -> KeyState:
        """Say whether the key may be used at an instant."""
        if self.own_key is None:
            return KeyState.UNREADABLE
        expires_at = self.kept.expires_at
        is_expired = expires_at is not None and expires_at <= instant
        return KeyState.EXPIRED if is_expired else KeyState.VALID


class Vault:
    """Seals keys on their way in, and opens them on their way out."""

    def __init__(self, credentials: Credentials, ring: Ring) -> None:
        self.credentials = credentials
        self.ring = ring
        self._open: OrderedDict[Owner, Held] = OrderedDict()

    async def find(self, owner: Owner) -> Held | None:
        """Give a key; raises Failed(unavailable) where it cannot be looked up."""
        kept = await self.credentials.find_credential(owner)
        return None if kept is None else self.open(kept)

    def open(self, kept: Kept) -> Held:
        """Open a key, unless it is open already, and remember it if it opens."""
        held = self._open.get(kept.owner)
        if held is None or held.kept.revision != kept.revision:
            held = Held(kept=kept, own_key=open_seal(self.ring, kept.owner, kept.sealed))
        held.used_at = max(held.used_at, kept.last_used_at or 0)
        if held.own_key is not None:
            self._open[kept.owner] = held
            self._open.move_to_end(kept.owner)
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return held

    async def put(self, owner: Owner, own_key: OwnKey, expires_at: int | None, now: int) -> None:
        """Keep a key in place of the owner's earlier one."""
        await self.credentials.put_credential(
            Kept(
                owner=owner,
                sealed=seal(self.ring, owner, own_key),
                ending=own_key.api_key.ending(),
                created_at=now,
                expires_at=expires_at,
            )
        )

    async def list(self, person_id: str) -> list[Held]:
        """Give all keys of a person, by endpoint."""
        return [self.open(kept) for kept in await self.credentials.list_credentials(person_id)]

    async def delete(self, owner: Owner) -> bool:
        """Forget a key; False where there was none."""
        self._open.pop(owner, None)
        return await self.credentials.delete_credential(owner)

    def note_use(self, held: Held, at: int) -> None:
        """Note that a key was used, at most once a minute."""
        if at - held.used_at >= USE:
            held.used_at = at
            self.credentials.note_use(held.kept.owner, at)


def state_of(held: Held | None, endpoint: Endpoint, now: int) -> KeyState:
    """Say how a person stands with an endpoint; a key that was stored for another kind is none."""
    if held is None:
        return KeyState.MISSING
    if held.own_key is not None and not held.own_key.fits(endpoint):
        return KeyState.MISSING
    return held.state_at(now)


def require_key(held: Held | None, endpoint: Endpoint, keys_url: str, now: int) -> OwnKey:
    """Give the key that a person uses an endpoint with.

    Raises Failed(forbidden) under `user_key_required`, `user_key_expired` or `user_key_unreadable`.
    """
    state = state_of(held, endpoint, now)
    if held is None or held.own_key is None or state is not KeyState.VALID:
        raise Failed(key_fault(state, endpoint, keys_url))
    return held.own_key
