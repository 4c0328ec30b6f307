"""A consistent copy of a SQLite file, made while others read and write it."""

import os
import sqlite3
from pathlib import Path

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.sqlite.open import as_unavailable, find_path

PAGES_AT_ONCE = 1000
"""About four megabytes; between two such steps others may write."""


def backup(data_dir: Path, url: str, target: Path) -> None:
    """Copy the file that a url names to one that is not there yet.

    Raises Failed: bad_request where there is nothing to copy or the target is there, unavailable
    where either cannot be used.
    """
    source = find_path(data_dir, url)
    if not source.exists():
        raise refused(f"There is no database '{source}' to copy.")
    with as_unavailable(target):
        try:
            os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise refused(f"'{target}' is there already; name a file that is not.") from None
        try:
            copy(source, target)
        except BaseException:
            target.unlink()
            raise


def copy(source: Path, target: Path) -> None:
    """Copy page by page; what is written meanwhile is in the copy or not, but never half."""
    read, written = sqlite3.connect(source), sqlite3.connect(target)
    try:
        read.execute("begin")
        read.execute("select count(*) from sqlite_schema").fetchone()  # one state from here on
        read.backup(written, pages=PAGES_AT_ONCE)
        written.execute("pragma wal_checkpoint(truncate)")
    finally:
        read.close()
        written.close()


def refused(message: str) -> Failed:
    """Say why there is no copy."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
