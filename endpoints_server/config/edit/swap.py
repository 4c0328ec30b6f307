"""A file's bytes are swapped whole: whoever reads it finds the old ones or those that follow."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


class Unwritable(Exception):
    """A file that cannot be written, or must not be; says why, in words for a person."""


def swap(path: Path, old: bytes | None, content: bytes) -> None:
    """Write a file that holds `old`, or is not there; a link is followed, and the mode kept.

    Raises Unwritable, and leaves everything as it was.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.is_symlink():
            raise Unwritable(f"'{path}' cannot be written: it is a link to itself")
        state = target.stat() if target.exists() else None
        if state and not stat.S_ISREG(state.st_mode):
            raise Unwritable(f"'{path}' is a folder or a device; nothing was written")
        if (target.read_bytes() if state else None) != old:
            raise Unwritable(f"'{path}' has changed meanwhile; nothing was written")
        if state and not is_writable(target, state):
            raise Unwritable(f"'{path}' is read-only; nothing was written")
        write_beside(target, content, state)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unwritable(f"'{path}' cannot be written: {reason}") from None


def is_writable(path: Path, state: os.stat_result) -> bool:
    """Say whether a file may be written; its owner's word counts for the superuser too."""
    return bool(state.st_mode & 0o222) and os.access(path, os.W_OK)


def write_beside(target: Path, content: bytes, state: os.stat_result | None) -> None:
    """Write a file beside another, durably, and put it in that one's place."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(state.st_mode) if state else usual_mode())
            if state:
                with suppress(PermissionError):  # only the superuser gives files away
                    os.fchown(file.fileno(), state.st_uid, state.st_gid)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    settle(target.parent)


def usual_mode() -> int:
    """Give the mode that files are made with."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def settle(folder: Path) -> None:
    """Have the folder's own record of its files written down, where the system does that."""
    with suppress(OSError):  # the file is in its place already, so nothing has failed
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
