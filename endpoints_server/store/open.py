"""Open a store by its address."""

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.store.ports import Store
from endpoints_server.store.shared.bell import Bell
from endpoints_server.store.shared.open import open_shared
from endpoints_server.store.sql.opening import Opening

BACKENDS = {
    "": "sqlite",
    "sqlite": "sqlite",
    "postgresql": "postgres",
    "postgres": "postgres",
}
"""Which folder opens a url, by its scheme; only the one that is needed is loaded."""


class Backend(Protocol):
    """The module `open` of such a folder."""

    async def open_store(self, data_dir: Path, url: str, opening: Opening, bell: Bell) -> Store:
        """Open a store."""


async def open_store(data_dir: Path, url: str = "", opening: Opening | None = None) -> Store:
    """Open the store at `url` (`sqlite:///path`, `postgresql://…`), else the file in the data dir.

    A missing file is made, and its tables brought up to date; PostgreSQL is left as it is found.
    Raises Failed: bad_request for a url of no database we know, unavailable where the database
    cannot be opened or lacks migrations. Errors do not repeat the url, which may hold a password.
    """
    backend: Backend = load_backend(url, "open")
    opening = opening or Opening()
    shared = await open_shared(opening.redis_url)
    try:
        store = await backend.open_store(data_dir, url, opening, shared.bell)
    except BaseException:
        await shared.close()
        raise

    async def close() -> None:
        await store.close()
        await shared.close()

    return replace(
        store,
        limits=shared.limits or store.limits,
        issuers=shared.issuers or store.issuers,
        close=close,
    )


def load_backend(url: str, name: str) -> Any:
    """Load a module of the folder that a url's scheme names."""
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme not in BACKENDS:
        message = "The database url must be 'sqlite:///path' or 'postgresql://…'."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
    return import_module(f"endpoints_server.store.{BACKENDS[scheme]}.{name}")
