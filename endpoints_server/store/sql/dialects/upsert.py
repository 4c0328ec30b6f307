"""Insert, or do something else where the row is there, in the words that both databases share."""

from typing import Any, Self

from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.sql.base import SyntaxExtension


class Upsert(Insert):
    """An insert as SQLite spells it, which PostgreSQL spells the same."""

    inherit_cache = True

    def ext(self, extension: SyntaxExtension) -> Self:
        """Add a clause; PostgreSQL's compiler looks for a constraint's name in it."""
        named: Any = extension
        named.constraint_target = None
        return super().ext(extension)


def insert(table: Table) -> Upsert:
    """Insert rows into a table; the methods `on_conflict_do_…` say what else."""
    return Upsert(table)
