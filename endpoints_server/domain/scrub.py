"""Take what looks like a secret, or what a caller said, out of text that somebody may read."""

import json
import re
from collections.abc import Iterable
from typing import AnyStr
from urllib.parse import quote

from endpoints_server.domain.secret import MASK, Secret

SHORTEST_EXACT = 8
"""A shorter secret is a word such as `ollama`, and is told by its place instead."""
ECHO_WINDOW = 8
"""Characters compared at once; any run of nearly twice as many is found."""

KEYS = (
    r"es-[A-Za-z0-9]{12,}",
    r"sk-[A-Za-z0-9_*-]{8,}",
    r"AIza[A-Za-z0-9_-]{8,}",
    r"(?:xai|pplx|nvapi|csk|xox[abprs])-[A-Za-z0-9_-]{8,}",
    r"(?:gsk|hf|r8|fw|tgp_v1|gh[opsu]|github_pat|sk_live|sk_test)_[A-Za-z0-9_-]{8,}",
    r"ya29\.[A-Za-z0-9._-]{8,}",
    r"AKIA[A-Z0-9]{16}",
    r"(?<![_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?",
)
FIELDS = (
    "proxy-authorization|authorization|x-api-key|x-goog-api-key|api[-_]?key|x-es-key|set-cookie"
    "|cookie|client[-_]secret|access[-_]token|refresh[-_]token|password|passwd|secret"
)
QUERIES = (
    "key|api[-_]?key|access[-_]token|token|client[-_]secret|secret|password|signature|sig"
    "|x-amz-signature|x-amz-credential|x-goog-signature|code"
)
SCHEME = r"(?i:bearer|token|basic)\s+"
SOURCE = "|".join(
    (
        # user and password of a URL
        r"(?P<url>://)[^\s/\"'\\<>?#]+(?=@)",
        # a named value in quotes: JSON, the repr of a dict, of a list of pairs
        rf"(?P<quoted>(?i:\b(?:{FIELDS}))\\*[\"']\s*[:,]\s*b?\\*[\"'])[^\"'\\]+",
        # the same as a header line or an assignment; cookies go on to the end of the line
        r"(?P<jar>(?i:\b(?:set-)?cookie):\s*)[^\"'\\\r\n]+",
        rf"(?P<named>(?i:\b(?:{FIELDS}))\s*[:=]\s*\\*[\"']?(?:{SCHEME})?)[^\s\"'\\,;&<>}})\]]+",
        rf"(?P<query>[?&](?i:{QUERIES})=)[^\s\"'\\&#<>]+",
        # an authorization without its name: a scheme, then something unlike a word of a sentence
        rf"(?P<scheme>\b{SCHEME}(?=[^\s\"'\\,;]*[0-9_.~+/=-]))[^\s\"'\\,;&<>}})\]]{{6,}}",
        rf"(?<![A-Za-z0-9])(?:{'|'.join(KEYS)})",
    )
)
TEXT_PATTERN = re.compile(SOURCE)
BYTES_PATTERN = re.compile(SOURCE.encode())


def scrub(text: AnyStr, secrets: Iterable[Secret] = ()) -> AnyStr:
    """Mask the secrets given, wherever they stand, then everything that looks like one.

    Works on text and on bytes alike. A JSON document stays one: no quote and no backslash is ever
    taken out of it.
    """
    if isinstance(text, bytes):
        for spelled in spellings(secrets):
            text = text.replace(spelled.encode(), MASK.encode())
        return BYTES_PATTERN.sub(mask_bytes, text)
    for spelled in spellings(secrets):
        text = text.replace(spelled, MASK)
    return TEXT_PATTERN.sub(mask_text, text)


def spellings(secrets: Iterable[Secret]) -> list[str]:
    """Give each secret as it may be spelled in text, in JSON and in a URL, longest first."""
    found: set[str] = set()
    for secret in secrets:
        value = secret.reveal()
        if len(value) >= SHORTEST_EXACT:
            found |= {value, quote(value, safe="")}
            found |= {json.dumps(value, ensure_ascii=is_plain)[1:-1] for is_plain in (True, False)}
    return sorted(found, key=lambda spelled: (-len(spelled), spelled))


def mask_text(found: re.Match[str]) -> str:
    """Put the mask in place of the secret, and keep what says where it stood."""
    return (found[found.lastgroup] if found.lastgroup else "") + MASK


def mask_bytes(found: re.Match[bytes]) -> bytes:
    """Do the same in bytes."""
    return (found[found.lastgroup] if found.lastgroup else b"") + MASK.encode()


def without_echo(words: str, body: bytes) -> str:
    """Cut words off where they begin to repeat the request's body, which no log is to hold."""
    said = body.decode(errors="replace")
    for start in range(0, len(words) - ECHO_WINDOW + 1, ECHO_WINDOW):
        if words[start : start + ECHO_WINDOW] in said:
            return words[: max(0, start - ECHO_WINDOW + 1)] + "…"
    return words
