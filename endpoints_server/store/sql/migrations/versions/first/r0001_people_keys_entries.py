"""People, client keys, and the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from endpoints_server.store.sql.dialects.columns import TEXT

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables, and the built-in admin."""
    make_people()
    make_keys()
    make_entries()


def make_people() -> None:
    """Make the table of people with the one who is always there."""
    texts = ("name", "username", "email", "role", "provider")
    people = op.create_table(
        "people",
        sa.Column("id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in texts),
        sa.Column("fields", sa.JSON, nullable=False),
    )
    admin = {"id": "admin", "name": "admin", "username": "admin", "email": "", "role": "ADMIN"}
    op.bulk_insert(people, [{**admin, "provider": "local", "fields": {}}])


def make_keys() -> None:
    """Make the table of client keys."""
    op.create_table(
        "access_keys",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("ring_id", "shown", "name")),
        sa.Column("person_id", TEXT, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("access_keys_revision", "access_keys", ["revision"], unique=True)
    op.create_index("access_keys_person", "access_keys", ["person_id"])


def make_entries() -> None:
    """Make the ledger."""
    kinds: dict[str, Any] = {
        "text": TEXT,
        "whole": sa.Integer,
        "big": sa.BigInteger,
        "truth": sa.Boolean,
    }
    op.create_table(
        "entries",
        sa.Column("id", TEXT, primary_key=True),
        *(
            sa.Column(name.rstrip("?"), kinds[kind], nullable=name.endswith("?"))
            for kind, names in ENTRY_COLUMNS
            for name in names.split()
        ),
    )
    op.create_index("entries_request", "entries", ["request_id", "attempt"])
    op.create_index("entries_person", "entries", ["person_id", "started_at"])
    op.create_index("entries_started", "entries", ["started_at"])


ENTRY_COLUMNS = (
    ("text", "request_id"),
    ("whole", "attempt"),
    ("text", "operation"),
    ("big", "started_at took first_byte_took?"),
    ("text", "person_id key_id conversation_id endpoint model answered_model wire_in wire_out"),
    ("truth", "is_stream"),
    ("text", "credential outcome"),
    ("whole", "status"),
    ("text", "fault stop usage_status price_source"),
    ("big", "cost_nano_usd?"),
    ("text", "cost_status config losses"),
    ("big", "input_tokens cache_read_tokens cache_write_tokens cache_write_hour_tokens"),
    ("big", "output_tokens reasoning_tokens"),
    ("text", "input_rate? output_rate? cache_read_rate? cache_write_rate?"),
    ("text", "cache_write_hour_rate? reasoning_rate?"),
)
