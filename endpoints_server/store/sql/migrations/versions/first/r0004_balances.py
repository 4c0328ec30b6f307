"""What people were granted, what upstreams said a call cost, and what was charged."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of balances, and say of every entry so far that it was not charged."""
    op.create_table(
        "balances",
        sa.Column("person_id", TEXT, sa.ForeignKey("people.id"), primary_key=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("granted_nano_usd", "opened_at", "refilled_at")
        ),
    )
    op.add_column("entries", sa.Column("reported_cost_nano_usd", sa.BigInteger))
    no = sa.false()
    op.add_column("entries", sa.Column("is_charged", sa.Boolean, nullable=False, server_default=no))
    op.create_index(
        "entries_charged", "entries", ["person_id"], sqlite_where=sa.text("is_charged = 1")
    )
