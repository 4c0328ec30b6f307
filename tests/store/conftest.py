"""An empty store of each kind."""

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from endpoints_server.store.ports import Store
from tests.postgres import Cluster
from tests.store.backends import BACKENDS, SHARED_BACKENDS, open_backend


@contextmanager
def url_of(request: pytest.FixtureRequest) -> Generator[str]:
    """Give the url of an empty store of the kind that a test is run for."""
    if request.param != "postgresql":
        yield "memory" if request.param == "memory" else ""
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.database() as url:
        yield url


@pytest.fixture(params=BACKENDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty store of each kind in turn."""
    with url_of(request) as url:
        opened = await open_backend(url, tmp_path / "state")
        yield opened
        await opened.close()


@pytest.fixture(params=SHARED_BACKENDS)
def shared_url(request: pytest.FixtureRequest) -> Generator[str]:
    """The url of an empty store that several may open at once: SQLite in turn with PostgreSQL."""
    with url_of(request) as url:
        yield url
