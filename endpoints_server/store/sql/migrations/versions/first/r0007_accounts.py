"""Accounts, what is held of them and by which processes, and the rules that people set."""

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0007"
down_revision = "0006"

SPENT = """
insert into accounts (name, starts_at, cap_nano_usd, spent_nano_usd, reserved_nano_usd,
                      opening_nano_usd)
select 'balance:' || person_id, 0, granted_nano_usd,
       coalesce((select sum(cost_nano_usd) from entries
                 where entries.person_id = balances.person_id and is_charged), 0), 0, 0
from balances
"""
CHARGED = """
update entries set accounts = '[["balance:' || person_id || '",0]]' where is_charged
"""


def upgrade() -> None:
    """Make the tables; what was charged to balances so far becomes an account of each person."""
    make_accounts()
    make_reservations()
    make_rules()
    op.add_column(
        "entries", sa.Column("accounts", TEXT, nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column(
        "entries", sa.Column("abandoned", TEXT, nullable=False, server_default=sa.text("''"))
    )
    op.add_column("people", sa.Column("disabled_at", sa.BigInteger))
    op.execute(SPENT)
    op.execute(CHARGED)
    op.drop_index("entries_charged", "entries")


def make_accounts() -> None:
    """Make the table of accounts."""
    op.create_table(
        "accounts",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("starts_at", sa.BigInteger, primary_key=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in (
                *("cap_nano_usd", "spent_nano_usd", "reserved_nano_usd"),
                "opening_nano_usd",
            )
        ),
        sa.Column("expires_at", sa.BigInteger),
    )


def make_reservations() -> None:
    """Make the tables of what is held, and by whom."""
    op.create_table(
        "reservations",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("nano_usd", sa.BigInteger, nullable=False),
        sa.Column("charges", TEXT, nullable=False),
        sa.Column("entry", TEXT, nullable=False),
    )
    op.create_table(
        "owners",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )


def make_rules() -> None:
    """Make the table of budgets, limits and groups."""
    op.create_table(
        "rules",
        sa.Column("kind", TEXT, primary_key=True),
        sa.Column("place", TEXT, primary_key=True),
        sa.Column("body", TEXT),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("rules_revision", "rules", ["revision"], unique=True)
