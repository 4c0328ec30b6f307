"""The keys that people bring, sealed."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of credentials."""
    op.create_table(
        "credentials",
        sa.Column("person_id", TEXT, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("endpoint", TEXT, primary_key=True),
        sa.Column("sealed", TEXT, nullable=False),
        sa.Column("ending", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("credentials_revision", "credentials", ["revision"], unique=True)
