"""Writes the ledger: in one thread, or past it on the loop where the journal has a shortcut.

Everything that waits goes into one transaction: what came in the same turn of the loop, and what
came while the batch before was written. While the disk is full or another process holds the file,
the batch is tried again, and no new call begins; those who wait are told after a few seconds. An
entry that no database could hold is told apart by trying each alone. What does not come through by
the shortcut the thread writes, which needs nothing of the loop: a record made while that shuts down
is written all the same, and the end of the interpreter waits for it.
"""

import asyncio
import atexit
import time
from asyncio import AbstractEventLoop, Future
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.journal import Deed, Journal, Outcome, Unfit, Unwritable
from endpoints_server.store.sql.ledger.pace import Pace
from endpoints_server.store.sql.ledger.unsafe import Unsafe
from endpoints_server.store.sql.ledger.waiting import NOTHING, Waiting, parts_of, tell, unavailable

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 1.0
DEEDS_AT_ONCE = 32
"""In one transaction, for other processes wait meanwhile for their turn."""
MOST_IN_FLIGHT = 200
"""More are written in the thread, so that the loop has time for others."""
Trouble = Callable[[Exception], None]


def quiet(_: Exception) -> None:
    """Tell nobody of trouble."""


class LedgerWriter:
    """Takes entries on the loop and sees to it that they are written, into a journal of its own.

    `on_trouble` is called in its thread when the database begins to fail.
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
        self._flight: list[Waiting] = []
        self._unsafe = Unsafe()
        self._is_handed_over = False
        self._closing = Event()
        self._gives_up_at = float("inf")
        self._thread = Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()
        atexit.register(self._finish)

    def has_room(self) -> bool:
        """Say whether less than half of the queue waits, and what is written is kept."""
        if self._closing.is_set() or self._fails_since is not None:
            return False
        return self.waiting() < self._pace.limit // 2

    def waiting(self) -> int:
        """Say how many wait to be written, or for the disk."""
        return len(self._waiting) + self._unsafe.count

    def record(self, entry: Entry) -> Future[None]:
        """Queue an entry; as the port says."""
        if self.waiting() >= self._pace.limit:
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
            before = [*self._unsafe.all(), *self._flight, *self._waiting]
            await asyncio.wait([*(future for _, future in before), last := self._queue(None)])
            await last

    def stop(self) -> None:
        """Take no more entries; called where `record` is, so that none slips in between."""
        if not self._closing.is_set():
            self._gives_up_at = time.monotonic() + self._pace.grace_seconds
            self._recall()
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
                self._loop.call_later(self._pace.window_seconds, self._begin)
            else:
                self._loop.call_soon(self._begin)
        return future

    def _begin(self) -> None:
        """Write what waits by the shortcut, or wake the thread."""
        if self._is_handed_over or self._closing.is_set() or not self._fly():
            self._wake()

    def _wake(self) -> None:
        self._is_handed_over = True
        self._bell.put(None)

    def _fly(self) -> bool:
        """Write what waits by the shortcut; False where the thread has to."""
        if self._flight:
            return True  # and what waits goes next
        shortcut = self._journal.shortcut
        if shortcut is None or len(self._waiting) > MOST_IN_FLIGHT:
            return False
        batch = self._flight = self._take()
        entries, deeds = parts_of(batch)
        kept = [each for each in batch if not isinstance(each[0], Deed)]
        land, safe = partial(self._land, kept), partial(self._secure, kept)
        if not entries and not deeds:
            land([])
        elif not shortcut.begin(entries, tuple(deeds.values()), land, safe):
            self._flight = []
            self._waiting.extendleft(reversed(batch))
            return False
        return True

    def _land(self, kept: list[Waiting], outcome: Outcome, *, is_safe: bool = True) -> None:
        """Tell those who wait, or hand over to the thread what may be tried again."""
        batch, self._flight = self._flight, []
        deeds = [each for each in batch if isinstance(each[0], Deed)]
        again: list[Waiting] = []
        if isinstance(outcome, Unwritable):
            tell(deeds, unavailable(str(outcome)))
            again = kept
        elif isinstance(outcome, Exception):
            again = batch
        else:
            tell(deeds, given=dict(zip(range(len(deeds)), outcome, strict=True)))
            if is_safe:
                tell(kept)
            else:
                self._unsafe.add(kept)
        if again:
            self._put_back(again)
        elif self._waiting:
            self._loop.call_soon(self._begin)
        else:
            self._is_rung = False

    def _secure(self, kept: list[Waiting], error: Unwritable | None) -> None:
        """Tell those who wait that their entries are durable, or write them again."""
        self._unsafe.remove(kept)
        if error is None:
            tell(kept)
        else:
            self._put_back(kept)

    def _put_back(self, batch: list[Waiting]) -> None:
        """Have the thread write once more what may not be there, but nothing beside a flight."""
        if self._closing.is_set():  # the thread has the entries, and will tell
            lost = [each for each in batch if not isinstance(each[0], Entry)]
            tell(lost, unavailable("The ledger was closed."))
            return
        self._waiting.extendleft(reversed(batch))
        if not self._flight:
            self._wake()

    def _recall(self) -> None:
        """Have the thread write once more what is under way, for it may never be heard of."""
        under_way = [*self._unsafe.all(), *self._flight]
        entries = [each for each in under_way if isinstance(each[0], Entry)]
        self._waiting.extendleft(reversed(entries))

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._bell.get()
                self._is_rung = False  # before looking: whoever comes after rings again
                if self._is_handed_over:
                    self._write_all()
                elif self._waiting:
                    self._hand_back()
            self._write_all()
        finally:
            self._closing.set()
            self._journal.close()
            while batch := self._take():
                self._resolve(batch, unavailable("The ledger was closed."))

    def _write_all(self) -> None:
        while self._is_handed_over or self._waiting:
            while batch := self._take():
                self._write(batch)
                if self._journal.shortcut is not None and not self._closing.is_set():
                    self._hand_back()
                    return
            self._is_handed_over = False

    def _hand_back(self) -> None:
        """Let the loop look whether it can write by the shortcut again."""
        self._is_handed_over = False
        with suppress(RuntimeError):  # the loop is closed, and the process ends
            self._loop.call_soon_threadsafe(self._begin)

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        deeds = 0
        with suppress(IndexError):  # nothing is left: the loop and the thread may both take
            while deeds < DEEDS_AT_ONCE:
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

    def _commit(self, batch: list[Waiting]) -> Mapping[int, Any]:
        """Write a batch in one transaction; gives what its deeds gave, by their places."""
        entries, deeds = parts_of(batch)
        if not entries and not deeds:
            return NOTHING
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
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(tell, batch, fault, given)
