"""PostgreSQL plans what it does with accounts once for a connection, and not for every batch.

It takes the values at hand for worth a plan of their own, over and over, which took a third of what
settling a call takes; every way through these statements is by an index, whatever the values.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

ONE_PLAN = """
alter function take_turn(boolean, jsonb, jsonb) set plan_cache_mode = force_generic_plan
"""


def upgrade() -> None:
    """Set it on the function; SQLite has no need of it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ONE_PLAN)
