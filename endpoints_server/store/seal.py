"""Sealing what people bring, so that it opens for its owner and its endpoint alone.

A sealed value is a JWE. Its header says which key of the ring opens it and whose it is; the header
is authenticated with the rest, so a value copied elsewhere is known for what it is.
"""

import hmac
from functools import lru_cache
from hashlib import sha256

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.util import urlsafe_b64decode
from msgspec import Struct

from endpoints_server.domain.own_key import OwnKey, take_secret
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring

LABEL = b"endpoints-server: sealing of own keys, 1"
REGISTRY = jwe.JWERegistry(algorithms=["dir", "A256GCM"], strict_check_header=False)
REGISTRY.max_protected_header_length = 32 * 1024  # names of people and endpoints stand in it


class Owner(Struct, frozen=True, order=True):
    """Whose key it is, and for which endpoint, by slug."""

    person_id: str
    endpoint: str


class Content(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is sealed."""

    api_key: Secret
    address: Secret = Secret("")
    headers: dict[str, Secret] = {}


content_encoder = msgspec.json.Encoder(enc_hook=Secret.reveal)
content_decoder = msgspec.json.Decoder(Content, dec_hook=take_secret)
header_decoder = msgspec.json.Decoder(dict[str, str])


def seal(ring: Ring, owner: Owner, own_key: OwnKey) -> str:
    """Seal a key under the newest key of the ring."""
    ring.refresh()
    said = Content(own_key.api_key, own_key.address, dict(own_key.headers))
    content = content_encoder.encode(said)
    header = header_of(ring.newest, owner)
    key = sealing_key(ring.newest_key())
    return jwe.encrypt_compact(header, content, key, registry=REGISTRY)


def open_seal(ring: Ring, owner: Owner, sealed: str) -> OwnKey | None:
    """Open a sealed key; None where it is not this owner's, was changed, or its key is gone."""
    ring_id = find_ring_id(sealed)
    ring_key = ring.find_key(ring_id) if ring_id else None
    if ring_id is None or ring_key is None:
        return None
    try:
        opened = jwe.decrypt_compact(sealed, sealing_key(ring_key), registry=REGISTRY)
        if opened.headers() != header_of(ring_id, owner) or opened.plaintext is None:
            return None
        content = content_decoder.decode(opened.plaintext)
    except (JoseError, ValueError):
        return None  # whatever is wrong with it, it has to be entered again
    headers = tuple(content.headers.items())
    return OwnKey(api_key=content.api_key, address=content.address, headers=headers)


def find_ring_id(sealed: str) -> str | None:
    """Say which key of the ring a value was sealed with, without opening it; None for no value."""
    try:
        header = urlsafe_b64decode(sealed.partition(".")[0].encode())
        return header_decoder.decode(header).get("kid")
    except ValueError:
        return None


def header_of(ring_id: str, owner: Owner) -> dict[str, str]:
    """Write the header of a value."""
    return {
        "alg": "dir",
        "enc": "A256GCM",
        "kid": ring_id,
        "person": owner.person_id,
        "endpoint": owner.endpoint,
    }


@lru_cache(maxsize=64)
def sealing_key(ring_key: bytes) -> OctKey:
    """Derive the key that seals from one of the ring (HKDF of RFC 5869 with SHA-256, one block).

    Everything else keyed with the ring has the ring's key as the key of an HMAC; here the label is
    the key of the first, so nothing presented to be hashed can make it.
    """
    extracted = hmac.digest(LABEL, ring_key, sha256)
    return OctKey.import_key(hmac.digest(extracted, b"\x01", sha256))
