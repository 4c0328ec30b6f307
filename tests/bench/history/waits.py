"""What writers wait for: locks that others hold, the disk, and a turn of the loop, told apart."""

import asyncio
import os
import re
import sqlite3
import time
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from threading import Event, Thread
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, Pool, event

from endpoints_server.store.sqlite.open import FILE_NAME
from tests.bench.history.questions import Answered

LOGGED_MS = 10
LOGGING = ("log_lock_waits=on", f"deadlock_timeout={LOGGED_MS}ms")
"""PostgreSQL tells of every lock that was waited for so long."""
ACQUIRED = re.compile(rb"acquired \w+ on .* after ([\d.]+) ms")
BEGIN = "begin immediate"
"""What a transaction has done once it has SQLite's lock."""
HOLD = "hold"
TRY_SECONDS = 0.001
NONE = Answered(name="", took=[])
PROBE_SECONDS = 0.02
PAGE = bytes(8192)


class Hold(Struct, frozen=True):
    """That somebody has the lock, and whether its transaction is over, with all that follows."""

    begun_at: float
    is_over: Event


class Waits(Struct, frozen=True, kw_only=True):
    """Milliseconds: how long history held SQLite's lock, how long locks of PostgreSQL were waited
    for, how long a page took to be on the same disk, and how late the loop was."""

    held: Answered
    locks: Answered
    disk: Answered
    loop: Answered


@contextmanager
def waits(folder: Path, log: Path | None) -> Generator[Waits]:
    """Gather them while the block lasts; with the log of PostgreSQL, where there is one."""
    path = folder / FILE_NAME
    with ExitStack() as stack:
        yield Waits(
            held=stack.enter_context(timing_lock(path) if path.exists() else nullcontext(NONE)),
            locks=stack.enter_context(reading_log(log) if log else nullcontext(NONE)),
            disk=stack.enter_context(probing_disk(folder)),
            loop=stack.enter_context(probing_loop()),
        )


@contextmanager
def timing_lock(path: Path) -> Generator[Answered]:
    """See how long SQLite's lock is held by all that is not the ledger's writer.

    It is given up at the end of a transaction, where a checkpoint may follow that nobody waits for:
    until that is over, it is tried to have the lock.
    """
    found, holds = Answered(name="held", took=[]), SimpleQueue[Hold | None]()

    def begin(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == BEGIN:
            hold = connection.info[HOLD] = Hold(time.perf_counter(), Event())
            holds.put(hold)

    def end(_driver: Any, record: Any) -> None:
        if hold := record.info.pop(HOLD, None):
            hold.is_over.set()

    def keep_on() -> None:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as file:
            for hold in iter(holds.get, None):
                while not (hold.is_over.wait(TRY_SECONDS) or is_free(file)):
                    pass
                found.took.append((time.perf_counter() - hold.begun_at) * 1000)

    thread = Thread(target=keep_on, daemon=True)
    thread.start()
    event.listen(Engine, "after_cursor_execute", begin)
    event.listen(Pool, "checkin", end)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", begin)
        event.remove(Pool, "checkin", end)
        holds.put(None)
        thread.join()


def is_free(file: sqlite3.Connection) -> bool:
    """Say whether the lock can be had, and let it go."""
    try:
        file.execute("begin immediate")
    except sqlite3.OperationalError:
        return False
    file.execute("rollback")
    return True


@contextmanager
def reading_log(log: Path) -> Generator[Answered]:
    """Read PostgreSQL's log for the locks that were waited for."""
    begins_at, found = log.stat().st_size, Answered(name="locks", took=[])
    yield found
    with log.open("rb") as lines:
        lines.seek(begins_at)
        found.took.extend(float(ms) for ms in ACQUIRED.findall(lines.read()))


@contextmanager
def probing_disk(folder: Path) -> Generator[Answered]:
    """Bring a page to the disk now and then, which waits for nobody's lock."""
    ending, found = Event(), Answered(name="disk", took=[])

    def keep_on() -> None:
        with TemporaryFile(dir=folder) as file:
            while not ending.wait(PROBE_SECONDS):
                begun_at = time.perf_counter()
                os.pwrite(file.fileno(), PAGE, 0)
                os.fdatasync(file.fileno())
                found.took.append((time.perf_counter() - begun_at) * 1000)

    thread = Thread(target=keep_on, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ending.set()
        thread.join()


@contextmanager
def probing_loop() -> Generator[Answered]:
    """See how late the loop is that runs, which wants a core and the interpreter's lock."""
    loop, found = asyncio.get_running_loop(), Answered(name="loop", took=[])
    planned: asyncio.Handle

    def plan() -> None:
        nonlocal planned
        due = loop.time() + PROBE_SECONDS
        planned = loop.call_at(due, tick, due)

    def tick(due: float) -> None:
        found.took.append((loop.time() - due) * 1000)
        plan()

    plan()
    try:
        yield found
    finally:
        planned.cancel()
