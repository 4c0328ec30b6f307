"""Tell a key from what stands for one."""

import re
from collections.abc import Iterator

from endpoints_server.samples.draft import KeyKind
from endpoints_server.samples.keys.known import AFTER_SLASH, KNOWN, PREFIX, PRIVATE_KEY
from endpoints_server.samples.keys.placeholder import is_placeholder
from endpoints_server.samples.keys.reference import is_reference
from endpoints_server.samples.words import words

SCHEME = re.compile(r"(?i:bearer|basic|token|api-key|key)\s+")
SECRET_PLACES = frozenset({"bearer", "key", "query", "userinfo", "variable", "argument", "auth"})
SHORTEST = 16
FEWEST_SIGNS = 8
LONG_WITHOUT_DIGITS = 24
SIGNS = re.compile(r"[A-Za-z0-9._~+/=:!@#$%^&*-]+")
LAST_WORDS = words(
    "key keys apikey token secret password passwd pwd pass authorization credential"
    " credentials auth accesskey"
)
NO_SECRETS = words(
    "cache caching idempotency public sort partition primary foreign max eos bos pad stop"
    " publishable"
)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def kind_of(text: str, place: str = "bearer") -> KeyKind:
    """Tell what a text is in its place: a secret's own, `header NAME`, or any other."""
    if has_known_key(text):
        return KeyKind.REAL_LOOKING
    return judge(text) if is_secret_place(place) else KeyKind.NONE


def judge(text: str) -> KeyKind:
    """Tell what a text is that stands where a key belongs."""
    bare = SCHEME.sub("", text.strip(), count=1) if SCHEME.match(text.strip()) else text.strip()
    if not bare:
        return KeyKind.NONE
    if is_reference(bare):
        return KeyKind.ENV
    return KeyKind.REAL_LOOKING if is_key(bare) else KeyKind.PLACEHOLDER


def is_key(text: str) -> bool:
    """Say whether a text is long and varied, and does not stand for something else."""
    rest = text[found.end() :] if (found := PREFIX.match(text)) else text
    if len(rest) < SHORTEST or not SIGNS.fullmatch(rest) or is_placeholder(rest):
        return False
    return is_varied(rest)


def is_varied(text: str) -> bool:
    """Say whether a text has as many different signs as chance would give it."""
    signs = [sign for sign in text if sign.isalnum()]
    if len(set(signs)) < FEWEST_SIGNS:
        return False
    has_digit = any(sign.isdigit() for sign in signs)
    is_mixed = any(sign.islower() for sign in signs) and any(sign.isupper() for sign in signs)
    return has_digit or is_mixed or len(text) >= LONG_WITHOUT_DIGITS


def has_known_key(text: str) -> bool:
    """Say whether a key of a known shape is anywhere in a text."""
    return bool(PRIVATE_KEY.search(text)) or any(map(is_known_key, known_in(text)))


def known_in(text: str) -> Iterator[re.Match[str]]:
    """Find what has the shape of a known key."""
    for shape in (KNOWN, AFTER_SLASH):
        yield from shape.finditer(text)


def is_known_key(found: re.Match[str]) -> bool:
    """Say whether what has the shape is a key indeed."""
    rest = found[found.lastgroup or 0]
    return not is_placeholder(rest) and is_varied(rest)


def is_secret_place(place: str) -> bool:
    """Say whether a secret belongs into a place."""
    if place in SECRET_PLACES:
        return True
    kind, _, name = place.partition(" ")
    return kind in ("header", "field", "argument", "variable", "query") and is_secret_name(name)


def is_secret_name(name: str) -> bool:
    """Say whether a header, field or variable is named like a secret."""
    words = [word.lower() for word in WORD.findall(name)]
    return bool(words) and words[-1] in LAST_WORDS and NO_SECRETS.isdisjoint(words)
