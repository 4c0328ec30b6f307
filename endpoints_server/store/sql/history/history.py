"""History in tables."""

import asyncio
from typing import Any

from sqlalchemy import Engine, Row, select, union

from endpoints_server.domain.money.tally import ALIKE, Tally
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.history.port import Order, Purge
from endpoints_server.store.sql.engine import LONG_SECONDS, reading
from endpoints_server.store.sql.history.fold import Folding
from endpoints_server.store.sql.history.parts import (
    ENTRY,
    add_up,
    find_watermark,
    parts_of,
    span_of,
)
from endpoints_server.store.sql.history.purge import Purging
from endpoints_server.store.sql.tables import (
    PERSONAL,
    entries,
    purges,
    tallies,
    tallies_by_model,
)

PAUSE_SECONDS = 0.06
"""Between two steps of a purge, so that whoever waits to write comes first."""
WHAT = tuple(name for name in ALIKE if name not in PERSONAL)
PURGE = tuple(purges.c[name] for name in Purge.__struct_fields__)


class SqlHistory:
    """Rollups, and entries that are not in them yet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folding = Folding(engine)

    async def fold(self) -> bool:
        return await asyncio.to_thread(self._folding.step)

    async def list_days(self) -> list[int]:
        return await asyncio.to_thread(self._days)

    async def list_tallies(self, day: int, *, is_personal: bool = True) -> list[Tally]:
        return await asyncio.to_thread(self._tallies, day, is_personal)

    async def purge(self, order: Order) -> int:
        purging, count = Purging(self._engine, order), 0
        while gone := await asyncio.to_thread(purging.step):
            count += gone
            await asyncio.sleep(PAUSE_SECONDS)
        return count

    async def list_purges(self) -> list[Purge]:
        return await asyncio.to_thread(self._purges)

    def _days(self) -> list[int]:
        with reading(self._engine, LONG_SECONDS) as connection:
            later = entries.c.number > find_watermark(connection)
            days = union(
                select(tallies_by_model.c.day), select(ENTRY["day"].label("day")).where(later)
            )
            return sorted(connection.execute(days).scalars())

    def _tallies(self, day: int, is_personal: bool) -> list[Tally]:  # noqa: FBT001
        rollup, alike = (tallies, ALIKE) if is_personal else (tallies_by_model, WHAT)
        with reading(self._engine, LONG_SECONDS) as connection:
            parts = parts_of(rollup, span_of(day), find_watermark(connection))
            rows = connection.execute(add_up(parts, ("day", *alike)))
            return [tally_of(row) for row in rows]

    def _purges(self) -> list[Purge]:
        latest = select(*PURGE).order_by(purges.c.purged_at.desc(), purges.c.id, purges.c.day)
        with reading(self._engine) as connection:
            return [Purge(**row._asdict()) for row in connection.execute(latest)]


def tally_of(row: Row[Any]) -> Tally:
    """Read a row of sums."""
    fields = row._asdict()
    counts = {name: fields.pop(f"{name}_tokens") for name in Usage.__struct_fields__}
    return Tally(usage=Usage(**counts), **fields)
