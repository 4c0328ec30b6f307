"""The one thread that writes the ledger.

Everything that waits goes into one transaction: what came in the same turn of the loop, and what
came while the batch before was written. While the disk is full or another process holds
the file, the batch is tried again, and no new call begins; those who wait are told after a few
seconds. An entry that no database could hold is told apart by trying each alone. Nothing here needs
the loop to go on: a record made while it shuts down is written all the same, and the end of the
interpreter waits for it.
"""

import atexit
import time
from asyncio import AbstractEventLoop, Future
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.journal import (
    Deed,
    Journal,
    Undone,
    Unfit,
    Untried,
    Unwritable,
)

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 1.0

DEEDS_AT_ONCE = 32
"""In one transaction, for other processes wait meanwhile for their turn."""
NOTHING: Mapping[int, Any] = MappingProxyType({})
Trouble = Callable[[Exception], None]
Waiting = tuple[Entry | Deed | None, Future[Any]]
"""What is to be written and who waits for it; without anything, somebody waits for those before."""


class Pace(Struct, frozen=True, kw_only=True):
    """How entries are gathered and how long is tried.

    `window_seconds`   how long entries gather beyond the turn of the loop in which the first came
    `limit`            how many may wait
    `grace_seconds`    how long closing goes on trying
    `patience_seconds` how long those who wait for a database that fails are not told so
    """

    window_seconds: float = 0.0
    limit: int = 20_000
    grace_seconds: float = 5.0
    patience_seconds: float = 5.0


def quiet(_: Exception) -> None:
    """Tell nobody of trouble."""


class LedgerWriter:
    """Takes entries on the loop and writes them in its thread, into a journal of its own.

    `on_trouble` is called in that thread when the database begins to fail.
    """

    def __init__(
        self,
        journal: Journal,
        loop: AbstractEventLoop,
        pace: Pace | None = None,
        on_trouble: Trouble = quiet,
    ) -> None:
        self._journal = journal
        self._loop = loop
        self._pace = pace or Pace()
        self._on_trouble = on_trouble
        self._fails_since: float | None = None
        self._waiting: deque[Waiting] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._is_rung = False
        self._closing = Event()
        self._gives_up_at = float("inf")
        self._thread = Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()
        atexit.register(self._finish)

    def has_room(self) -> bool:
        """Say whether less than half of the queue waits, and what is written is kept."""
        if self._closing.is_set() or self._fails_since is not None:
            return False
        return len(self._waiting) < self._pace.limit // 2

    def waiting(self) -> int:
        """Say how many entries wait to be written."""
        return len(self._waiting)

    def record(self, entry: Entry) -> Future[None]:
        """Queue an entry; as the port says."""
        if len(self._waiting) >= self._pace.limit:
            raise Failed(unavailable("The ledger cannot be written fast enough."))
        return self.do(entry)

    def do(self, deed: Entry | Deed) -> Future[Any]:
        """Queue something to be done in its turn; raises Failed(unavailable) once closed."""
        if self._closing.is_set():
            raise Failed(Fault(kind=Kind.UNAVAILABLE, message="The ledger is closed."))
        return self._queue(deed)

    async def drain(self) -> None:
        """Wait until everything recorded so far is durable."""
        if not self._closing.is_set():
            await self._queue(None)

    def stop(self) -> None:
        """Take no more entries; called where `record` is, so that none slips in between."""
        if not self._closing.is_set():
            self._gives_up_at = time.monotonic() + self._pace.grace_seconds
            self._closing.set()
            self._bell.put(None)

    def join(self) -> None:
        """Wait until all that was taken is written or given up; blocks, a few seconds at most."""
        self._thread.join()
        atexit.unregister(self._finish)

    def _finish(self) -> None:
        self.stop()
        self.join()

    def _queue(self, wanted: Entry | Deed | None) -> Future[Any]:
        future = self._loop.create_future()
        self._waiting.append((wanted, future))
        if not self._is_rung:
            self._is_rung = True
            if self._pace.window_seconds:
                self._loop.call_later(self._pace.window_seconds, self._bell.put, None)
            else:
                self._loop.call_soon(self._bell.put, None)
        return future

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._bell.get()
                self._is_rung = False  # before looking: whoever comes after rings again
                while batch := self._take():
                    self._write(batch)
        finally:
            self._closing.set()
            self._journal.close()
            while batch := self._take():
                self._resolve(batch, unavailable("The ledger was closed."))

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        deeds = 0
        while self._waiting and deeds < DEEDS_AT_ONCE:
            batch.append(self._waiting.popleft())
            deeds += isinstance(batch[-1][0], Deed)
        return batch

    def _write(self, batch: list[Waiting]) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            try:
                given = self._commit(batch)
            except Unfit:
                return self._write_apart(batch)
            except Unwritable as error:
                self._note_failure(error)
                if time.monotonic() >= self._gives_up_at:
                    return self._resolve(batch, unavailable(str(error)))
                if self._has_failed_for(self._pace.patience_seconds):
                    self._resolve(batch, unavailable(str(error)))
            except Exception as error:  # noqa: BLE001 - whatever it is, the next batch is written
                self._on_trouble(error)
                return self._write_apart(batch)
            else:
                self._fails_since = None
                return self._resolve(batch, given=given)
            if self._closing.wait(pause_seconds):
                time.sleep(FIRST_PAUSE_SECONDS)
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)

    def _commit(self, batch: list[Waiting]) -> dict[int, Any]:
        """Write a batch in one transaction; gives what its deeds gave, by their places."""
        entries = [wanted for wanted, _ in batch if isinstance(wanted, Entry)]
        deeds = {at: wanted for at, (wanted, _) in enumerate(batch) if isinstance(wanted, Deed)}
        if not entries and not deeds:
            return {}
        given = self._journal.write(entries, tuple(deeds.values()))
        return dict(zip(deeds, given, strict=True))

    def _note_failure(self, error: Unwritable) -> None:
        """Remember since when nothing can be written, and say so once."""
        if self._fails_since is None:
            self._fails_since = time.monotonic()
            self._on_trouble(error)

    def _has_failed_for(self, seconds: float) -> bool:
        return self._fails_since is not None and time.monotonic() - self._fails_since >= seconds

    def _write_apart(self, batch: list[Waiting]) -> None:
        if len(batch) == 1:
            message = "The entry of this call cannot be kept."
            return self._resolve(batch, Fault(kind=Kind.INTERNAL, message=message))
        for waiting in batch:
            self._write([waiting])
        return None

    def _resolve(
        self,
        batch: list[Waiting],
        fault: Fault | None = None,
        given: Mapping[int, Any] = NOTHING,
    ) -> None:
        futures = [future for _, future in batch]
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(tell, futures, fault, given)


def tell(futures: list[Future[Any]], fault: Fault | None, given: Mapping[int, Any]) -> None:
    """Tell those who wait what became of what they wanted."""
    for at, future in enumerate(futures):
        result = given.get(at)
        if future.done():
            continue
        match result:
            case _ if fault is not None:
                future.set_exception(Failed(fault))
            case Untried():
                future.set_exception(Undone(unavailable(str(result))))
            case Unwritable():
                future.set_exception(Failed(unavailable(str(result))))
            case _:  # what a deed gives is its own
                future.set_result(result)


def unavailable(detail: str) -> Fault:
    """Say that an entry is not safe."""
    message = "The record of this call could not be written."
    return Fault(kind=Kind.UNAVAILABLE, message=message, detail=detail, retry_after_seconds=1.0)
