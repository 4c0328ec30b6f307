"""A number for every entry, which grows and is never given again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BEFORE = "entries_without_numbers"
INDEXES = {
    "entries_request": ["request_id", "attempt"],
    "entries_person": ["person_id", "started_at"],
    "entries_started": ["started_at"],
}


def upgrade() -> None:
    """Make the table of entries anew, in the order in which they were written."""
    found = sa.Table("entries", sa.MetaData(), autoload_with=op.get_bind())
    for name in (*INDEXES, "entries_charged"):
        op.drop_index(name, "entries")
    op.rename_table("entries", BEFORE)
    numbered = op.create_table(
        "entries",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.Identity(),
            primary_key=True,
        ),
        *(column_like(column) for column in found.c),
        sqlite_autoincrement=True,
    )
    names = [column.name for column in found.c]
    before = sa.table(BEFORE, *map(sa.column, names))
    kept = sa.select(*before.c).order_by(before.c.started_at, before.c.id)
    op.execute(sa.insert(numbered).from_select(names, kept))
    op.drop_table(BEFORE)
    for name, columns in INDEXES.items():
        op.create_index(name, "entries", columns)
    op.create_index(
        "entries_charged",
        "entries",
        ["person_id"],
        sqlite_where=sa.text("is_charged = 1"),
        postgresql_where=sa.text("is_charged"),
    )


def column_like(column: sa.Column[object]) -> sa.Column[object]:
    """Give a column as it was, without what a migration filled it with."""
    is_id = column.name == "id"
    return sa.Column(column.name, column.type, nullable=column.nullable, unique=is_id or None)
