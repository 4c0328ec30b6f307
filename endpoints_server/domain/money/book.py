"""The arithmetic of accounts: reserved, extended, settled or released, each exactly once.

What stores do in one transaction stands here as plain steps on plain numbers; the store in memory
is this book, and those on a database are held to it.
"""

from collections.abc import Callable

from msgspec import Struct

from endpoints_server.domain.money.account import (
    Account,
    Charge,
    Decision,
    Remainder,
    Reservation,
)
from endpoints_server.domain.money.entry import Entry


class Row(Struct):
    """What was spent within one span of an account, and what is held of it for running calls.

    `opening_nano_usd` is how much of it was spent before there was the account.
    """

    spent_nano_usd: int = 0
    reserved_nano_usd: int = 0
    opening_nano_usd: int = 0
    expires_at: int | None = None

    @property
    def taken_nano_usd(self) -> int:
        """What counts against the cap."""
        return self.spent_nano_usd + self.reserved_nano_usd


class Held(Struct):
    """A reservation under way, with the amount it has come to."""

    reservation: Reservation
    nano_usd: int


class Book:
    """Accounts by name and span; `granted` gives what a person was granted, None if never."""

    def __init__(self, granted: Callable[[str], int | None]) -> None:
        self.granted = granted
        self.rows: dict[Charge, Row] = {}
        self.held: dict[str, Held] = {}

    def reserve(self, reservation: Reservation) -> Decision:
        """Hold the amount in every account, or change nothing."""
        decision = self.take(reservation.accounts, reservation.nano_usd)
        if decision.is_admitted:
            self.held[reservation.id] = Held(reservation, reservation.nano_usd)
        return decision

    def extend(self, reservation: Reservation, nano_usd: int) -> Decision:
        """Hold more for a call under way, in every account, or change nothing."""
        held = self.held.get(reservation.id)
        if held is None:
            return Decision(is_admitted=False)
        decision = self.take(reservation.accounts, nano_usd)
        if decision.is_admitted:
            held.nano_usd += nano_usd
        return decision

    def settle(self, entry: Entry) -> bool:
        """Charge what an attempt came to, and release all that was held for it.

        False, and nothing changed, where nothing is held any more: each is settled once.
        """
        return self.close(entry.id, entry.cost_nano_usd or 0)

    def release(self, reservation_id: str) -> bool:
        """Give back all that is held, for an attempt that was never made."""
        return self.close(reservation_id, 0)

    def take(self, accounts: tuple[Account, ...], nano_usd: int) -> Decision:
        """Add an amount to what every account holds, unless one that binds has no room for it."""
        for account in accounts:
            left = self.left(account)
            if left is None:
                return Decision(is_admitted=False)
            if account.is_binding and nano_usd > left:
                return Decision(is_admitted=False, remainders=(Remainder(account, left),))
        for account in accounts:
            row = self.rows.setdefault(account.row, Row(expires_at=account.expires_at))
            row.reserved_nano_usd += nano_usd
        return Decision(
            is_admitted=True,
            remainders=tuple(Remainder(each, self.left(each) or 0) for each in accounts),
        )

    def close(self, reservation_id: str, cost_nano_usd: int) -> bool:
        """Take a reservation off the book, with what it came to."""
        held = self.held.pop(reservation_id, None)
        if held is None:
            return False
        for account in held.reservation.accounts:
            row = self.rows[account.row]
            row.reserved_nano_usd -= held.nano_usd
            row.spent_nano_usd += cost_nano_usd
        return True

    def open(self, account: Account, spent_nano_usd: int) -> None:
        """Begin an account with what was spent before, unless a row of its window is there."""
        if not self.rows_within(account):
            self.rows[account.row] = Row(
                spent_nano_usd=spent_nano_usd,
                opening_nano_usd=spent_nano_usd,
                expires_at=account.expires_at,
            )

    def sweep(self, now: int) -> None:
        """Forget rows that count for nothing any more, and hold nothing."""
        self.rows = {
            place: row
            for place, row in self.rows.items()
            if row.reserved_nano_usd or row.expires_at is None or row.expires_at >= now
        }

    def left(self, account: Account) -> int | None:
        """Give what is left within an account's window; None where nothing was granted yet."""
        cap = self.granted(account.person_id) if account.person_id else account.cap_nano_usd
        if cap is None:
            return None
        return cap - sum(row.taken_nano_usd for row in self.rows_within(account))

    def spent(self, account: Account) -> int:
        """Give what was spent within an account's window."""
        return sum(row.spent_nano_usd for row in self.rows_within(account))

    def rows_within(self, account: Account) -> list[Row]:
        """Give the rows of an account's window."""
        return [
            row
            for (name, starts_at), row in self.rows.items()
            if name == account.name
            and account.since <= starts_at
            and (account.since < account.starts_at or starts_at == account.starts_at)
        ]
