"""What may be asked of history."""

from typing import Protocol

from msgspec import Struct

from endpoints_server.domain.money.tally import Tally


class Order(Struct, frozen=True, kw_only=True):
    """To delete what began before a day (counted from 1970); `reason` is kept with what it was.

    `id` names the run, `at` is when it was ordered, in microseconds.
    """

    id: str
    before_day: int
    reason: str
    at: int


class Purge(Struct, frozen=True, kw_only=True):
    """What one run deleted of one day."""

    id: str
    day: int
    purged_at: int
    reason: str
    attempts: int
    cost_nano_usd: int


class History(Protocol):
    """Tallies of the ledger: with those entries that are not in them yet, they are all there was.

    They stay when entries are purged.
    """

    async def fold(self) -> bool:
        """Add the next entries to the tallies, and say whether more are waiting."""

    async def list_days(self) -> list[int]:
        """Give the days on which there was something."""

    async def list_tallies(self, day: int, *, is_personal: bool = True) -> list[Tally]:
        """Give the tallies of a day; with nobody in them where they are not to be personal."""

    async def purge(self, order: Order) -> int:
        """Delete old entries that are in the tallies, a few at a time, and count them.

        Calls with an attempt that is to stay are kept whole. Others write meanwhile.
        """

    async def list_purges(self) -> list[Purge]:
        """Tell what was purged, latest first."""
