"""Endpoints that people bring, as they are kept: what may be asked, and the answer in dicts."""

from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.changes.memory import MemoryChanges
from endpoints_server.store.changes.port import Change, Note, unnoted


class OwnEndpoint(Struct, frozen=True, kw_only=True, weakref=True):
    """An endpoint that is one person's; `body` is the JSON that says what it is, and no secret.

    Instants are microseconds since 1970. `revision` is given by the store, a higher one with every
    change of any endpoint.
    """

    person_id: str
    slug: str
    body: str
    created_at: int
    changed_at: int
    revision: int = 0


class Terms(Struct, frozen=True):
    """How an endpoint may be kept: among how many at most, and whether only where there is none."""

    most: int
    is_new: bool = False


class OwnEndpoints(Protocol):
    """Endpoints of one's own, by person and slug."""

    def of(self, person_id: str) -> tuple[OwnEndpoint, ...]:
        """Give those of a person, the oldest first; the same object until one of theirs changes.

        Answers from memory; what changed elsewhere is seen by the next `catch_up`, or at once where
        processes tell each other.
        """

    async def put_own(
        self, own: OwnEndpoint, terms: Terms, note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        """Keep an endpoint, as old as the one of its slug that it replaces; True if it is new.

        Raises Failed(bad_request) where its person is not known, has as many as they may, or has
        one of the slug where there must be none.
        """

    async def delete_own(
        self, person_id: str, slug: str, note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        """Forget an endpoint; False where there is none."""

    async def catch_up(self) -> None:
        """Read what changed."""


class Gathered:
    """The endpoints of everybody, a tuple for each person who has any."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[OwnEndpoint, ...]] = {}

    def of(self, person_id: str) -> tuple[OwnEndpoint, ...]:
        """Give those of a person."""
        return self._of.get(person_id, ())

    def take(self, own: OwnEndpoint) -> None:
        """Take one in, in place of the one of its slug; one without a body goes."""
        others = (each for each in self.of(own.person_id) if each.slug != own.slug)
        found = by_age([*others, own] if own.body else others)
        if found:
            self._of[own.person_id] = found
        else:
            self._of.pop(own.person_id, None)


class MemoryOwnEndpoints:
    """Endpoints of one's own in dicts."""

    def __init__(self, is_known: Callable[[str], bool], changes: MemoryChanges) -> None:
        self.is_known = is_known
        self.changes = changes
        self.gathered = Gathered()
        self.revision = 0

    def of(self, person_id: str) -> tuple[OwnEndpoint, ...]:
        return self.gathered.of(person_id)

    async def put_own(
        self, own: OwnEndpoint, terms: Terms, note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        if not self.is_known(own.person_id):
            raise Failed(unknown_person(own.person_id))
        kept = self.of(own.person_id)
        before = next((each for each in kept if each.slug == own.slug), None)
        after = successor(own, before, len(kept), terms)
        self._take(after, note(before, after))
        return before is None

    async def delete_own(
        self, person_id: str, slug: str, note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        before = next((each for each in self.of(person_id) if each.slug == slug), None)
        if before is None:
            return False
        self._take(replace(before, body=""), note(before, None))
        return True

    async def catch_up(self) -> None:
        return

    def _take(self, own: OwnEndpoint, change: Change | None) -> None:
        self.changes.keep(change)
        self.revision += 1
        self.gathered.take(replace(own, revision=self.revision))


def by_age(found: Iterable[OwnEndpoint]) -> tuple[OwnEndpoint, ...]:
    """Put endpoints in order, the oldest first."""
    return tuple(sorted(found, key=lambda own: (own.created_at, own.slug)))


def successor(
    own: OwnEndpoint, before: OwnEndpoint | None, count: int, terms: Terms
) -> OwnEndpoint:
    """Give an endpoint as it is kept in place of another, or beside `count` others.

    Raises Failed(bad_request) where the terms are against it.
    """
    if before is not None and terms.is_new:
        message = f"You have an endpoint '{own.slug}' already. PUT replaces it."
        raise refused(message, 409, "endpoint_exists")
    if before is None and count >= terms.most:
        message = f"You have {count} endpoints of your own, and may have no more. Delete one first."
        raise refused(message, 409, "too_many_endpoints")
    return own if before is None else replace(own, created_at=before.created_at)


def unknown_person(person_id: str) -> Fault:
    """Say that there is nobody whose endpoint it could be."""
    return Fault(kind=Kind.BAD_REQUEST, message=f"No user '{person_id}'.")


def refused(message: str, status: int, code: str) -> Failed:
    """Say why an endpoint is not kept."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, status=status, code=code, message=message))
