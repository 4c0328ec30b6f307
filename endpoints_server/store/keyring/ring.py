"""The ring of secret keys that everything kept secret hangs on."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring_file import KEY_BYTES, make_file

Stamp = tuple[int, int, int]

FILE_NAME = "secret-keys"
FEWEST_DISTINCT_BYTES = 16
"""Thirty-two random bytes hold about thirty distinct ones; fewer than sixteen never happens."""
ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
HOW = "Make one with: openssl rand -base64 32"


class Ring:
    """Secret keys by id; what is made now is made with `newest`, older ones still open theirs.

    A ring that was read from a file follows it: `refresh` looks whether the file was replaced, and
    so does the search for an id that is not known, so that what another process made with a key it
    added a moment ago is opened at once.
    """

    def __init__(self, *, newest: str, keys: Mapping[str, bytes], path: Path | None = None) -> None:
        self.newest = newest
        self.keys = keys
        self.path = path
        self._stamp: Stamp | None = None

    def find_key(self, ring_id: str) -> bytes | None:
        """Give a key by id, or None where it is not on the ring."""
        if ring_id not in self.keys:
            self.refresh()
        return self.keys.get(ring_id)

    def newest_key(self) -> bytes:
        """Give the key that things are made with now."""
        return self.keys[self.newest]

    def refresh(self) -> None:
        """Read the file again where it was replaced; one that cannot be read changes nothing."""
        if self.path is None or stamp_of(self.path) in (None, self._stamp):
            return
        with suppress(OSError, ValueError, Failed):
            self.read_file(self.path)

    def read_file(self, path: Path) -> None:
        """Take the keys of a file; raises Failed(bad_request) where they cannot be used."""
        stamp = stamp_of(path)
        found = read_ring(path.read_text(), str(path))
        self.newest, self.keys, self._stamp = found.newest, found.keys, stamp

    def __repr__(self) -> str:
        return f"Ring(newest={self.newest!r}, ids={sorted(self.keys)!r})"


def open_ring(data_dir: Path, given: Secret | None = None) -> Ring:
    """Read the ring given (`ES_SECRET_KEYS`), else the one in the data dir, made on first use.

    Raises Failed(bad_request) where a key is malformed, too short, or not random.
    """
    if given:
        return read_ring(given.reveal(), "ES_SECRET_KEYS")
    path = data_dir / FILE_NAME
    if not path.exists():
        make_file(path)
    path.chmod(0o600)
    ring = Ring(newest="", keys={}, path=path)
    ring.read_file(path)
    return ring


def read_ring(text: str, origin: str) -> Ring:
    """Read `id:key` or bare keys, comma separated, newest first; `origin` is named in errors."""
    keys: dict[str, bytes] = {}
    for position, piece in enumerate(text.strip().split(","), start=1):
        where = f"Key {position} of {origin}"
        ring_id, key = read_key(piece.strip(), where)
        if ring_id in keys:
            raise refused(f"{where} has the same id as an earlier one.")
        keys[ring_id] = key
    return Ring(newest=next(iter(keys)), keys=keys)


def read_key(piece: str, where: str) -> tuple[str, bytes]:
    """Read one key; without an id of its own it gets one that follows from the key."""
    given_id, colon, text = piece.rpartition(":")
    if colon and not ID.fullmatch(given_id):
        raise refused(f"{where} has an id that is not 1 to 32 letters, digits, '-' or '_'.")
    key = decode(text, where)
    if is_weak(key):
        raise refused(f"{where} is not random, so it can be guessed. {HOW}")
    return given_id or derive_id(key), key


def decode(text: str, where: str) -> bytes:
    """Decode base64, with either alphabet and with or without padding."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        # the decoder's own words could quote the key
        raise refused(f"{where} is not base64. {HOW}") from None
    if len(key) < KEY_BYTES:
        raise refused(f"{where} has {len(key)} bytes, fewer than {KEY_BYTES}. {HOW}")
    return key


def is_weak(key: bytes) -> bool:
    """Tell keys that nobody drew at random: repeats, sequences, and readable text."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    is_text = all(32 <= byte < 127 for byte in key)
    return is_text or len(steps) == 1 or len(set(key)) < FEWEST_DISTINCT_BYTES


def derive_id(key: bytes) -> str:
    """Name a key after its hash, under a label of its own so that it tells nothing else."""
    return hashlib.blake2b(key, digest_size=4, person=b"es-ring-id").hexdigest()


def stamp_of(path: Path) -> Stamp | None:
    """Tell one state of a file from another; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def refused(message: str) -> Failed:
    """Say why a ring is not used."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
