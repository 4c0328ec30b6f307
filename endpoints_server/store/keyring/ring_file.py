"""The file that holds the ring of secret keys: made once, added to, never half there."""

import fcntl
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from endpoints_server.domain.fault import Failed, Fault, Kind

KEY_BYTES = 32


def make_file(path: Path) -> None:
    """Put a random key into a file, unless another process was first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written(path, f"{draw_key()}\n") as draft:
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return


def add_to_file(path: Path, key: str) -> None:
    """Put a key before those of a file, at one stroke; `key` is as `draw_key` gives it."""
    with written(path, f"{key},{path.read_text().strip()}\n") as draft:
        draft.replace(path)


def draw_key() -> str:
    """Draw a key at random, as it is written down."""
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=").decode()


@contextmanager
def written(path: Path, text: str) -> Generator[Path]:
    """Write a draft beside a file; once the block has given it its name, that too is durable."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield draft
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Be the one process that changes the ring of a folder; a killed one holds up nobody.

    Raises Failed(bad_request) where another is at it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        message = "The secret keys are being rotated by another process. Wait until it is done."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message)) from None
    finally:
        os.close(descriptor)
