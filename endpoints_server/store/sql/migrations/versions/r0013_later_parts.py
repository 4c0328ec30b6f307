"""PostgreSQL counts what was spent in later parts of a rolling span, too."""

from alembic import op

from endpoints_server.store.sql.migrations.versions.first.r0009_hold import HOLD

revision = "0013"
down_revision = "0012"

HOLD_BESIDE = HOLD.replace("create function", "create or replace function").replace(
    "earlier.starts_at < account.starts_at", "earlier.starts_at <> account.starts_at"
)


def upgrade() -> None:
    """Make the function anew; SQLite has no need of one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(HOLD_BESIDE)
