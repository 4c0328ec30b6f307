"""Open a store by its address."""

import asyncio
import sqlite3
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.balances import SqlBalances
from endpoints_server.store.sql.credentials import SqlCredentials
from endpoints_server.store.sql.engine import connect, make_file, open_engine
from endpoints_server.store.sql.keys import SqlKeys
from endpoints_server.store.sql.ledger import SqlLedger
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.people import SqlPeople
from endpoints_server.store.sql.sessions import SqlSessions
from endpoints_server.store.sql.titles import SqlTitles
from endpoints_server.store.sql.writer import LedgerWriter, Pace, Trouble, quiet

FILE_NAME = "endpoints.sqlite3"
SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql:", "postgresql+", "postgres:")


async def open_store(
    data_dir: Path,
    url: str = "",
    *,
    pace: Pace | None = None,
    on_trouble: Trouble = quiet,
) -> Store:
    """Open the store at `url` (`sqlite:///path`), else the SQLite file in the data dir.

    Missing folders, the file and its tables are made. `pace` is the ledger's; `on_trouble` is told,
    in a thread of its own, when the ledger can no longer be written. Raises Failed: bad_request for
    a url of no database we know, unavailable where the database cannot be opened.
    """
    path = find_path(data_dir, url)
    try:
        return await open_sqlite(path, pace, on_trouble)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        message = f"The database '{path}' cannot be opened: {error}"
        raise Failed(Fault(kind=Kind.UNAVAILABLE, message=message)) from error


def find_path(data_dir: Path, url: str) -> Path:
    """Find the file a url names; errors do not repeat the url, which may hold a password."""
    if not url:
        return data_dir / FILE_NAME
    if url.startswith(SQLITE) and len(url) > len(SQLITE):
        return Path(url.removeprefix(SQLITE))
    if url.startswith(POSTGRESQL):
        raise refused("PostgreSQL is not supported by this version yet; use 'sqlite:///path'.")
    raise refused("The database url must be 'sqlite:///path'.")


async def open_sqlite(path: Path, pace: Pace | None, on_trouble: Trouble) -> Store:
    """Open a SQLite file and put the ports together."""
    connection = await asyncio.to_thread(prepare, path)
    engine = open_engine(path)
    keys = SqlKeys(engine)
    try:
        if not is_current(connection):
            await asyncio.to_thread(migrate, engine)
        await keys.catch_up()
    except BaseException:
        keys.close()
        connection.close()
        engine.dispose()
        raise
    credentials = SqlCredentials(engine)
    loop = asyncio.get_running_loop()
    writer = LedgerWriter(connection, loop, pace, on_trouble)

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


def prepare(path: Path) -> sqlite3.Connection:
    """Make the file where it is missing, and connect to it."""
    make_file(path)
    return connect(path)


def is_current(connection: sqlite3.Connection) -> bool:
    """Say whether a database has the tables of this version."""
    try:
        rows = connection.execute("select version_num from alembic_version").fetchall()
    except sqlite3.OperationalError:
        return False  # there is no such table yet, or whatever is wrong shows when it is made
    return rows == [(HEAD,)]


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; Alembic is loaded here because its import takes longer than all
    the rest of opening a database that is current already."""
    import_module("endpoints_server.store.sql.migrate").upgrade(engine)


def refused(message: str) -> Failed:
    """Say why a database url is not used."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
