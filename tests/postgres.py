"""A PostgreSQL of the tests' own, which may be stopped, killed and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from pwd import getpwnam

import psycopg
import pytest

from endpoints_server.store.postgres.migrate import migrate
from endpoints_server.store.sql.tables import METADATA, people

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
UNPRIVILEGED = ("postgres", "nobody")
TEMPLATE = "current"
PATIENCE_SECONDS = 30.0
SETTINGS = (
    *("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=200"),
    *("listen_addresses=", "autovacuum=off", "timezone=UTC"),
)
"""Quick, for nobody pulls this machine's plug; what survives a kill survives without them."""


class Cluster:
    """A server on a socket in a folder of its own; `folder` is removed by whoever made it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.user = unprivileged_user()
        self.process: subprocess.Popen[bytes] | None = None
        self.numbers = count()
        self.spare: list[str] = []
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "tests", "-E", "UTF8", "-N")

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs to its end."""
        command = [str(PROGRAMS[-1].parent / program), *map(str, arguments)]
        subprocess.run(
            command, user=self.user, cwd=self.folder, env=PLAIN, capture_output=True, check=True
        )

    def start(self, *settings: str) -> None:
        """Start the server, and wait until it answers."""
        chosen = [part for each in (*SETTINGS, *settings) for part in ("-c", each)]
        command = [str(PROGRAMS[-1].parent / "postgres"), "-D", str(self.data), *chosen]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-k", str(self.folder)],
                user=self.user,
                cwd=self.folder,
                env=PLAIN,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def signal(self, number: int) -> None:
        """Send a signal to the server, then to everything it runs."""
        assert self.process is not None
        for pid in (self.process.pid, *children_of(self.process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def freeze(self) -> None:
        """Stop it in its tracks: connections stay, answers do not come."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as a power cut does to its processes."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def stop(self) -> None:
        """End it at once, though without leaving the memory behind that its processes share."""
        if self.process is not None:
            self.thaw()
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def url(self, name: str) -> str:
        """Give the url of a database."""
        return f"postgresql://tests@/{name}?host={self.folder}"

    def execute(self, statement: str, name: str = "postgres") -> None:
        """Run a statement of the operator's."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self) -> Generator[str]:
        """Lend an empty database with the tables of this version; gives its url."""
        url = self.spare.pop() if self.spare else self.make_database()
        yield url
        empty(url)
        self.spare.append(url)

    def make_database(self, template: str = TEMPLATE) -> str:
        """Make a database with the tables of this version, and give its url."""
        name = f"test{next(self.numbers)}"
        self.execute(f"create database {name} template {template}")
        return self.url(name)


PLAIN = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def empty(url: str) -> None:
    """Take everything out of a database but the built-in admin."""
    names = ", ".join(table.name for table in METADATA.sorted_tables if table is not people)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"truncate {names} restart identity".encode())
        connection.execute("delete from people where id <> 'admin'")


def children_of(parent: int) -> list[int]:
    """List the processes that a process has started."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in found.split()]


def unprivileged_user() -> str | None:
    """Name the user to run as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    return next(name for name in UNPRIVILEGED if has_user(name))


def has_user(name: str) -> bool:
    """Say whether there is such a user."""
    try:
        getpwnam(name)
    except KeyError:
        return False
    return True


@contextmanager
def running_cluster(*settings: str) -> Generator[Cluster]:
    """Run a server for as long as the block lasts; skips where PostgreSQL is not installed."""
    if not PROGRAMS:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="es-pg-", dir="/tmp"))
    user = unprivileged_user()
    if user is not None:
        shutil.chown(folder, user)
    try:
        cluster = Cluster(folder)
        try:
            cluster.start(*settings)
            cluster.execute(f"create database {TEMPLATE}")
            migrate(folder, cluster.url(TEMPLATE))
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
