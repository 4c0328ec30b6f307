"""Titles of conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of titles."""
    op.create_table(
        "titles",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, primary_key=True),
        sa.Column("text", sa.Text),
        sa.Column("claimed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("titles_claimed", "titles", ["claimed_at"])
