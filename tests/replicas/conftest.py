"""Eight replicas that all tests of this folder share, on a PostgreSQL and a Redis of their own."""

from collections.abc import Generator

import pytest

from tests.postgres import Cluster
from tests.redis import running_redis
from tests.replicas.fleet import Fleet, file_of, fleet_of
from tests.replicas.speaking import Speaking
from tests.upstreams.server import Running

REPLICAS = 8


@pytest.fixture(scope="session")
def upstream() -> Generator[Speaking]:
    with Running(Speaking()) as running:
        yield running


@pytest.fixture(scope="session")
def database_url(cluster: Cluster) -> str:
    return cluster.make_database()


@pytest.fixture(scope="session")
def redis_url() -> Generator[str]:
    with running_redis() as running:
        yield running.url


@pytest.fixture(scope="session")
def fleet(
    upstream: Speaking,
    database_url: str,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with fleet_of(REPLICAS, folder, file_of(upstream), database_url, redis_url) as running:
        yield running
        assert "Traceback" not in running.said()
