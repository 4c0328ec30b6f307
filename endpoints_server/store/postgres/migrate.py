"""Bring a PostgreSQL database up to the tables of this version."""

from pathlib import Path

from endpoints_server.store.postgres.open import find_revision, open_database
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.migrations.migrate import Migrated, upgrade


def migrate(_data_dir: Path, url: str) -> Migrated:
    """Run the migrations that are missing; processes that start at once take turns.

    Raises Failed: bad_request for a url that cannot be read, unavailable where the database cannot
    be reached or was made by a newer version.
    """
    _, engine = open_database(url)
    try:
        before = find_revision(engine)
        upgrade(engine)
    finally:
        engine.dispose()
    return Migrated(before, HEAD)
