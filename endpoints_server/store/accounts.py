"""What calls are paid from: what may be asked of accounts, and the answer in a book."""

from collections.abc import Iterable
from typing import Protocol

from endpoints_server.domain.money.account import Account, Decision, Past, Remainder, Reservation
from endpoints_server.domain.money.book import Book
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.tally import DAY, Tally

LEASE = 30_000_000
"""Microseconds after which a process that said nothing is taken for dead."""


KEPT = 3_600_000_000
"""Microseconds for which a row is kept that counts for nothing any more."""


class Accounts(Protocol):
    """Accounts and what is held of them; an entry that names accounts settles its reservation.

    That is done by the ledger, in the transaction that keeps the entry.
    """

    async def reserve(self, reservation: Reservation) -> Decision:
        """Hold an amount in all accounts, or in none, in one conditional write.

        Whoever is cancelled while waiting holds nothing. Raises Failed(unavailable) where nothing
        can be written.
        """

    async def open(self, account: Account, past: Past) -> None:
        """Begin an account with what the ledger says was spent before it was there.

        Where a row of its window is there, nothing changes.
        """

    async def extend(self, reservation: Reservation, nano_usd: int) -> Decision:
        """Hold more for a call under way, in all its accounts, or in none."""

    def release(self, reservation_id: str) -> None:
        """Give back what is held for an attempt that was never made; waits for nothing."""

    async def list_remainders(self, accounts: Iterable[Account]) -> list[Remainder]:
        """Tell what is left of accounts; those of somebody who was granted nothing are left out."""

    async def sum_spent(self, account: Account) -> int:
        """Tell what was spent of an account in its window, without what is held."""

    async def beat(self, now: int, /) -> None:
        """Say that this process lives, so that what it holds is left alone (microseconds)."""

    async def resolve(self, now: int, /) -> int:
        """Settle what dead processes held, each as its reservation says; counts them.

        A process is dead that has not said for `LEASE` that it lives. Rows of accounts that have
        counted for nothing for `KEPT` are forgotten.
        """


class MemoryAccounts:
    """A book, for one process: when it dies, so does what it held."""

    def __init__(self, book: Book, entries: dict[str, Entry], purged: list[Tally]) -> None:
        self.book = book
        self.entries = entries
        self.purged = purged

    async def reserve(self, reservation: Reservation) -> Decision:
        return self.book.reserve(reservation)

    async def open(self, account: Account, past: Past) -> None:
        spent = sum(
            entry.cost_nano_usd or 0
            for entry in self.entries.values()
            if entry.started_at >= past.since and fits(entry, past)
        )
        gone = sum(
            tally.cost_nano_usd
            for tally in self.purged
            if tally.day * DAY >= past.since and fits(tally, past)
        )
        self.book.open(account, spent + gone)

    async def extend(self, reservation: Reservation, nano_usd: int) -> Decision:
        return self.book.extend(reservation, nano_usd)

    def release(self, reservation_id: str) -> None:
        self.book.release(reservation_id)

    async def list_remainders(self, accounts: Iterable[Account]) -> list[Remainder]:
        found = ((account, self.book.left(account)) for account in accounts)
        return [Remainder(account, left) for account, left in found if left is not None]

    async def sum_spent(self, account: Account) -> int:
        return self.book.spent(account)

    async def beat(self, _now: int, /) -> None:
        return

    async def resolve(self, now: int, /) -> int:
        self.book.sweep(now - KEPT)
        return 0

    def settle(self, entry: Entry) -> None:
        """Settle what an entry is charged to, as the ledger takes it."""
        if entry.accounts:
            self.book.settle(entry)


def fits(entry: Entry | Tally, past: Past) -> bool:
    """Say whether an account would have paid for an entry, if it began late enough."""
    if past.is_house and entry.credential != "house":
        return False
    if past.person_ids is not None and entry.person_id not in past.person_ids:
        return False
    named = (
        (past.key_id, entry.key_id),
        (past.endpoint, entry.endpoint),
        (past.model, entry.model),
    )
    return all(wish in ("", told) for wish, told in named)
