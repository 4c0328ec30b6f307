"""A server whose history cannot be kept says so, and serves all the same."""

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from endpoints_server.store.open import open_store
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.acceptance.process import PATIENCE_SECONDS, Process, served
from tests.postgres import children_of
from tests.store.entries import entry

WORKERS = 3
ENOUGH_SECONDS = 0.5
"""For a worker to add up, which it begins with."""
TAKEN = "configuration taken"
SAID = "history cannot be kept at the moment"
BROKEN = "create trigger broken before insert on tallies begin select raise(abort, 'no'); end"


async def record(folder: Path) -> None:
    """Leave an entry that is to be added up."""
    store = await open_store(folder)
    await store.ledger.record(entry("a"))
    await store.close()


def broken(folder: Path) -> None:
    """Leave an entry that cannot be added up."""
    data = folder / "data"
    asyncio.run(record(data))
    with closing(sqlite3.connect(data / FILE_NAME)) as file:
        file.execute(BROKEN)


def await_said(process: Process, words: str, times: int = 1) -> None:
    """Wait until a server has said something so often."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.said().count(words) < times:
        assert time.monotonic() < deadline, process.said()
        time.sleep(0.05)


def test_what_nobody_foresaw_is_logged_and_the_server_goes_on(tmp_path: Path) -> None:
    broken(tmp_path)
    with served(tmp_path) as process:
        await_said(process, SAID)
        assert process.is_answering()
        assert process.stop() == 0


def test_one_of_several_workers_keeps_the_history_and_so_does_who_takes_its_place(
    tmp_path: Path,
) -> None:
    broken(tmp_path)
    with served(tmp_path, ES_WORKERS=str(WORKERS)) as process:
        await_said(process, TAKEN, WORKERS)
        await_said(process, SAID)
        assert process.running is not None
        for pid in children_of(process.running.pid):
            os.kill(pid, signal.SIGKILL)
        await_said(process, TAKEN, 2 * WORKERS)
        await_said(process, SAID, 2)
        time.sleep(ENOUGH_SECONDS)
        assert process.said().count(SAID) == 2
