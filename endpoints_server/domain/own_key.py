"""What a person brings for an endpoint: a provider key, and where the endpoint asks, an address."""

from urllib.parse import urlsplit

from msgspec import Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret

LONGEST_KEY = 4096
LONGEST_ADDRESS = 2048


class OwnKey(Struct, frozen=True, kw_only=True):
    """A provider key of a person; `address` is empty unless the address too is the person's."""

    api_key: Secret
    address: Secret = Secret("")


def read_api_key(text: str) -> Secret:
    """Take a key as it was typed or pasted: white space around it goes, all else stays as it is.

    Nothing in it is ever filled in. Raises Failed(bad_request), which repeats none of it, where no
    header could carry it.
    """
    key = text.strip()
    if not key:
        raise refused("The key is empty.", "apiKey")
    if len(key) > LONGEST_KEY:
        raise refused(f"The key is longer than {LONGEST_KEY} characters.", "apiKey")
    if any(character.isspace() for character in key):
        raise refused("The key has a space or a line break in it. Copy it again.", "apiKey")
    if not key.isascii() or not key.isprintable():
        message = (
            "The key has a character in it that no key has, such as a curly quote. Copy it again."
        )
        raise refused(message, "apiKey")
    return Secret(key)


def read_own_address(text: str) -> Secret:
    """Take an address as it was typed; raises Failed(bad_request), which does not repeat it."""
    address = text.strip()
    if not address:
        raise refused("This endpoint needs the address of your provider too.", "baseURL")
    if len(address) > LONGEST_ADDRESS:
        raise refused(f"The address is longer than {LONGEST_ADDRESS} characters.", "baseURL")
    if not is_address(address):
        message = "The address must be an http or https URL, such as https://api.example.com/v1."
        raise refused(message, "baseURL")
    return Secret(address)


def is_address(text: str) -> bool:
    """Say whether a text can be the address of an API."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment


def refused(message: str, param: str) -> Failed:
    """Say what is wrong with something a person typed."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=param))
