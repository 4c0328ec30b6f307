"""Open a store in a SQLite file, which is made and brought up to date on the way."""

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.ports import Store
from endpoints_server.store.shared.bell import Bell
from endpoints_server.store.sql.assemble import assemble
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.opening import Opening
from endpoints_server.store.sqlite.file import connect, make_file, open_engine
from endpoints_server.store.sqlite.journal import SqliteJournal

FILE_NAME = "endpoints.sqlite3"
SQLITE = "sqlite:///"


async def open_store(data_dir: Path, url: str, opening: Opening, bell: Bell) -> Store:
    """Open the file that a url names, else the one in the data dir; as `store.open` says."""
    path = find_path(data_dir, url)
    with as_unavailable(path):
        return await open_file(path, opening, bell)


def find_path(data_dir: Path, url: str) -> Path:
    """Find the file a url names; raises Failed(bad_request) for one that names none."""
    if not url:
        return data_dir / FILE_NAME
    if url.startswith(SQLITE) and len(url) > len(SQLITE):
        return Path(url.removeprefix(SQLITE))
    message = "The database url must be 'sqlite:///path'."
    raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message))


@contextmanager
def as_unavailable(path: Path) -> Generator[None]:
    """Say which file cannot be opened, and why."""
    try:
        yield
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        message = f"The database '{path}' cannot be opened: {error}"
        raise Failed(Fault(kind=Kind.UNAVAILABLE, message=message)) from error


async def open_file(path: Path, opening: Opening, bell: Bell) -> Store:
    """Open a SQLite file and put the ports together."""
    connection = await asyncio.to_thread(prepare, path)
    try:
        engine = open_engine(path)
        if find_revision(connection) != HEAD:
            await asyncio.to_thread(upgrade, engine)
        return await assemble(engine, lambda: SqliteJournal(connection), opening, bell)
    except BaseException:
        connection.close()
        raise


def prepare(path: Path) -> sqlite3.Connection:
    """Make the file where it is missing, and connect to it."""
    make_file(path)
    return connect(path)


def find_revision(connection: sqlite3.Connection) -> str | None:
    """Find out which migration came last; None where none was run."""
    try:
        row = connection.execute("select version_num from alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None  # there is no such table yet, or whatever is wrong shows when it is made
    return str(row[0]) if row else None


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date; Alembic is loaded here because its import takes longer than all
    the rest of opening a database that is current already."""
    import_module("endpoints_server.store.sql.migrations.migrate").upgrade(engine)
