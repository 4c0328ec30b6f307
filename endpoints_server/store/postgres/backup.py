"""How a PostgreSQL database is backed up: by its own program."""

import shlex
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.postgres.open import open_database

WHERE = ("host", "port", "user", "dbname")


def backup(_data_dir: Path, url: str, target: Path) -> None:
    """Raise Failed(bad_request), which says what to run; it holds no password."""
    conninfo, engine = open_database(url)
    engine.dispose()
    told = conninfo_to_dict(conninfo)
    place = " ".join(f"{name}={told[name]}" for name in WHERE if told.get(name))
    command = shlex.join(["pg_dump", "--format=custom", f"--file={target}", f"--dbname={place}"])
    message = f"PostgreSQL is backed up by its own program, while it serves. Run: {command}"
    raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
