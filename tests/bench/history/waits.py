"""What writers wait for: locks that others hold, the disk, and a turn of the loop, told apart."""

import asyncio
import os
import re
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, Pool, event

from tests.bench.history.questions import Answered

LOGGED_MS = 10
LOGGING = ("log_lock_waits=on", f"deadlock_timeout={LOGGED_MS}ms")
"""PostgreSQL tells of every lock that was waited for so long."""
ACQUIRED = re.compile(rb"acquired \w+ on .* after ([\d.]+) ms")
BEGIN = "begin immediate"
"""What a transaction has done once it has SQLite's lock."""
BEGUN_AT = "begun_at"
PROBE_SECONDS = 0.02
PAGE = bytes(8192)


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
    with ExitStack() as stack:
        yield Waits(
            held=stack.enter_context(timing_transactions()),
            locks=stack.enter_context(reading_log(log)),
            disk=stack.enter_context(probing_disk(folder)),
            loop=stack.enter_context(probing_loop()),
        )


@contextmanager
def timing_transactions() -> Generator[Answered]:
    """See how long SQLite's lock is held by all that is not the ledger's writer."""
    found = Answered(name="held", took=[])

    def begin(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == BEGIN:
            connection.info[BEGUN_AT] = time.perf_counter()

    def end(_driver: Any, record: Any) -> None:
        if begun_at := record.info.pop(BEGUN_AT, None):
            found.took.append((time.perf_counter() - begun_at) * 1000)

    event.listen(Engine, "after_cursor_execute", begin)
    event.listen(Pool, "checkin", end)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", begin)
        event.remove(Pool, "checkin", end)


@contextmanager
def reading_log(log: Path | None) -> Generator[Answered]:
    """Read PostgreSQL's log for the locks that were waited for."""
    found = Answered(name="locks", took=[])
    if log is None:
        yield found
        return
    begins_at = log.stat().st_size
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
