"""Processes pinned to a core: started, watched in /proc, and stopped whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

CPU_CLOCK = 2
PARENT = 1
"""Where this stands in /proc/…/stat, counted from the state."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
ROOT = Path(__file__).parents[2]
READY_SECONDS = 60
STOP_SECONDS = 10
LONGEST_LOG = 2000
OURS_TO_SET = ("ES_", "CONFIG_PATH", "DATABASE_URL", "REDIS_URL", "PORT")


class Cores(Struct, frozen=True):
    """Which core the server under test has, and which the upstream and the load; maybe the same."""

    server: int
    generator: int


class Running(Struct, frozen=True, kw_only=True):
    """A process that answers on a port; `ready_seconds` after it was started."""

    id: int
    port: int
    ready_seconds: float


class NeverReady(Exception):
    """A process ended or said nothing instead of answering; tells the end of its log."""


def choose_cores() -> Cores:
    """Take the first two cores this process may use, or the only one twice."""
    cores = sorted(os.sched_getaffinity(0))
    return Cores(cores[0], cores[1] if len(cores) > 1 else cores[0])


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    module: str, arguments: list[str], *, core: int, port: int, folder: Path,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Running]:  # fmt: skip
    """Run a module of this Python until the block ends; raises NeverReady.

    Its output goes into a file of the folder, which is also its working directory.
    """
    log = folder / f"{module}-{port}.log"
    started_at = time.monotonic()
    with log.open("wb") as output, on_core(core):
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder, env=environment(settings or {}), stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_ready(process, port, log)
        yield Running(id=process.pid, port=port, ready_seconds=time.monotonic() - started_at)
    finally:
        stop(process)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Be on a core for a moment, so that a process started now stays there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Give this process's environment without what would configure a server, and the settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS_TO_SET)}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Ask /readyz until it says 200; raises NeverReady."""
    give_up_at = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        if is_ready(port):
            return
        time.sleep(0.005)
    said = log.read_text(errors="replace")[-LONGEST_LOG:]
    state = "is not ready" if process.poll() is None else f"ended with {process.returncode}"
    raise NeverReady(f"{log.stem} {state}:\n{said}")


def is_ready(port: int) -> bool:
    """Ask /readyz once."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n")
            return connection.recv(64)[9:12] == b"200"
    except OSError:
        return False


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, then make it; what it left behind goes with it."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def paused(processes: Iterable[Running]) -> Iterator[None]:
    """Let processes stand still until the block ends, so that another has the core alone."""
    members = [member for process in processes for member in process_tree(process.id)]
    for member in members:
        os.kill(member, signal.SIGSTOP)
    try:
        yield
    finally:
        for member in members:
            os.kill(member, signal.SIGCONT)


def cpu_seconds(process_id: int) -> float:
    """Sum up user and system time of a process and its descendants."""
    return sum(map(own_cpu_seconds, process_tree(process_id)))


def own_cpu_seconds(process_id: int) -> float:
    """Read the clock of a process, which is exact where /proc counts in hundredths of a second."""
    clock = (~process_id << 3) | CPU_CLOCK  # as clock_getcpuclockid(3) makes it
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0  # it has gone


def resident_bytes(process_id: int) -> int:
    """Sum up the resident memory of a process and its descendants."""
    total = 0
    for member in process_tree(process_id):
        try:
            total += int(Path(f"/proc/{member}/statm").read_text().split()[1])
        except OSError:
            continue
    return total * PAGE_BYTES


def process_tree(process_id: int) -> list[int]:
    """List a process and its descendants."""
    parents = {
        int(folder.name): int(fields[PARENT])
        for folder in Path("/proc").glob("[0-9]*")
        if (fields := stat(int(folder.name)))
    }
    members = [process_id]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def stat(process_id: int) -> list[str]:
    """Read a process's counters from its state on; nothing where it has gone."""
    try:
        line = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return []
    return line.rpartition(") ")[2].split()
