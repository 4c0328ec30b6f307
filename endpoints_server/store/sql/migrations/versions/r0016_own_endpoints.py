"""Endpoints that people bring."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "own_endpoints",
        sa.Column("person_id", TEXT, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("slug", TEXT, primary_key=True),
        sa.Column("body", TEXT, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("created_at", "changed_at", "revision")
        ),
    )
    op.create_index("own_endpoints_revision", "own_endpoints", ["revision"], unique=True)
