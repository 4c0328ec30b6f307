"""Moves everything from a SQLite file to PostgreSQL, and reads it back to prove it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Table, delete, func, select, text

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.postgres.migrate import migrate
from endpoints_server.store.postgres.open import open_database
from endpoints_server.store.sql.dialects.columns import whole_sum
from endpoints_server.store.sql.engine import LONG_SECONDS, Turn, reading, writing
from endpoints_server.store.sql.tables import METADATA, entries, names_of, people
from endpoints_server.store.sqlite.file import open_engine
from endpoints_server.store.sqlite.migrate import migrate as migrate_file
from endpoints_server.store.sqlite.open import find_path

ROWS_AT_ONCE = 1000
NUL = "\x00"
REPLACEMENT = "\ufffd"
"""What stands in PostgreSQL for the one character that it cannot hold."""


class Copied(Struct, frozen=True, kw_only=True):
    """How many rows of each table were copied, and what all entries of the ledger cost."""

    rows: dict[str, int]
    cost_nano_usd: int


def copy(data_dir: Path, url: str) -> Copied:
    """Copy the file in a data dir to an empty database, in one transaction: all or nothing.

    Both are brought up to date first. Every row is read back and compared. Raises Failed:
    bad_request where there is no file or the database holds something, unavailable where either
    cannot be used, internal where what was read back differs.
    """
    path = find_path(data_dir, "")
    if not path.exists():
        raise refused(f"There is no database '{path}' to copy.")
    migrate_file(data_dir, "")
    migrate(data_dir, url)
    source, (_, target) = open_engine(path), open_database(url)
    try:
        with (
            reading(source) as read,
            writing(target, Turn.MIGRATIONS, LONG_SECONDS) as written,
        ):
            require_empty(written)
            rows = {table.name: copy_table(read, written, table) for table in tables()}
            return Copied(rows=rows, cost_nano_usd=compare(read, written))
    finally:
        source.dispose()
        target.dispose()


def tables() -> list[Table]:
    """Give the tables in an order in which each comes after those it refers to."""
    return list(METADATA.sorted_tables)


def require_empty(written: Connection) -> None:
    """Make room for the built-in admin of the file; refuse where anything else would be lost."""
    written.execute(delete(people).where(people.c.id == ADMIN.id))
    for table in tables():
        if written.execute(select(func.count()).select_from(table)).scalar_one():
            raise refused(
                f"The database that ES_DATABASE_URL names holds {table.name} already. "
                "Copying needs an empty one."
            )


def copy_table(read: Connection, written: Connection, table: Table) -> int:
    """Copy the rows as they stand in the file, and count them."""
    names = ", ".join(names_of(table))
    rows = read.exec_driver_sql(f"select {names} from {table.name}")  # noqa: S608  our own names
    count = 0
    driver: Any = written.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"copy {table.name} ({names}) from stdin") as stream,
    ):
        for row in rows:
            stream.write_row([holdable(value) for value in row])
            count += 1
    go_on_counting(written, table)
    return count


def holdable(value: Any) -> Any:
    """Replace what PostgreSQL cannot hold."""
    return value.replace(NUL, REPLACEMENT) if isinstance(value, str) else value


def go_on_counting(written: Connection, table: Table) -> None:
    """Let numbers that the database gives go on after the highest that was copied."""
    for column in table.c:
        if column.identity is not None:
            highest = written.execute(select(func.max(column))).scalar_one()
            place = {"table": table.name, "column": column.name, "highest": highest}
            if highest is not None:
                written.execute(
                    text("select setval(pg_get_serial_sequence(:table, :column), :highest)"), place
                )


def compare(read: Connection, written: Connection) -> int:
    """Read every row of both, and give what all entries cost; raises Failed(internal)."""
    for table in tables():
        if digest_of(read, table) != digest_of(written, table):
            raise differs(f"The table {table.name} does not read back as it was")
    costs = [total(connection) for connection in (read, written)]
    if costs[0] != costs[1]:
        raise differs(f"The entries cost {costs[0]} nano-USD in the file, {costs[1]} there")
    return costs[0]


def digest_of(connection: Connection, table: Table) -> str:
    """Digest all rows of a table, in the order of its key."""
    ordered = select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(ordered)
    digest = hashlib.sha256()
    for line in lines_of(found):
        digest.update(line)
    return digest.hexdigest()


def lines_of(rows: Iterable[Any]) -> Iterator[bytes]:
    """Write rows so that equal ones look the same, whichever database they come from."""
    for row in rows:
        values = [holdable(value) for value in row]
        yield json.dumps(values, sort_keys=True, default=bytes.hex).encode() + b"\n"


def total(connection: Connection) -> int:
    """Add up what all entries cost, in nano-USD."""
    return connection.execute(select(whole_sum(entries.c.cost_nano_usd))).scalar_one()


def refused(message: str) -> Failed:
    """Say why nothing was copied."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))


def differs(what: str) -> Failed:
    """Say that a copy is none."""
    return Failed(Fault(kind=Kind.INTERNAL, message=f"{what}. Nothing was copied."))
