"""The ports over one database, put together."""

import asyncio
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import Engine

from endpoints_server.store.ports import Store
from endpoints_server.store.sql.balances import SqlBalances
from endpoints_server.store.sql.credentials import SqlCredentials
from endpoints_server.store.sql.journal import Journal
from endpoints_server.store.sql.keys import SqlKeys
from endpoints_server.store.sql.ledger import SqlLedger
from endpoints_server.store.sql.people import SqlPeople
from endpoints_server.store.sql.sessions import SqlSessions
from endpoints_server.store.sql.titles import SqlTitles
from endpoints_server.store.sql.writer import LedgerWriter, Pace, Trouble, quiet


def ignore(_: int) -> None:
    """Tell nobody."""


class Opening(Struct, frozen=True, kw_only=True):
    """How a store is opened: the pace of its ledger, and who is told of its troubles.

    In threads of their own, `on_trouble` is told why entries no longer reach the database, and
    `on_return` how many were brought to it that had waited elsewhere.
    """

    pace: Pace = Pace()
    on_trouble: Trouble = quiet
    on_return: Callable[[int], None] = ignore


async def assemble(engine: Engine, make_journal: Callable[[], Journal], opening: Opening) -> Store:
    """Open the ports over an engine; the store closes it. Raises Failed(unavailable)."""
    keys = SqlKeys(engine)
    try:
        await keys.catch_up()
        journal = make_journal()
    except BaseException:
        keys.close()
        engine.dispose()
        raise
    credentials = SqlCredentials(engine)
    loop = asyncio.get_running_loop()
    writer = LedgerWriter(journal, loop, opening.pace, opening.on_trouble)

    async def close() -> None:
        writer.stop()
        await asyncio.to_thread(writer.join)
        keys.close()
        await asyncio.to_thread(credentials.close)
        engine.dispose()

    return Store(
        keys=keys,
        people=SqlPeople(engine),
        ledger=SqlLedger(engine, writer),
        balances=SqlBalances(engine),
        sessions=SqlSessions(engine),
        credentials=credentials,
        titles=SqlTitles(engine),
        close=close,
    )
