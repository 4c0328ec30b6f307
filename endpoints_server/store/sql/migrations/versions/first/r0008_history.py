"""Sums of entries by day, how far they have come, and what was purged."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0008"
down_revision = "0007"

WHAT = ("endpoint", "model", "answered_model", "operation", "credential")
ROLLUPS = {
    "tallies": ("person_id", "key_id", *WHAT),
    "tallies_by_model": WHAT,
    "tallies_by_person": ("person_id",),
    "tallies_by_person_long": ("person_id",),
}
MEASURES = (
    *("attempts", "unpriced", "estimated"),
    *("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_hour_tokens"),
    *("output_tokens", "reasoning_tokens"),
    *("cost_nano_usd", "estimated_nano_usd", "reported_nano_usd"),
)


def upgrade() -> None:
    """Make the tables, which are empty: the server adds up what is there while it serves."""
    for name, alike in ROLLUPS.items():
        op.create_table(
            name,
            sa.Column("day", sa.Integer, primary_key=True),
            *(sa.Column(each, TEXT, primary_key=True) for each in alike),
            *measures(),
            sqlite_with_rowid=False,
        )
    op.create_index("tallies_person", "tallies", ["person_id", "day"])
    op.create_table(
        "watermarks",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "purges",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("purged_at", sa.BigInteger, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        *measures(),
    )


def measures() -> list[sa.Column[int]]:
    """Make the columns of what is added up."""
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in MEASURES]
