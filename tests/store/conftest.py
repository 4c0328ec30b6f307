"""The backends that the contract is checked against."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from endpoints_server.store.memory import open_memory
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.writer import Pace


async def open_backend(name: str, data_dir: Path) -> Store:
    """Open an empty store of a kind."""
    match name:
        case "memory":
            return open_memory()
        case "sqlite":
            return await open_store(data_dir, pace=Pace(window_seconds=0))
        case _:
            raise ValueError(name)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty store of each kind in turn."""
    opened = await open_backend(request.param, tmp_path / "state")
    yield opened
    await opened.close()
