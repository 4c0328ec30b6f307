"""History of entries in a dict."""

from collections.abc import Sequence

from msgspec.structs import replace

from endpoints_server.domain.money.book import Book
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.tally import Tally, day_of, merged, tallies_of, total_of
from endpoints_server.store.history.port import Order, Purge


class MemoryHistory:
    """Tallies are made when they are asked for; those of purged entries are all that is kept."""

    def __init__(self, entries: dict[str, Entry], purged: list[Tally], book: Book) -> None:
        self.entries = entries
        self.purged = purged
        self.book = book
        self.purges: list[Purge] = []

    async def fold(self) -> bool:
        return False

    async def list_days(self) -> list[int]:
        days = {tally.day for tally in self.purged} | set(map(day_of, self.entries.values()))
        return sorted(days)

    async def list_tallies(self, day: int, *, is_personal: bool = True) -> list[Tally]:
        found = [entry for entry in self.entries.values() if day_of(entry) == day]
        both = [*tallies_of(found), *(tally for tally in self.purged if tally.day == day)]
        return merged(
            both if is_personal else [replace(tally, person_id="", key_id="") for tally in both]
        )

    async def purge(self, order: Order) -> int:
        kept = {
            entry.request_id for entry in self.entries.values() if day_of(entry) >= order.before_day
        }
        gone = [entry for entry in self.entries.values() if entry.request_id not in kept]
        self._forget(gone)
        tallies = tallies_of(gone)
        self.purged[:] = merged([*self.purged, *tallies])
        self.purges += purges_of(order, tallies)
        return len(gone)

    async def list_purges(self) -> list[Purge]:
        return sorted(self.purges, key=lambda purge: (-purge.purged_at, purge.id, purge.day))

    def _forget(self, gone: Sequence[Entry]) -> None:
        """What they spent was spent all the same: accounts have begun with it."""
        for entry in gone:
            del self.entries[entry.id]
            for place in entry.accounts:
                if row := self.book.rows.get(place):
                    row.opening_nano_usd += entry.cost_nano_usd or 0


def purges_of(order: Order, gone: Sequence[Tally]) -> list[Purge]:
    """Tell what was deleted, day by day."""
    days = sorted({tally.day for tally in gone})
    totals = [total_of([tally for tally in gone if tally.day == day]) for day in days]
    return [
        Purge(
            id=order.id,
            day=total.day,
            purged_at=order.at,
            reason=order.reason,
            attempts=total.attempts,
            cost_nano_usd=total.cost_nano_usd,
        )
        for total in totals
    ]
