"""What was purged, as people read it."""

from msgspec import Struct

from endpoints_server.desk.usage import instant_text
from endpoints_server.domain.money.tally import date_of
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.ports import Store


class PurgeView(Struct, frozen=True, kw_only=True):
    """What one run deleted of one day of UTC, and what that had cost."""

    id: str
    day: str
    purged_at: str
    reason: str
    attempts: int
    cost_usd: str


async def list_purges(store: Store) -> list[PurgeView]:
    """Give all runs, the latest first."""
    return [
        PurgeView(
            id=purge.id,
            day=str(date_of(purge.day)),
            purged_at=instant_text(purge.purged_at),
            reason=purge.reason,
            attempts=purge.attempts,
            cost_usd=usd(purge.cost_nano_usd),
        )
        for purge in await store.history.list_purges()
    ]
