"""Bring a SQLite file up to the tables of this version, as opening it does too."""

import sqlite3
from pathlib import Path

from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.migrations.migrate import Migrated
from endpoints_server.store.sqlite.file import connect, make_file, open_engine
from endpoints_server.store.sqlite.open import as_unavailable, find_path, find_revision, upgrade


def migrate(data_dir: Path, url: str) -> Migrated:
    """Make the file where it is missing, and run the migrations that are missing in it.

    Raises Failed: bad_request for a url that names no file, unavailable where it cannot be used.
    """
    path = find_path(data_dir, url)
    with as_unavailable(path):
        make_file(path)
        connection = connect(path)
        try:
            return bring_up(connection, path)
        finally:
            connection.close()


def bring_up(connection: sqlite3.Connection, path: Path) -> Migrated:
    """Run what is missing in a file that is there."""
    before = find_revision(connection)
    if before != HEAD:
        engine = open_engine(path)
        try:
            upgrade(engine)
        finally:
            engine.dispose()
    return Migrated(before, HEAD)
