"""Tokens of sign-in links and of browsers: random, and kept only as a hash."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256

from endpoints_server.domain.secret import Secret

TOKEN_BYTES = 32


class Purpose(StrEnum):
    """What a token is good for; the hash of one purpose never matches another."""

    LINK = "link"
    BROWSER = "browser"
    FORM = "form"


def make_token(draw: Callable[[int], bytes]) -> Secret:
    """Make a token of 256 random bits."""
    return Secret(urlsafe_b64encode(draw(TOKEN_BYTES)).rstrip(b"=").decode())


def digest_token(token: Secret, purpose: Purpose) -> bytes:
    """Give the hash that stands for a token."""
    return hmac.digest(token.reveal().encode(), purpose.value.encode(), sha256)


def form_token(browser: Secret) -> str:
    """Give what every form of a signed-in browser carries, and no other site can know."""
    return digest_token(browser, Purpose.FORM).hex()


def is_form_token(text: str, browser: Secret) -> bool:
    """Compare what a form carried, in constant time."""
    return hmac.compare_digest(text.encode(), form_token(browser).encode())
