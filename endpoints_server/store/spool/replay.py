"""Brings what waits in the spool into the database, over and over until nothing is left."""

import fcntl
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.spool.spool import LINES_AT_ONCE, Spool, read_entries
from endpoints_server.store.sql.ledger.journal import Journal, Unfit, Unwritable

PAUSE_SECONDS = 1.0
"""How often the database is tried while something waits."""


class Replay:
    """A thread with a journal of its own. `on_near` is told when nothing waits, or the database
    takes what does faster than it comes, and at what time that was so (monotonic); `on_empty` how
    many entries were brought home once none is left.

    An entry may be brought twice, by a process that ended before it removed the file: the journal
    passes over what is there already.
    """

    def __init__(
        self,
        spool: Spool,
        journal: Journal,
        on_near: Callable[[float], None],
        on_empty: Callable[[int], None],
    ) -> None:
        self._spool = spool
        self._journal = journal
        self._on_near = on_near
        self._on_empty = on_empty
        self._count = 0
        self._closing = Event()
        self._thread = Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the batch under way."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._bring_all()
                self._closing.wait(PAUSE_SECONDS)
        finally:
            self._journal.close()

    def _bring_all(self) -> None:
        try:
            for path in self._spool.leftover():
                self._bring(path)
        except (Unwritable, OSError):
            return
        looked_at = time.monotonic()
        if self._spool.own() is None:
            self._on_near(looked_at)
            if self._count:
                self._on_empty(self._count)
            self._count = 0

    def _bring(self, path: Path) -> None:
        if path == self._spool.own():
            self._bring_lines(path)
            return
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists():  # or somebody brought it home while we opened it
                self._bring_lines(path)
        except BlockingIOError:
            return  # it belongs to a process that is alive
        finally:
            os.close(descriptor)

    def _bring_lines(self, path: Path) -> None:
        offset = 0
        while not self._closing.is_set():
            looked_at = time.monotonic()
            lines, offset = self._spool.read(path, offset)
            if not lines and self._spool.finish(path, offset):
                return
            self._write(lines)
            if path == self._spool.own() and 0 < len(lines) < LINES_AT_ONCE:
                self._on_near(looked_at)  # else what comes meanwhile may keep us here for ever

    def _write(self, lines: Sequence[bytes]) -> None:
        read = list(read_entries(lines))
        entries = [entry for _, entry in read if entry is not None]
        self._spool.refuse([line for line, entry in read if entry is None])
        try:
            self._journal.write(entries)
        except Unfit:
            for line, entry in read:
                if entry is not None:
                    self._write_alone(line, entry)
        self._count += len(entries)

    def _write_alone(self, line: bytes, entry: Entry) -> None:
        try:
            self._journal.write([entry])
        except Unfit:
            self._spool.refuse([line])
