"""Bring a PostgreSQL database up to the tables of this version."""

from sqlalchemy import Engine

from endpoints_server.store.postgres.open import find_revision, open_database
from endpoints_server.store.sql.migrate import upgrade


def migrate(url: str) -> tuple[str | None, str | None]:
    """Run the migrations that are missing, and give the revisions before and after.

    Processes that start at once take turns. Raises Failed.
    """
    _, engine = open_database(url)
    try:
        return upgrade_noting(engine)
    finally:
        engine.dispose()


def upgrade_noting(engine: Engine) -> tuple[str | None, str | None]:
    """Upgrade, and tell from which revision to which."""
    before = find_revision(engine)
    upgrade(engine)
    return before, find_revision(engine)
