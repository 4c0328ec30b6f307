"""Who changed what."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "changes",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("via", "person_id", "key_id", "kind", "name")
        ),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT),
    )
