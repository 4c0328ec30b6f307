"""Which header presents the key, what the key is, and which headers remain."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from endpoints_server.samples.draft import Auth, KeyKind
from endpoints_server.samples.keys.kind import SCHEME, is_secret_name, judge
from endpoints_server.samples.keys.placeholder import MARKS
from endpoints_server.samples.keys.reference import REFERENCE, variable_in
from endpoints_server.samples.warning import (
    BASIC_AUTH,
    HEADER_PLACEHOLDER_DROPPED,
    HEADER_REJECTED,
)
from endpoints_server.samples.words import words

USUAL = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
OF_EVERY_CALL = words(
    "content-type content-length host connection cookie transfer-encoding accept-encoding"
)
PLAIN_ACCEPTS = frozenset({"application/json", "text/event-stream", "*/*", ""})
SCHEMES = {"bearer": "Bearer", "basic": "Basic", "token": "Token"}
WIRE_HEADERS = {
    "anthropic": ("x-api-key", None),
    "google": ("x-goog-api-key", None),
    "openai": ("Authorization", "Bearer"),
    "openai-responses": ("Authorization", "Bearer"),
}
NAME_SIGNS = frozenset("!#$%&'*+-.^_`|~")


class Credential(Struct, frozen=True, kw_only=True):
    """How the key is presented, and what is known of it."""

    auth: Auth = Auth()
    kind: KeyKind = KeyKind.NONE
    variable: str | None = None
    headers: Mapping[str, str] = {}
    warnings: tuple[str, ...] = ()


def read_headers(headers: Iterable[tuple[str, str]]) -> Credential:
    """Find the key among headers, and keep those that belong to the endpoint."""
    sound = [(name, value) for name, value in headers if is_sound(name, value)]
    warnings = () if len(sound) == len(list(headers)) else (HEADER_REJECTED,)
    chosen = choose(sound)
    rest: dict[str, str] = {}
    for name, value in sound:
        if (name, value) == chosen or is_of_every_call(name, value):
            continue
        if is_stand_in(value) or is_secret_name(name):
            warnings = (*warnings, HEADER_PLACEHOLDER_DROPPED)
            continue
        rest[name] = value
    found = credential_of(*chosen) if chosen else Credential()
    return Credential(
        auth=found.auth,
        kind=found.kind,
        variable=found.variable,
        headers=rest,
        warnings=(*found.warnings, *warnings),
    )


def choose(headers: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Choose the header that presents the key: a usual one, else one that is named like a key."""
    for usual in USUAL:
        for name, value in headers:
            if name.lower() == usual:
                return name, value
    return next(((name, value) for name, value in headers if is_secret_name(name)), None)


def credential_of(name: str, value: str) -> Credential:
    """Read the header that presents the key."""
    found = SCHEME.match(value + " ")
    word = found[0].strip().lower() if found else ""
    scheme = SCHEMES.get(word) if name.lower() != "x-api-key" else None
    rest = value[len(word) :].strip() if scheme else value.strip()
    if scheme == "Basic":
        return basic(name, rest)
    return Credential(
        auth=Auth(name, scheme), kind=judge(rest), variable=variable_in(rest), warnings=()
    )


def basic(name: str, login: str) -> Credential:
    """Read a login: the password is the key, where both are told."""
    _, separator, password = login.rpartition(":")
    key = password if separator else login
    return Credential(
        auth=Auth(name, "Basic"),
        kind=judge(key),
        variable=variable_in(key),
        warnings=(BASIC_AUTH,),
    )


def default_auth(wire: str | None) -> Auth:
    """Give how a wire usually presents its key."""
    return Auth(*WIRE_HEADERS[wire or "openai"])


def is_sound(name: str, value: str) -> bool:
    """Say whether a header can be sent as it is."""
    is_name = bool(name) and all(
        sign in NAME_SIGNS or (sign.isascii() and sign.isalnum()) for sign in name
    )
    return is_name and not any(ord(sign) < 32 or ord(sign) == 127 for sign in value)


def is_of_every_call(name: str, value: str) -> bool:
    """Say whether a header is the call's business rather than the endpoint's."""
    if name.lower() == "accept":
        return value.lower() in PLAIN_ACCEPTS
    return name.lower() in OF_EVERY_CALL


def is_stand_in(value: str) -> bool:
    """Say whether a header's value has to be filled in."""
    if REFERENCE.search(value):
        return True
    bare = value.strip()
    is_marked = bare.startswith(("<", "{", "[")) and bool(MARKS.search(bare))
    return not bare or is_marked or "..." in bare or bare.upper().startswith(("YOUR_", "YOUR-"))
