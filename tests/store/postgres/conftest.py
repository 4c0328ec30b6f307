"""A PostgreSQL that a test may treat badly."""

from collections.abc import Generator

import pytest

from tests.postgres import Cluster, running_cluster


@pytest.fixture(scope="package")
def own_cluster() -> Generator[Cluster]:
    """A server that no other test relies on."""
    with running_cluster() as running:
        yield running
