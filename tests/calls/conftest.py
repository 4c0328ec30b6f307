"""A server before a provider that misbehaves, with deadlines of a second or so."""

from collections.abc import AsyncGenerator, Generator

import httpx2
import pytest

from tests.calls.places import SUFFIXES, config, endpoint, misbehaving
from tests.serving import Serving, serving
from tests.upstreams.bad import BEHAVIOURS, BadProvider
from tests.upstreams.server import Running

TIMEOUTS = {"connect": 0.6, "firstToken": 1.0, "betweenTokens": 0.7, "total": 2.0}
BOUNDS = {"requestBytes": 4_000_000, "replyBytes": 20_000_000, "eventBytes": 2_000_000}
PATIENT = {"firstToken": 10, "betweenTokens": 10, "total": 20}
LARGE = [
    f"{wire}-{name}" for wire in SUFFIXES for name in ("huge-event", "many-models", "oversized")
]
"""The endpoints whose answers take their time to make."""


@pytest.fixture(scope="session")
def provider() -> Generator[BadProvider]:
    with Running(BadProvider(pause_seconds=0.05)) as provider:
        yield provider


@pytest.fixture(scope="session")
def server(provider: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [
        *misbehaving(provider.url, BEHAVIOURS),
        *(endpoint(f"{wire}-slow-tls", wire, provider.slow_tls_url) for wire in SUFFIXES),
        endpoint("narrow", "chat", provider.url, BEHAVIOURS),
    ]
    special = {name: {"timeouts": PATIENT} for name in LARGE} | {"narrow": {"maxConnections": 4}}
    text = config(endpoints, {"timeouts": TIMEOUTS, "bounds": BOUNDS, "endpoints": special})
    with serving(text, tmp_path_factory.mktemp("misbehaving")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=None
    ) as client:
        yield client
