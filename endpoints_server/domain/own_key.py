"""What a person brings for an endpoint: a provider key, and where the endpoint asks, an address."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.endpoint import Credential, Endpoint
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.secret import Secret

LONGEST = 4096


class OwnKey(Struct, frozen=True, kw_only=True):
    """A provider key of a person; `address` is empty unless the address too is the person's.

    `headers` are sent beside it, by name, where the whole endpoint is the person's.
    """

    api_key: Secret
    address: Secret = Secret("")
    headers: tuple[tuple[str, Secret], ...] = ()

    def fits(self, endpoint: Endpoint) -> bool:
        """Say whether it was stored for the kind of endpoint that now goes by the name.

        A key that came with an address goes to no other, and an address does not come from nowhere.
        """
        if endpoint.owner:
            return self.address == Secret(endpoint.address)
        return bool(self.address) == endpoint.is_personal


class KeyState(StrEnum):
    """How a person stands with an endpoint that needs a key of theirs."""

    MISSING = "missing"
    VALID = "valid"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"


REFUSALS = {
    KeyState.MISSING: (
        "user_key_required",
        "The endpoint '{name}' needs a provider {what} of your own. Store it {where}.",
    ),
    KeyState.EXPIRED: (
        "user_key_expired",
        "Your provider key for the endpoint '{name}' has expired. Store it anew {where}.",
    ),
    KeyState.UNREADABLE: (
        "user_key_unreadable",
        "Your provider key for the endpoint '{name}' cannot be read any more. Enter it again "
        "{where}.",
    ),
}
"""What is said, under which code, of a key that cannot be used."""


def read_api_key(text: str) -> Secret:
    """Take a key as it was typed or pasted: white space around it goes, all else stays as it is.

    Nothing in it is ever filled in. Raises Failed(bad_request), which repeats none of it, where no
    header could carry it.
    """
    key = text.strip()
    if not key:
        raise refused("The key is empty.")
    if len(key) > LONGEST:
        raise refused(f"The key is longer than {LONGEST} characters.")
    if any(character.isspace() for character in key):
        raise refused("The key has a space or a line break in it. Copy it again.")
    if not key.isascii() or not key.isprintable():
        raise refused("The key has a character that no key has, such as a “. Copy it again.")
    return Secret(key)


def take_secret(kind: type, value: object) -> Secret:
    """Read a secret out of JSON, for a decoder; raises TypeError for anything but text."""
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError("a secret is text")


def with_own_key(endpoint: Endpoint, own_key: OwnKey) -> Endpoint:
    """Give an endpoint as one person reaches it: by their key, and at their address if it asks."""
    return replace(
        endpoint,
        credential=Credential(owner="user", secret=own_key.api_key),
        address=own_key.address.reveal() if endpoint.is_personal else endpoint.address,
        headers=own_headers(own_key) if endpoint.owner else endpoint.headers,
    )


def own_headers(own_key: OwnKey) -> tuple[HeaderTemplate, ...]:
    """Write the headers that a person brought; nothing is filled in, and each is a secret."""
    return tuple(
        HeaderTemplate(name, (value.reveal(),), is_secret=True, is_own=True)
        for name, value in own_key.headers
    )


def key_fault(state: KeyState, endpoint: Endpoint, keys_url: str) -> Fault:
    """Tell a person what is wrong with their key for an endpoint, and where to put it right."""
    code, sentence = REFUSALS[state]
    message = sentence.format(
        name=endpoint.name,
        what="key and its address" if endpoint.needs_address else "key",
        where=f"at {keys_url} or with PUT /me/credentials/{endpoint.slug}",
    )
    return Fault(kind=Kind.FORBIDDEN, code=code, message=message)


def refused(message: str) -> Failed:
    """Say what is wrong with something a person typed."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param="apiKey"))
