"""The server, the stage behind it and a caller before it, of what a module says is `staged`."""

from collections.abc import AsyncGenerator

import httpx2
import pytest

from tests.calls.routing.stage import Stage, caller
from tests.serving import Serving


@pytest.fixture
def server(staged: tuple[Serving, Stage]) -> Serving:
    return staged[0]


@pytest.fixture
def stage(staged: tuple[Serving, Stage]) -> Stage:
    return staged[1]


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with caller(server) as client:
        yield client
