"""The secret a caller presents to us: how it looks, and what is kept of it.

A key is `es-`, twelve characters of id, forty-three of secret, six of checksum, all of them letters
and digits, so that secret scanners know it and a cut or mistyped key is told without a look-up.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from itertools import product
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret

PREFIX = "es-"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PAIRS = tuple(map("".join, product(ALPHABET, repeat=2)))
ID_LENGTH = 12
SECRET_LENGTH = 43
CHECKSUM_LENGTH = 6
BODY_LENGTH = len(PREFIX) + ID_LENGTH + SECRET_LENGTH
KEY_LENGTH = BODY_LENGTH + CHECKSUM_LENGTH
SHOWN_LENGTH = len(PREFIX) + 6
RANDOM_BYTES = 41
"""Nine bytes make the id, thirty-two (256 bits) the secret."""
CHOSEN_ID = "chosen"
"""Under this id stands the one key that a person chose instead of having it made."""
CHOSEN_LENGTH = 16


class AccessKey(Struct, frozen=True, kw_only=True):
    """A client key as it is kept: a keyed hash and its first characters, never the key.

    `ring_id` names the key of the ring that the hash was made with. Instants are microseconds since
    1970.
    """

    id: str
    digest: bytes
    ring_id: str
    shown: str
    name: str = ""
    person: Person
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None

    def is_valid_at(self, instant: int) -> bool:
        """Say whether the key may be used at an instant."""
        if self.revoked_at is not None or self.person.disabled_at is not None:
            return False
        return self.expires_at is None or instant < self.expires_at

    def ending_at(self, instant: int) -> "AccessKey":
        """Let the key end at an instant, unless it ends sooner."""
        ends_at = instant if self.expires_at is None else min(instant, self.expires_at)
        return replace(self, expires_at=ends_at)


def make_key(random_bytes: bytes) -> Secret:
    """Make a key of forty-one random bytes."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"a key is made of {RANDOM_BYTES} random bytes")
    key_id = spell(int.from_bytes(random_bytes[:9]), ID_LENGTH)
    body = PREFIX + key_id + spell(int.from_bytes(random_bytes[9:]), SECRET_LENGTH)
    return Secret(body + checksum(body))


def read_key_id(text: str) -> str | None:
    """Give the id in a key, or None where the text is no key of ours or was mistyped."""
    if len(text) != KEY_LENGTH or not text.startswith(PREFIX) or not text.isascii():
        return None
    body, claimed = text[:BODY_LENGTH], text[BODY_LENGTH:]
    if checksum(body) != claimed:
        return None
    return body[len(PREFIX) : len(PREFIX) + ID_LENGTH]


def key_id_of(text: str) -> str | None:
    """Give the id to look a presented key up by, or None where it cannot be a key.

    A key that somebody chose has an id that says nothing of it: people choose texts that can be
    guessed, and even a short hash of one, kept in the open, would tell a right guess.
    """
    key_id = read_key_id(text)
    if key_id is None and len(text) >= CHOSEN_LENGTH:
        return CHOSEN_ID
    return key_id


def digest_key(text: str, ring_key: bytes) -> bytes:
    """Give the keyed hash under which a key is kept (HMAC-SHA256)."""
    begun = keyed(ring_key).copy()
    begun.update(text.encode())
    return begun.digest()


@lru_cache(maxsize=16)
def keyed(ring_key: bytes) -> hmac.HMAC:
    """Begin a hash with a ring's key, which costs more than all the rest of it."""
    return hmac.new(ring_key, digestmod=sha256)


def is_same_digest(one: bytes, other: bytes) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one, other)


def checksum(body: str) -> str:
    """Spell the CRC-32 of a key's body."""
    return spell(crc32(body.encode()), CHECKSUM_LENGTH)


def spell(number: int, length: int) -> str:
    """Write a number in letters and digits, padded or cut to a length."""
    digits = ""
    for _ in range(0, length, 2):
        number, pair = divmod(number, len(PAIRS))
        digits = PAIRS[pair] + digits
    return digits[-length:]
