"""The keys that people bring, as they are kept: what may be asked, and the answer in a dict."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.seal import Owner


class Kept(Struct, frozen=True, kw_only=True):
    """One sealed key; `ending` is what may be shown of it. Instants are microseconds since 1970.

    `revision` is given by the store, a higher one with every change of any key.
    """

    owner: Owner
    sealed: str
    ending: str
    created_at: int
    expires_at: int | None = None
    last_used_at: int | None = None
    revision: int = 0


class Resealed(Struct, frozen=True):
    """A value and what is to stand in its place."""

    owner: Owner
    old: str
    fresh: str


class Credentials(Protocol):
    """Sealed keys by person and endpoint."""

    async def find_credential(self, owner: Owner) -> Kept | None:
        """Give a key; answers from memory, and sees what changed elsewhere within a second.

        Raises Failed(unavailable) where an owner not asked for of late cannot be looked up.
        """

    async def put_credential(self, kept: Kept) -> None:
        """Keep a key in place of the owner's earlier one; its last use is forgotten.

        Raises Failed(bad_request) where its person is not known.
        """

    async def delete_credential(self, owner: Owner) -> bool:
        """Forget a key; False where there was none."""

    async def list_credentials(self, person_id: str) -> list[Kept]:
        """Give the keys of a person by endpoint."""

    async def list_sealed(self, after: Owner | None = None, limit: int = 100) -> list[Kept]:
        """Give everybody's keys by owner, those that follow one."""

    async def replace_sealed(self, changes: Sequence[Resealed]) -> int:
        """Put fresh values in place of old ones, at one stroke; counts those that were.

        One that is not the old value any more, for somebody changed it, stays as it is.
        """

    def note_use(self, owner: Owner, at: int) -> None:
        """Note when a key was used, without waiting; what cannot be written is let go."""


class MemoryCredentials:
    """Sealed keys in a dict."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self.is_known = is_known
        self.kept: dict[Owner, Kept] = {}
        self.revision = 0

    async def find_credential(self, owner: Owner) -> Kept | None:
        return self.kept.get(owner)

    async def put_credential(self, kept: Kept) -> None:
        if not self.is_known(kept.owner.person_id):
            raise Failed(unknown_person(kept.owner))
        self.kept[kept.owner] = replace(kept, last_used_at=None, revision=self._next())

    async def delete_credential(self, owner: Owner) -> bool:
        return self.kept.pop(owner, None) is not None

    async def list_credentials(self, person_id: str) -> list[Kept]:
        return [kept for kept in self._sorted() if kept.owner.person_id == person_id]

    async def list_sealed(self, after: Owner | None = None, limit: int = 100) -> list[Kept]:
        return [kept for kept in self._sorted() if after is None or kept.owner > after][:limit]

    async def replace_sealed(self, changes: Sequence[Resealed]) -> int:
        count = 0
        for change in changes:
            kept = self.kept.get(change.owner)
            if kept is not None and kept.sealed == change.old:
                fresh = replace(kept, sealed=change.fresh, revision=self._next())
                self.kept[change.owner] = fresh
                count += 1
        return count

    def note_use(self, owner: Owner, at: int) -> None:
        kept = self.kept.get(owner)
        if kept is not None:
            self.kept[owner] = replace(kept, last_used_at=at)

    def _next(self) -> int:
        self.revision += 1
        return self.revision

    def _sorted(self) -> list[Kept]:
        return sorted(self.kept.values(), key=lambda kept: kept.owner)


def unknown_person(owner: Owner) -> Fault:
    """Say that there is nobody whose key it could be."""
    return Fault(kind=Kind.BAD_REQUEST, message=f"No user '{owner.person_id}'.")
