"""SQLite files: how they are made and connected to."""

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

from endpoints_server.store.sql.engine import Pool

BUSY_SECONDS = 30.0
"""How long a write waits for another process; a migration may take a while."""
FIRST_PAUSE_SECONDS = 0.01
LOG_PAGES = 4000
"""How long the write-ahead log grows (16 MB) before a commit brings it home, which takes several
times as long: at SQLite's own thousand that is one commit of a hundred, where ten calls share it.
"""


def make_file(path: Path) -> None:
    """Make the file, and folders that are missing, for nobody but ourselves to read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def connect(path: Path) -> sqlite3.Connection:
    """Connect the driver itself, for the writer of the ledger, which waits for others by itself.

    Transactions are begun by hand.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        set_up(connection)
        use_wal(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def set_up(connection: sqlite3.Connection) -> None:
    """Ask every connection for durable commits, kept references and a long log."""
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    connection.execute(f"pragma wal_autocheckpoint = {LOG_PAGES}")


def use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log; SQLite does not wait for others here, so we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    pause_seconds = FIRST_PAUSE_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(pause_seconds)
        pause_seconds *= 2


def open_engine(path: Path) -> Engine:
    """Open a pool of connections for everything but the ledger's writer."""
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        poolclass=Pool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,
    )
    event.listen(engine, "connect", set_up_pooled)
    event.listen(engine, "begin", begin)
    return engine


def set_up_pooled(connection: sqlite3.Connection, _record: object) -> None:
    """Set up a connection of the pool."""
    set_up(connection)


def begin(connection: Connection) -> None:
    """Begin by hand: a write must take its lock before it reads what it decides on."""
    options = connection.get_execution_options()
    if not options.get("is_writing"):
        connection.exec_driver_sql("begin")
        return
    durability = "normal" if options.get("is_light") else "full"
    connection.exec_driver_sql(f"pragma synchronous = {durability}")
    connection.exec_driver_sql("begin immediate")
