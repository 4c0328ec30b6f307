"""What a second process does with a store, as told by its arguments."""

import asyncio
import sys
from pathlib import Path

from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.keyring.ring import open_ring
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.ledger.pace import Pace
from endpoints_server.store.sql.opening import Opening
from tests.store.entries import entry

WRITERS = 20
LONG_WINDOW_SECONDS = 0.5
"""Longer than an interpreter takes to end, so that it has to wait."""
KEPT: list[Store] = []
"""Stores that are never closed."""
KEPT_TASKS: list[asyncio.Task[None]] = []


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def record_until_killed(data_dir: Path, name: str) -> None:
    """Record entries without end, and say the id of each that is durable."""
    store = await open_store(data_dir)

    async def write(writer: int) -> None:
        number = 0
        while True:
            entry_id = f"{name}-{writer}-{number}"
            await store.ledger.record(entry(entry_id))
            say(entry_id)
            number += 1

    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))


async def record_once(data_dir: Path, name: str) -> None:
    """Open a store, record one entry, and close it."""
    store = await open_store(data_dir)
    await store.ledger.record(entry(name))
    say(open_ring(data_dir).newest)
    await store.close()


async def record_while_cancelled(data_dir: Path, name: str) -> None:
    """Leave a task behind that records only once it is cancelled, and never close the store."""
    store = await open_store(
        data_dir, opening=Opening(pace=Pace(window_seconds=LONG_WINDOW_SECONDS))
    )
    KEPT.append(store)
    has_begun = asyncio.Event()

    async def call() -> None:
        try:
            has_begun.set()
            await asyncio.sleep(3600)
        finally:
            _ = store.ledger.record(entry(f"{name}-cancelled"))

    KEPT_TASKS.append(asyncio.create_task(call()))
    await has_begun.wait()


async def add_key(data_dir: Path, key_id: str) -> None:
    """Make a key, as the command line does."""
    store = await open_store(data_dir)
    await store.keys.add_key(
        AccessKey(id=key_id, digest=b"", ring_id="one", shown="es-", person=ADMIN, created_at=1)
    )
    await store.close()


async def revoke_key(data_dir: Path, key_id: str) -> None:
    """Revoke a key, as the command line does."""
    store = await open_store(data_dir)
    await store.keys.revoke_key(key_id, 1000)
    await store.close()


DEEDS = {
    deed.__name__: deed
    for deed in (record_until_killed, record_once, record_while_cancelled, add_key, revoke_key)
}

if __name__ == "__main__":
    asyncio.run(DEEDS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3]))
    for left_open in KEPT:  # after the loop is closed, as a finaliser might
        _ = left_open.ledger.record(entry(f"{sys.argv[3]}-late"))
