"""Titles of conversations."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of titles."""
    op.create_table(
        "titles",
        sa.Column("person_id", TEXT, primary_key=True),
        sa.Column("conversation_id", TEXT, primary_key=True),
        sa.Column("text", TEXT),
        sa.Column("claimed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("titles_claimed", "titles", ["claimed_at"])
