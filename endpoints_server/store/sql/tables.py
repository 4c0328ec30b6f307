"""The tables; a change here needs a migration in the same commit."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)

from endpoints_server.domain.money.tally import ALIKE
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.sql.dialects.columns import TEXT

LONG_DAYS = 32
PERSONAL = ("person_id", "key_id")
METADATA = MetaData()

people = Table(
    "people",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("username", TEXT, nullable=False),
    Column("email", TEXT, nullable=False),
    Column("role", TEXT, nullable=False),
    Column("provider", TEXT, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("disabled_at", BigInteger),
)

# `revision` grows with every change of any key, so that whoever remembers keys
# can ask for what changed since.
access_keys = Table(
    "access_keys",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("ring_id", TEXT, nullable=False),
    Column("shown", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("person_id", TEXT, ForeignKey("people.id"), nullable=False),
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
    Column("person_id", TEXT, nullable=False),
    Column("key_id", TEXT, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("sessions_expires", "expires_at"),
)

# `revision` as above; a key that was deleted stays as a row without a value, so that the deletion
# has a revision too.
credentials = Table(
    "credentials",
    METADATA,
    Column("person_id", TEXT, ForeignKey("people.id"), primary_key=True),
    Column("endpoint", TEXT, primary_key=True),
    Column("sealed", TEXT, nullable=False),
    Column("ending", TEXT, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("revision", BigInteger, nullable=False),
    Index("credentials_revision", "revision", unique=True),
)

balances = Table(
    "balances",
    METADATA,
    Column("person_id", TEXT, ForeignKey("people.id"), primary_key=True),
    Column("granted_nano_usd", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("refilled_at", BigInteger, nullable=False),
)

# An account is rows of one name, each of a span of time that begins at `starts_at`. How much was
# spent before the row was there is in `opening_nano_usd`, and in what was spent.
accounts = Table(
    "accounts",
    METADATA,
    Column("name", TEXT, primary_key=True),
    Column("starts_at", BigInteger, primary_key=True),
    Column("cap_nano_usd", BigInteger, nullable=False),
    Column("spent_nano_usd", BigInteger, nullable=False),
    Column("reserved_nano_usd", BigInteger, nullable=False),
    Column("opening_nano_usd", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)

# What is held for an attempt under way. `charges` names the rows of accounts, `entry` is what the
# ledger keeps where the owner dies.
reservations = Table(
    "reservations",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("owner", TEXT, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("nano_usd", BigInteger, nullable=False),
    Column("charges", TEXT, nullable=False),
    Column("entry", TEXT, nullable=False),
)

# The processes that hold something, and when each last said that it lives.
owners = Table(
    "owners",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
)

# Budgets, limits and groups set while the server runs; `revision` as above, and one without a
# `body` was deleted.
rules = Table(
    "rules",
    METADATA,
    Column("kind", TEXT, primary_key=True),
    Column("place", TEXT, primary_key=True),
    Column("body", TEXT),
    Column("revision", BigInteger, nullable=False),
    Index("rules_revision", "revision", unique=True),
)

# Endpoints of people's own; `revision` as above, and one without a `body` was deleted.
own_endpoints = Table(
    "own_endpoints",
    METADATA,
    Column("person_id", TEXT, ForeignKey("people.id"), primary_key=True),
    Column("slug", TEXT, primary_key=True),
    Column("body", TEXT, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("own_endpoints_revision", "revision", unique=True),
)

# `text` is null while a title is being made, and empty where none came of it.
titles = Table(
    "titles",
    METADATA,
    Column("person_id", TEXT, primary_key=True),
    Column("conversation_id", TEXT, primary_key=True),
    Column("text", TEXT),
    Column("claimed_at", BigInteger, nullable=False),
    Index("titles_claimed", "claimed_at"),
)

# `number` grows with every entry, in the order in which they were committed, and is never given
# again: whoever adds up entries can go on where they stopped. The rest is in the order of
# `entry_row.row_of`.
entries = Table(
    "entries",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("id", TEXT, nullable=False, unique=True),
    Column("request_id", TEXT, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("operation", TEXT, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("took", BigInteger, nullable=False),
    Column("first_byte_took", BigInteger),
    Column("person_id", TEXT, nullable=False),
    Column("key_id", TEXT, nullable=False),
    Column("conversation_id", TEXT, nullable=False),
    Column("endpoint", TEXT, nullable=False),
    Column("model", TEXT, nullable=False),
    Column("answered_model", TEXT, nullable=False),
    Column("wire_in", TEXT, nullable=False),
    Column("wire_out", TEXT, nullable=False),
    Column("is_stream", Boolean, nullable=False),
    Column("credential", TEXT, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("status", Integer, nullable=False),
    Column("fault", TEXT, nullable=False),
    Column("stop", TEXT, nullable=False),
    Column("usage_status", TEXT, nullable=False),
    Column("price_source", TEXT, nullable=False),
    Column("cost_nano_usd", BigInteger),
    Column("cost_status", TEXT, nullable=False),
    Column("reported_cost_nano_usd", BigInteger),
    Column("is_charged", Boolean, nullable=False),
    Column("config", TEXT, nullable=False),
    Column("losses", TEXT, nullable=False),
    Column("accounts", TEXT, nullable=False),
    Column("abandoned", TEXT, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("cache_write_hour_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("input_rate", TEXT),
    Column("output_rate", TEXT),
    Column("cache_read_rate", TEXT),
    Column("cache_write_rate", TEXT),
    Column("cache_write_hour_rate", TEXT),
    Column("reasoning_rate", TEXT),
    Index("entries_request", "request_id", "attempt"),
    Index("entries_person", "person_id", "started_at"),
    Index("entries_started", "started_at"),
    sqlite_autoincrement=True,
)
ENTRY_COLUMNS = tuple(entries.c)[1:]
"""What an entry is read from; its number is the table's own."""

MEASURES = (
    *("attempts", "unpriced", "estimated"),
    *(f"{name}_tokens" for name in Usage.__struct_fields__),
    *("cost_nano_usd", "estimated_nano_usd", "reported_nano_usd"),
)
"""What is added up of entries; as in `domain.money.tally`."""


def rollup(name: str, *alike: str) -> Table:
    """Make a table of sums over a day of UTC, and over what the entries in them have in common."""
    return Table(
        name,
        METADATA,
        Column("day", Integer, primary_key=True),
        *(Column(each, TEXT, primary_key=True) for each in alike),
        *(Column(each, BigInteger, nullable=False) for each in MEASURES),
        sqlite_with_rowid=False,
    )


# The same entries added up four times, so that every question finds few rows; the last by spans of
# `LONG_DAYS`, each under its first day.
tallies = rollup("tallies", *ALIKE)
tallies_by_model = rollup("tallies_by_model", *(name for name in ALIKE if name not in PERSONAL))
tallies_by_person = rollup("tallies_by_person", "person_id")
tallies_by_person_long = rollup("tallies_by_person_long", "person_id")
Index("tallies_person", tallies.c.person_id, tallies.c.day)

# How far in the numbers of entries somebody has come who goes through all of them.
watermarks = Table(
    "watermarks",
    METADATA,
    Column("name", TEXT, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# Who changed what; `before` and `after` are JSON, and null where there was or is nothing.
changes = Table(
    "changes",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("changed_at", BigInteger, nullable=False),
    *(
        Column(name, TEXT, nullable=False)
        for name in ("via", "person_id", "key_id", "kind", "name")
    ),
    Column("before", TEXT),
    Column("after", TEXT),
)

# What is answered again to a request that comes again under its name; `sealed` is empty until then.
answers = Table(
    "answers",
    METADATA,
    Column("person_id", TEXT, primary_key=True),
    Column("name", TEXT, primary_key=True),
    Column("digest", TEXT, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("sealed", TEXT, nullable=False),
    Index("answers_claimed", "claimed_at"),
)

# What the entries came to that were deleted, by the run that did it and by the day they began.
purges = Table(
    "purges",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("purged_at", BigInteger, nullable=False),
    Column("reason", TEXT, nullable=False),
    *(Column(each, BigInteger, nullable=False) for each in MEASURES),
)


def names_of(table: Table) -> tuple[str, ...]:
    """Give the names of a table's columns as plain text, which SQLAlchemy's own are not."""
    return tuple(str(column.name) for column in table.c)
