"""An empty store of each kind."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from endpoints_server.store.ports import Store
from tests.postgres import Cluster
from tests.store.backends import BACKENDS, SHARED_BACKENDS, open_backend


def url_of(request: pytest.FixtureRequest) -> str:
    """Give the url of a fresh store of the kind that a test is run for."""
    if request.param != "postgresql":
        return "memory" if request.param == "memory" else ""
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.make_database()


@pytest.fixture(params=BACKENDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty store of each kind in turn."""
    opened = await open_backend(url_of(request), tmp_path / "state")
    yield opened
    await opened.close()


@pytest.fixture(params=SHARED_BACKENDS)
def shared_url(request: pytest.FixtureRequest) -> str:
    """The url of an empty store that several may open at once: SQLite in turn with PostgreSQL."""
    return url_of(request)
