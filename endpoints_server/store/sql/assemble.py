"""The ports over one database, put together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy import Engine
from uuid_utils import uuid7

from endpoints_server.store.issuers import MemoryIssuers
from endpoints_server.store.limits import MemoryLimits
from endpoints_server.store.ports import Store
from endpoints_server.store.shared.bell import Bell
from endpoints_server.store.sql.changes import SqlChanges
from endpoints_server.store.sql.credentials import SqlCredentials
from endpoints_server.store.sql.history.history import SqlHistory
from endpoints_server.store.sql.keys import SqlKeys
from endpoints_server.store.sql.ledger.journal import Journal
from endpoints_server.store.sql.ledger.ledger import SqlLedger
from endpoints_server.store.sql.ledger.writer import LedgerWriter
from endpoints_server.store.sql.money.accounts import SqlAccounts
from endpoints_server.store.sql.money.balances import SqlBalances
from endpoints_server.store.sql.once import SqlOnce
from endpoints_server.store.sql.opening import Opening
from endpoints_server.store.sql.own_endpoints import SqlOwnEndpoints
from endpoints_server.store.sql.people import SqlPeople
from endpoints_server.store.sql.rules import SqlRules
from endpoints_server.store.sql.sessions import SqlSessions
from endpoints_server.store.sql.titles import SqlTitles


async def assemble(
    engine: Engine, make_journal: Callable[[], Journal], opening: Opening, bell: Bell
) -> Store:
    """Open the ports over an engine; the store closes it. Raises Failed(unavailable)."""
    keys, rules = SqlKeys(engine, bell=bell), SqlRules(engine, bell)
    own_endpoints = SqlOwnEndpoints(engine, bell)
    looks = (keys.catch_up, rules.catch_up, own_endpoints.catch_up)
    journal = await opened(make_journal, looks, keys, engine)
    credentials = SqlCredentials(engine, bell=bell)
    writer = LedgerWriter(journal, asyncio.get_running_loop(), opening.pace, opening.on_trouble)

    async def close() -> None:
        writer.stop()
        await asyncio.to_thread(writer.join)
        keys.close()
        await rules.close()
        await own_endpoints.close()
        await asyncio.to_thread(credentials.close)
        engine.dispose()

    return Store(
        keys=keys,
        people=SqlPeople(engine, bell),
        ledger=SqlLedger(engine, writer),
        history=SqlHistory(engine),
        changes=SqlChanges(engine),
        once=SqlOnce(engine),
        balances=SqlBalances(engine),
        accounts=SqlAccounts(engine, writer, uuid7().hex),
        rules=rules,
        limits=MemoryLimits(),
        issuers=MemoryIssuers(),
        sessions=SqlSessions(engine),
        credentials=credentials,
        own_endpoints=own_endpoints,
        titles=SqlTitles(engine),
        close=close,
    )


async def opened(
    make_journal: Callable[[], Journal],
    looks: Iterable[Callable[[], Awaitable[None]]],
    keys: SqlKeys,
    engine: Engine,
) -> Journal:
    """Read what has to be known before the first call, and give the journal; or close it all."""
    try:
        for look in looks:
            await look()
        return make_journal()
    except BaseException:
        keys.close()
        engine.dispose()
        raise
