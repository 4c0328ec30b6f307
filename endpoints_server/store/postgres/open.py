"""Open a store on PostgreSQL whose tables are those of this version."""

import asyncio
from pathlib import Path

import psycopg
from sqlalchemy import Engine, select, table
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.sql import column

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.ports import Store
from endpoints_server.store.postgres.connection import read_url
from endpoints_server.store.postgres.journal import PostgresJournal
from endpoints_server.store.postgres.pool import open_engine
from endpoints_server.store.postgres.shortcut import PostgresShortcut
from endpoints_server.store.shared.bell import Bell
from endpoints_server.store.spool.journal import SpoolingJournal
from endpoints_server.store.spool.spool import Spool
from endpoints_server.store.sql.assemble import assemble
from endpoints_server.store.sql.engine import words_of
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.opening import Opening

SPOOL = "spool"
HOW = "Run: endpoints-server db migrate"
REVISION = select(table("alembic_version", column("version_num")).c.version_num)


async def open_store(data_dir: Path, url: str, opening: Opening, bell: Bell) -> Store:
    """Open the database that a url names; as `store.open` says."""
    conninfo, engine = open_database(url)
    try:
        await asyncio.to_thread(require_current, engine)
    except BaseException:
        engine.dispose()
        raise

    def make_journal() -> SpoolingJournal:
        return SpoolingJournal(
            lambda: PostgresJournal(conninfo),
            Spool(data_dir / SPOOL),
            opening.on_trouble,
            opening.on_return,
            PostgresShortcut(conninfo),
        )

    return await assemble(engine, make_journal, opening, bell)


def open_database(url: str) -> tuple[str, Engine]:
    """Give what a url says, and a pool; nothing is connected yet. Raises Failed(bad_request)."""
    try:
        conninfo = read_url(url)
    except psycopg.ProgrammingError:
        # the driver's words may hold the password
        message = "The database url cannot be read; it is 'postgresql://user:password@host/name'."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message)) from None
    return conninfo, open_engine(conninfo)


def require_current(engine: Engine) -> None:
    """Look whether the tables are those of this version; raises Failed(unavailable)."""
    found = find_revision(engine)
    if found == HEAD:
        return
    if found is None:
        raise unavailable(f"The database has no tables yet. {HOW}")
    if found < HEAD:
        raise unavailable(f"The tables of the database are older than this version. {HOW}")
    raise unavailable("The tables of the database were made by a newer version of this server.")


def find_revision(engine: Engine) -> str | None:
    """Find out which migration came last; None where none was run. Raises Failed(unavailable)."""
    try:
        with engine.connect() as connection:
            return connection.execute(REVISION).scalar_one_or_none()
    except ProgrammingError:
        return None
    except SQLAlchemyError as error:
        raise unavailable(f"The database cannot be used: {words_of(error)}") from error


def unavailable(message: str) -> Failed:
    """Say why a database is not used."""
    return Failed(Fault(kind=Kind.UNAVAILABLE, message=message))
