"""PostgreSQL and Redis for the servers under test, where they are installed."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from msgspec import Struct

from tests.postgres import PROGRAMS, Cluster, running_cluster
from tests.redis import PROGRAM, RedisProcess, running_redis

SETTINGS = (
    *("fsync=on", "full_page_writes=on", "shared_buffers=128MB", "autovacuum=on"),
    *("min_wal_size=512MB", "max_wal_size=1GB"),
)
"""As it is used by people, and not by tests, which lose nothing with the power."""
USED_FILES = 24
"""Of its log, 16 MB each: a server that has run for a while writes over those it has."""


class Stores(Struct, frozen=True, kw_only=True):
    """The servers that run; None for what is not installed."""

    postgres: Cluster | None
    redis: RedisProcess | None

    @property
    def process_ids(self) -> list[int]:
        """The processes to watch, without those they started."""
        found = [each.process for each in (self.postgres, self.redis) if each is not None]
        return [process.pid for process in found if process is not None]

    def database(self) -> Mapping[str, str]:
        """Set a server up for a database of its own."""
        if self.postgres is None:
            raise LookupError("PostgreSQL")
        return {"ES_DATABASE_URL": self.postgres.make_database()}

    def limits(self) -> Mapping[str, str]:
        """Set a server up for limits that are shared."""
        if self.redis is None:
            raise LookupError("Redis")
        return {"ES_REDIS_URL": self.redis.url}


@contextmanager
def running_stores() -> Iterator[Stores]:
    """Run what there is to run for as long as the block lasts."""
    with ExitStack() as stack:
        yield Stores(
            postgres=stack.enter_context(used_cluster()) if PROGRAMS else None,
            redis=stack.enter_context(running_redis()) if PROGRAM else None,
        )


@contextmanager
def used_cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL that need not make the files of its log while it is measured."""
    with running_cluster(*SETTINGS) as cluster:
        for _ in range(USED_FILES):
            cluster.execute("select pg_logical_emit_message(true, 'bench', 'used')")
            cluster.execute("select pg_switch_wal()")
        cluster.execute("checkpoint")
        yield cluster
