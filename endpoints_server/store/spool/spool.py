"""Files of entries on the local disk, each durable before anybody is told that it is.

A line is an entry in JSON. A file is locked by the process that appends to it; one that nobody
locks was left by a process that ended, and belongs to whoever locks it next.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

import msgspec

from endpoints_server.domain.money.entry import Entry

ENDING = ".jsonl"
BEGUN = ".begun"
REFUSED = "refused"
"""The file of lines that no database takes; it is for people, and never read again."""
LARGEST_BYTES = 256 * 1024 * 1024
"""What may wait on the disk; about half a million entries."""
LINES_AT_ONCE = 500


class Spool:
    """A folder of such files, and the one that this process appends to. Used by two threads."""

    def __init__(self, folder: Path, largest_bytes: int = LARGEST_BYTES) -> None:
        self._folder = folder
        self._largest_bytes = largest_bytes
        self._lock = Lock()
        self._path: Path | None = None
        self._file = -1
        self._size = 0

    def append(self, entries: Sequence[Entry]) -> None:
        """Make entries durable; raises OSError, and keeps none, where that cannot be done."""
        text = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        with self._lock:
            if self._size + len(text) > self._largest_bytes:
                raise OSError(errno.EDQUOT, "the spool is full")
            if self._path is None:
                self._begin()
            self._write(text)

    def leftover(self) -> list[Path]:
        """Give every file that may hold entries, oldest first; others may be at work on some."""
        with suppress(FileNotFoundError):
            return sorted(path for path in self._folder.iterdir() if path.suffix == ENDING)
        return []

    def own(self) -> Path | None:
        """Give the file that this process appends to, if there is one."""
        return self._path

    def read(self, path: Path, offset: int) -> tuple[list[bytes], int]:
        """Read some lines from an offset on, and say where they end; a torn last line is none."""
        with self._lock, path.open("rb") as file:
            file.seek(offset)
            lines = [line for line, _ in zip(file, range(LINES_AT_ONCE), strict=False)]
        whole = [line for line in lines if line.endswith(b"\n")]
        return whole, offset + sum(map(len, whole))

    def finish(self, path: Path, size: int) -> bool:
        """Remove a file that was read up to a size; False where more was appended since."""
        with self._lock:
            if path == self._path and self._size > size:
                return False
            path.unlink()
            if path == self._path:
                self._let_go()
        sync(self._folder)
        return True

    def refuse(self, lines: Sequence[bytes]) -> None:
        """Put lines aside that no database takes."""
        if not lines:
            return
        with (self._folder / REFUSED).open("ab") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Let go of the file, which stays for whoever comes next."""
        with self._lock:
            if self._path is not None:
                self._let_go()

    def _begin(self) -> None:
        """Begin a file that gets its name once it is locked, lest it be taken for a leftover."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{time.time_ns():020}-{os.getpid()}{ENDING}"
        begun = path.with_suffix(BEGUN)
        self._file = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        begun.rename(path)
        self._path, self._size = path, 0
        sync(self._folder)

    def _let_go(self) -> None:
        os.close(self._file)
        self._path, self._size = None, 0

    def _write(self, text: bytes) -> None:
        try:
            write_whole(self._file, text)
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(text)


def write_whole(file: int, text: bytes) -> None:
    """Write all of a text, in however many writes; raises OSError where the disk is full."""
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(file, rest) :]


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_entries(lines: Sequence[bytes]) -> Iterator[tuple[bytes, Entry | None]]:
    """Read lines as entries; None for one that is none."""
    for line in lines:
        try:
            yield line, msgspec.json.decode(line, type=Entry)
        except msgspec.MsgspecError:
            yield line, None
