"""The backends that the contract is checked against, and how each is opened."""

from pathlib import Path

from endpoints_server.store.memory import open_memory
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.ledger.pace import Pace
from endpoints_server.store.sql.opening import Opening

AT_ONCE = Opening(pace=Pace(window_seconds=0))
"""A ledger that lets nothing gather."""
BACKENDS = ("memory", "sqlite", "postgresql")
SHARED_BACKENDS = BACKENDS[1:]
"""Those that several processes may open at once."""


async def open_backend(url: str, data_dir: Path) -> Store:
    """Open the memory, or what a url names; an empty one is the file in the data dir."""
    return open_memory() if url == "memory" else await open_store(data_dir, url, AT_ONCE)
