"""What calls are paid from: accounts with a cap, and the part of them that is held for a call."""

from msgspec import Struct

from endpoints_server.domain.money.entry import Entry

Charge = tuple[str, int]
"""The name of an account, and the instant (microseconds) that the row charged begins at."""


class Account(Struct, frozen=True, kw_only=True):
    """What a call draws from: at most `cap_nano_usd` within a window.

    An account is rows of one `name`, each of a span of time, of which the one at `starts_at` is
    drawn from. Where it begins later than `since`, what was spent and is held in all that begin
    then or later counts against the cap; else that of this one alone.
    One that is not binding is drawn from whatever it holds. With a `person_id` the cap is what that
    person was granted. From `expires_at` on the row counts for nothing any more.
    """

    name: str
    cap_nano_usd: int = 0
    starts_at: int = 0
    since: int = 0
    is_binding: bool = True
    person_id: str = ""
    expires_at: int | None = None

    @property
    def row(self) -> Charge:
        """The row that is drawn from."""
        return self.name, self.starts_at


class Past(Struct, frozen=True, kw_only=True):
    """Which entries of the ledger an account would have paid for, had it been there before.

    Those from `since` on (microseconds), of any of some people, of a key, an endpoint by its name,
    a model; what is empty or None asks for nothing. `is_house` leaves out people's own keys.
    """

    since: int
    person_ids: tuple[str, ...] | None = None
    key_id: str = ""
    endpoint: str = ""
    model: str = ""
    is_house: bool = True


class Reservation(Struct, frozen=True, kw_only=True):
    """The worst case of one attempt, held in every account it is paid from, or in none.

    `entry` is what the ledger keeps of the attempt if whoever made it dies; its id is the
    reservation's, and its accounts are those that are charged.
    """

    accounts: tuple[Account, ...]
    nano_usd: int
    entry: Entry

    @property
    def id(self) -> str:
        """The id of the entry that settles it."""
        return self.entry.id


class Remainder(Struct, frozen=True):
    """What is left of an account once all that is held is spent.

    Below zero where a call came to more than was held for it, or where the account does not bind.
    """

    account: Account
    left_nano_usd: int


class Decision(Struct, frozen=True, kw_only=True):
    """Whether an amount was taken, and what is left: of every account, or of the one that refuses.

    Nothing is told of the account of somebody who was never granted anything.
    """

    is_admitted: bool
    remainders: tuple[Remainder, ...] = ()
