"""The tables; a change here needs a migration in the same commit."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

METADATA = MetaData()

people = Table(
    "people",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("fields", JSON, nullable=False),
)

# `revision` grows with every change of any key, so that whoever remembers keys
# can ask for what changed since.
access_keys = Table(
    "access_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("ring_id", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
    Index("access_keys_revision", "revision", unique=True),
    Index("access_keys_person", "person_id"),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("sessions_expires", "expires_at"),
)

# `revision` as above; a key that was deleted stays as a row without a value, so that the deletion
# has a revision too.
credentials = Table(
    "credentials",
    METADATA,
    Column("person_id", Text, ForeignKey("people.id"), primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("ending", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
    Index("credentials_revision", "revision", unique=True),
)

balances = Table(
    "balances",
    METADATA,
    Column("person_id", Text, ForeignKey("people.id"), primary_key=True),
    Column("granted_nano_usd", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("refilled_at", BigInteger, nullable=False),
)

# `text` is null while a title is being made, and empty where none came of it.
titles = Table(
    "titles",
    METADATA,
    Column("person_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("text", Text),
    Column("claimed_at", BigInteger, nullable=False),
    Index("titles_claimed", "claimed_at"),
)

# In the order of `entry_row.row_of`.
entries = Table(
    "entries",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("operation", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("took", BigInteger, nullable=False),
    Column("first_byte_took", BigInteger),
    Column("person_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("answered_model", Text, nullable=False),
    Column("wire_in", Text, nullable=False),
    Column("wire_out", Text, nullable=False),
    Column("is_stream", Boolean, nullable=False),
    Column("credential", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    Column("stop", Text, nullable=False),
    Column("usage_status", Text, nullable=False),
    Column("price_source", Text, nullable=False),
    Column("cost_nano_usd", BigInteger),
    Column("cost_status", Text, nullable=False),
    Column("reported_cost_nano_usd", BigInteger),
    Column("is_charged", Boolean, nullable=False),
    Column("config", Text, nullable=False),
    Column("losses", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("cache_write_hour_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("input_rate", Text),
    Column("output_rate", Text),
    Column("cache_read_rate", Text),
    Column("cache_write_rate", Text),
    Column("cache_write_hour_rate", Text),
    Column("reasoning_rate", Text),
    Index("entries_request", "request_id", "attempt"),
    Index("entries_person", "person_id", "started_at"),
    Index("entries_started", "started_at"),
    Index("entries_charged", "person_id", sqlite_where=text("is_charged = 1")),
)


def names_of(table: Table) -> tuple[str, ...]:
    """Give the names of a table's columns as plain text, which SQLAlchemy's own are not."""
    return tuple(str(column.name) for column in table.c)
