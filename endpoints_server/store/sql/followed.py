"""A small table that is followed: all its rows go to memory, and again those that changed since."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, Row, Table, bindparam, select

from endpoints_server.domain.fault import Failed
from endpoints_server.store.shared.bell import Bell, Topic
from endpoints_server.store.sql.engine import reading

Rows = list[Row[Any]]


class Followed:
    """Reads the rows of a higher `revision` than any before, at each look and when a bell rings.

    `take` gets what was read, in order, on the loop.
    """

    def __init__(
        self, engine: Engine, table: Table, take: Callable[[Rows], None], bell: Bell, topic: Topic
    ) -> None:
        self._engine = engine
        self._take = take
        revision = table.c.revision
        # made once: it is asked every second, and making it would cost as much as asking
        later = select(table).where(revision > bindparam("since"))
        self._changed = later.order_by(revision)
        self._revision = 0
        self._lock = asyncio.Lock()
        self._looks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        bell.listen(topic, self._look_again)

    async def catch_up(self) -> None:
        """Read what changed."""
        async with self._lock:  # for what was read earlier must not be taken in later
            rows = await asyncio.to_thread(self._read, self._revision)
            if rows:
                self._revision = rows[-1].revision
                self._take(rows)

    async def close(self) -> None:
        """Look no more, and let those finish who do."""
        self._is_closed = True
        await asyncio.gather(*self._looks)

    def _look_again(self) -> None:
        if self._is_closed:
            return
        look = asyncio.create_task(self._look())
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)

    async def _look(self) -> None:
        with suppress(Failed):  # the next turn of whoever looks every second will tell
            await self.catch_up()

    def _read(self, since: int) -> Rows:
        with reading(self._engine) as connection:
            return list(connection.execute(self._changed, {"since": since}).all())
