"""PostgreSQL and Redis for the servers under test, where they are installed."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from msgspec import Struct

from tests.postgres import PROGRAMS, Cluster, running_cluster
from tests.redis import PROGRAM, RedisProcess, running_redis

SETTINGS = ("fsync=on", "full_page_writes=on", "shared_buffers=128MB")
"""As it is used by people, and not by tests, which lose nothing with the power."""


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
            postgres=stack.enter_context(running_cluster(*SETTINGS)) if PROGRAMS else None,
            redis=stack.enter_context(running_redis()) if PROGRAM else None,
        )
