"""A server whose history cannot be kept says so, and serves all the same."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from endpoints_server.store.open import open_store
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.acceptance.process import PATIENCE_SECONDS, served
from tests.store.entries import entry

SAID = "history cannot be kept at the moment"
BROKEN = "create trigger broken before insert on tallies begin select raise(abort, 'no'); end"


async def record(folder: Path) -> None:
    """Leave an entry that is to be added up."""
    store = await open_store(folder)
    await store.ledger.record(entry("a"))
    await store.close()


def test_what_nobody_foresaw_is_logged_and_the_server_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    asyncio.run(record(data))
    with closing(sqlite3.connect(data / FILE_NAME)) as file:
        file.execute(BROKEN)
    with served(tmp_path) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while SAID not in process.said():
            assert time.monotonic() < deadline, process.said()
            time.sleep(0.05)
        assert process.is_answering()
        assert process.stop() == 0
