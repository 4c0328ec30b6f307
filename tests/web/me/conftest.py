"""A server whose people may bring endpoints, and two of them whom nobody knew before."""

from collections.abc import Generator
from itertools import count

import pytest

from tests.acceptance.test_own_keys import Someone, answer
from tests.serving import Serving, serving
from tests.upstreams.server import Running, Server
from tests.web.me.bringing import YAML, host_of, rewrite

NUMBERS = count()


@pytest.fixture(scope="module")
def upstream() -> Generator[Server]:
    """An upstream that answers any key and any model, in two wires."""
    with Running(Server(answer)) as running:
        yield running


@pytest.fixture(scope="module")
def standing(upstream: Server, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    yaml = YAML.format(url=upstream.url, host=host_of(upstream))
    with serving(yaml, tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def server(standing: Serving, upstream: Server) -> Generator[Serving]:
    """A server whose file may be written anew: afterwards it is as it was."""
    before = standing.config.read_text()
    upstream.seen.clear()
    yield standing
    if standing.config.read_text() != before:
        rewrite(standing, before)


@pytest.fixture
def ada(server: Serving) -> Generator[Someone]:
    """Somebody whom no test before this one knew."""
    someone = Someone(server, f"ada-{next(NUMBERS)}")
    with someone.client:
        yield someone


@pytest.fixture
def grace(server: Serving) -> Generator[Someone]:
    """Somebody else."""
    someone = Someone(server, f"grace-{next(NUMBERS)}")
    with someone.client:
        yield someone
