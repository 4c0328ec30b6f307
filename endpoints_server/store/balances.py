"""What people were granted: what may be asked, and the answer in a dict."""

from typing import Protocol

from msgspec.structs import replace

from endpoints_server.domain.money.balance import Grant, Standing, account_of
from endpoints_server.domain.money.book import Book, Row
from endpoints_server.store.changes.memory import MemoryChanges
from endpoints_server.store.changes.port import Note, unnoted


class Balances(Protocol):
    """Grants by person; what was spent of one, and what is held, its account says."""

    async def find_standing(self, person_id: str) -> Standing | None:
        """Give a person's grant and what was taken from it; None where none was opened."""

    async def open_grant(self, grant: Grant) -> Standing:
        """Keep a grant unless the person has one, and give the one there is."""

    async def refill(self, grant: Grant, nano_usd: int, at: int) -> Standing:
        """Grant more unless it was refilled since it was read; give what there is.

        Whoever asks twice with one grant, in any process, grants once.
        """

    async def credit(
        self, person_id: str, nano_usd: int, note: Note[Grant] = unnoted
    ) -> Standing | None:
        """Grant more, or less where the amount is below zero; None where none was opened."""


class MemoryBalances:
    """Grants in a dict, over the accounts of a store in memory."""

    def __init__(self, changes: MemoryChanges) -> None:
        self.changes = changes
        self.grants: dict[str, Grant] = {}
        self.book: Book = Book(self.granted)

    def granted(self, person_id: str) -> int | None:
        """Give what a person was granted."""
        grant = self.grants.get(person_id)
        return None if grant is None else grant.granted_nano_usd

    async def find_standing(self, person_id: str) -> Standing | None:
        grant = self.grants.get(person_id)
        return None if grant is None else self._standing(grant)

    async def open_grant(self, grant: Grant) -> Standing:
        return self._standing(self.grants.setdefault(grant.person_id, grant))

    async def refill(self, grant: Grant, nano_usd: int, at: int) -> Standing:
        kept = self.grants[grant.person_id]
        if kept.refilled_at == grant.refilled_at:
            kept = replace(kept, refilled_at=at)
            self.grants[grant.person_id] = kept
            return await self.credit(grant.person_id, nano_usd) or self._standing(kept)
        return self._standing(kept)

    async def credit(
        self, person_id: str, nano_usd: int, note: Note[Grant] = unnoted
    ) -> Standing | None:
        before = self.grants.get(person_id)
        if before is None:
            return None
        kept = replace(before, granted_nano_usd=before.granted_nano_usd + nano_usd)
        self.changes.keep(note(before, kept))
        self.grants[person_id] = kept
        return self._standing(kept)

    def _standing(self, grant: Grant) -> Standing:
        row = self.book.rows.get(account_of(grant.person_id).row, Row())
        return Standing(
            grant=grant,
            spent_nano_usd=row.spent_nano_usd,
            reserved_nano_usd=row.reserved_nano_usd,
        )
