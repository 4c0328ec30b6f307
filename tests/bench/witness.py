"""Notes when the machine itself stood still: `python -m tests.bench.witness core|disk`.

A machine that is shared takes a core away for some milliseconds, and a disk that others write to
takes as long for a flush; whatever is measured meanwhile is late, whoever serves it. Something that
goes before all else on a core, and does next to nothing, is late for no other reason. A disk may
be slow for what is measured itself, too: how often it is with a server that writes nothing tells.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from tests.bench.processes import ROOT, Cores, on_core

Stop = tuple[float, float]
"""From when to when, in perf_counter's seconds, which on Linux are the same for all processes."""
TICK_SECONDS = 0.002
LATE_SECONDS = 0.001
FLUSH_TICK_SECONDS = 0.005
SLOW_FLUSH_SECONDS = 0.003
"""About ten times what a flush takes where nothing is in its way."""
BLOCK = bytes(8192)


class Witnesses:
    """Those who watch, each into a file; without any nothing was seen."""

    def __init__(self, files: Sequence[Path] = ()) -> None:
        self._files = files

    def stops(self, since: float, until: float) -> list[Stop]:
        """Give what they saw from one moment to another, in perf_counter's seconds."""
        lines = (line for file in self._files for line in file.read_bytes().splitlines())
        seen = (msgspec.json.decode(line, type=Stop) for line in lines)
        return [(start, end) for start, end in seen if end > since and start < until]


@contextmanager
def witnessing(folder: Path, cores: Cores) -> Iterator[Witnesses]:
    """Have both cores and the disk of a folder watched until the block ends.

    Nobody watches where this user may let nothing go before all else.
    """
    with ExitStack() as stack:
        if not may_go_first():
            yield Witnesses()
            return
        watched = [("core", core) for core in {cores.server, cores.generator}]
        watched.append(("disk", cores.generator))
        yield Witnesses(
            [stack.enter_context(watching(what, core, folder)) for what, core in watched]
        )


@contextmanager
def watching(what: str, core: int, folder: Path) -> Iterator[Path]:
    """Run one witness on a core, and give the file into which it writes."""
    file = folder / f"stops-{what}-{core}"
    with file.open("wb") as output, on_core(core):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.witness", what],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=output,
        )  # fmt: skip
    try:
        yield file
    finally:
        process.kill()
        process.wait()


def may_go_first() -> bool:
    """Say whether this user may have a process go before all else."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        go_first()
    except PermissionError:
        return False
    os.sched_setscheduler(0, *before)
    return True


def go_first() -> None:
    """Go before all else on a core; raises PermissionError."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def watch_core() -> Iterator[Stop]:
    """Be called all the time, and tell when that came late."""
    due = time.perf_counter()
    while True:
        due += TICK_SECONDS
        time.sleep(max(0, due - time.perf_counter()))
        now = time.perf_counter()
        if now > due + LATE_SECONDS:
            yield due, now
            due = now


def watch_disk() -> Iterator[Stop]:
    """Flush something all the time, and tell when that took long."""
    with Path("flushed").open("wb", buffering=0) as file:
        while True:
            time.sleep(FLUSH_TICK_SECONDS)
            os.pwrite(file.fileno(), BLOCK, 0)
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            if (end := time.perf_counter()) > start + SLOW_FLUSH_SECONDS:
                yield start, end


WATCH = {"core": watch_core, "disk": watch_disk}


def main(what: str) -> None:
    """Tell one stop a line, until killed."""
    go_first()
    for stop in WATCH[what]():
        os.write(sys.stdout.fileno(), msgspec.json.encode(stop) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
