"""Several processes on one socket: started, watched, signalled and ended together.

The parent serves nothing. It starts the first worker alone, so that what is wrong is said once and
what a first run makes is made once; then the others. A worker that ends by itself is started again,
ever more slowly while none lives long. Signals come to the parent, and it passes them on.
"""

import os
import select
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from signal import Signals
from tempfile import mkdtemp

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.cli.outcome import Outcome
from endpoints_server.log.output import logger

LOG = logger("endpoints_server")
HEARD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
ENDINGS = {signal.SIGTERM, signal.SIGINT}
LOOK_SECONDS = 0.1
LONG_LIFE_SECONDS = 10.0
"""A worker that lived this long had no trouble starting."""
LONGEST_PAUSE_SECONDS = 5.0

Mask = set[int | Signals]
Work = Callable[["Place"], None]


class Place(Struct, frozen=True, kw_only=True):
    """Which of the workers a process is; `lifeline` ends when the parent does.

    A byte into `ready` says that it serves; in `folder` the workers find each other. The server
    alone in its process is the first of none.
    """

    number: int = 0
    is_first_start: bool = True
    ready: int | None = None
    lifeline: int | None = None
    folder: Path | None = None

    def is_ending_for_all(self) -> bool:
        """Say whether nobody else goes on to serve: none is there, or the parent let go of all."""
        return self.lifeline is None or bool(select.select([self.lifeline], [], [], 0)[0])

    def say_ready(self) -> None:
        """Let the parent go on."""
        if self.ready is not None:
            os.write(self.ready, b"1")
            os.close(self.ready)


class Worker(Struct, frozen=True, kw_only=True):
    """A worker as the parent knows it."""

    number: int
    started_at: float


class Workers:
    """The parent's side; `run` returns in the parent when all have ended, in a worker its work."""

    def __init__(self, count: int, work: Work, let_go: Callable[[], None]) -> None:
        """Take what each worker does, and what lets go of the socket they share."""
        self._count = count
        self._work = work
        self._let_go = let_go
        self._running: dict[int, Worker] = {}
        self._failures = 0
        self._is_ending = False
        self._lifeline, self._held = os.pipe()
        self._folder = Path(mkdtemp(prefix="es-workers-"))

    def run(self) -> int:
        """Start all, and watch them until they have ended; gives the exit code."""
        parent = os.getpid()
        try:
            return self._run()
        finally:
            if os.getpid() == parent:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self) -> int:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        reading, writing = os.pipe()
        place = replace(self._place(0), ready=writing)
        if self._start(place):
            return self._do(place, before)
        os.close(writing)
        if not await_word(reading):
            return self._end_first()
        os.close(reading)
        for number in range(1, self._count):
            place = self._place(number)
            if self._start(place):
                return self._do(place, before)
        return self._watch(before)

    def _place(self, number: int) -> Place:
        return Place(number=number, lifeline=self._lifeline, folder=self._folder)

    def _start(self, place: Place) -> bool:
        """Fork; True in the child."""
        pid = os.fork()
        if pid:
            self._running[pid] = Worker(number=place.number, started_at=time.monotonic())
        return not pid

    def _do(self, place: Place, before: Mask) -> int:
        os.close(self._held)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._work(place)
        return Outcome.FINE

    def _end_first(self) -> int:
        """Give up, for the first worker did not come to serve, or was told not to."""
        (pid,) = self._running
        is_told = bool(signal.sigpending() & ENDINGS)
        if is_told:
            os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
        return Outcome.FINE if is_told else os.waitstatus_to_exitcode(status)

    def _watch(self, before: Mask) -> int:
        while self._running or not self._is_ending:
            place = self._listen()
            if place is not None and self._start(place):
                return self._do(place, before)
        return Outcome.FINE

    def _listen(self) -> Place | None:
        """Hear one signal; gives the place of a worker that is to be started again."""
        heard = signal.sigwait(HEARD)
        if heard == signal.SIGCHLD:
            return self._bury()
        if heard in ENDINGS:
            # a second one is for those that do not want to end
            heard = signal.SIGINT if self._is_ending else signal.SIGTERM
            self._begin_to_end()
        for pid in self._running:
            os.kill(pid, heard)
        return None

    def _begin_to_end(self) -> None:
        """Keep nobody waiting at a door that no worker opens any more."""
        if not self._is_ending:
            self._is_ending = True
            os.close(self._held)
            self._let_go()

    def _bury(self) -> Place | None:
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            worker = self._running.pop(pid)
            if self._is_ending:
                continue
            os.kill(os.getpid(), signal.SIGCHLD)  # another may have ended in the same moment
            code = os.waitstatus_to_exitcode(status)
            LOG.error("worker ended, starting it again", worker=worker.number, code=code)
            self._pause(worker)
            return replace(self._place(worker.number), is_first_start=False)
        return None

    def _pause(self, worker: Worker) -> None:
        """Wait longer before each start while workers end soon after theirs."""
        has_lived = time.monotonic() - worker.started_at >= LONG_LIFE_SECONDS
        self._failures = 0 if has_lived else self._failures + 1
        seconds = min(LOOK_SECONDS * 2**self._failures, LONGEST_PAUSE_SECONDS)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not signal.sigpending() & ENDINGS:
            time.sleep(LOOK_SECONDS)


def await_word(reading: int) -> bool:
    """Wait for a worker to serve; False where it ended instead, or we are to end."""
    while not signal.sigpending() & ENDINGS:
        if select.select([reading], [], [], LOOK_SECONDS)[0]:
            return bool(os.read(reading, 1))
    return False
