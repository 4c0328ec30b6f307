"""The keys that people bring: sealed at rest, and remembered open for the calls that use them."""

from collections import OrderedDict

from msgspec import Struct

from endpoints_server.domain.own_key import OwnKey
from endpoints_server.store.credentials import Credentials, Kept
from endpoints_server.store.ring import Ring
from endpoints_server.store.seal import Owner, open_seal, seal

MOST_OPEN = 10_000
"""How many keys are remembered open; the one not asked for for longest is forgotten first."""
USE = 60 * 1_000_000
"""Microseconds within which one use of a key is written down."""


class Held(Struct, kw_only=True):
    """A key as it is kept, and opened; `own_key` is None where it does not open any more."""

    kept: Kept
    own_key: OwnKey | None
    noted_at: int

    def is_expired_at(self, instant: int) -> bool:
        """Say whether the key was to be used only until before an instant."""
        return self.kept.expires_at is not None and self.kept.expires_at <= instant


class Vault:
    """Seals keys on their way in, and opens them on their way out."""

    def __init__(self, credentials: Credentials, ring: Ring) -> None:
        self.credentials = credentials
        self.ring = ring
        self._open: OrderedDict[Owner, Held] = OrderedDict()

    async def find(self, owner: Owner) -> Held | None:
        """Give a key; raises Failed(unavailable) where it cannot be looked up."""
        kept = await self.credentials.find_credential(owner)
        if kept is None:
            return None
        held = self._open.get(owner)
        if held is None or held.kept.revision != kept.revision:
            return self.open(kept)
        self._open.move_to_end(owner)
        return held

    def open(self, kept: Kept) -> Held:
        """Open a key, and remember it if it opens."""
        own_key = open_seal(self.ring, kept.owner, kept.sealed)
        held = Held(kept=kept, own_key=own_key, noted_at=kept.last_used_at or 0)
        if own_key is not None:
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

    async def delete(self, owner: Owner) -> bool:
        """Forget a key; False where there was none."""
        self._open.pop(owner, None)
        return await self.credentials.delete_credential(owner)

    def note_use(self, held: Held, at: int) -> None:
        """Note that a key was used, at most once a minute."""
        if at - held.noted_at >= USE:
            held.noted_at = at
            self.credentials.note_use(held.kept.owner, at)
