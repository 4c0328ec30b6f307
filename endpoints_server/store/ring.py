"""The ring of secret keys that everything kept secret hangs on."""

import hashlib
import os
import re
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret

FILE_NAME = "secret-keys"
KEY_BYTES = 32
FEWEST_DISTINCT_BYTES = 16
"""Thirty-two random bytes hold about thirty distinct ones; fewer than sixteen never happens."""
ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
HOW = "Make one with: openssl rand -base64 32"


class Ring(Struct, frozen=True, kw_only=True):
    """Secret keys by id; what is made now is made with `newest`, older ones still open theirs."""

    newest: str
    keys: Mapping[str, bytes]

    def find_key(self, ring_id: str) -> bytes | None:
        """Give a key by id, or None where it is no longer on the ring."""
        return self.keys.get(ring_id)

    def newest_key(self) -> bytes:
        """Give the key that things are made with now."""
        return self.keys[self.newest]

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
    return read_ring(path.read_text(), str(path))


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


def make_file(path: Path) -> None:
    """Put a random key into a file, unless another process was first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    key = urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def publish(draft: Path, path: Path) -> None:
    """Give a written file its name at one stroke; a file that already has it stays."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refused(message: str) -> Failed:
    """Say why a ring is not used."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
