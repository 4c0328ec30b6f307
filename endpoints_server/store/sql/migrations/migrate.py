"""Bring a database up to the tables of this version; imported only when that is needed."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from msgspec import Struct
from sqlalchemy import Engine

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.sql.engine import Turn, writing

PATIENCE_SECONDS = 3600.0
MIGRATIONS = Path(__file__).parent


class Migrated(Struct, frozen=True):
    """The revisions before and after; None where there were no tables yet."""

    before: str | None
    after: str


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, all or none; processes that start at once take turns.

    Raises Failed(unavailable) where the database was made by a newer version.
    """
    config = history()
    with writing(engine, Turn.MIGRATIONS, PATIENCE_SECONDS) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            message = "The database was made by a newer version of this server."
            fault = Fault(kind=Kind.UNAVAILABLE, message=message, detail=str(error))
            raise Failed(fault) from error


def history() -> Config:
    """Say where the migrations are: in a folder, and in folders of it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("recursive_version_locations", "true")
    return config
