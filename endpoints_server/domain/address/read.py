"""A base URL that a person typed becomes an Address, by the only parser there is for it."""

import re

from msgspec import Struct

from endpoints_server.domain.address.host import read_host
from endpoints_server.domain.fault import Failed, Fault, Kind

LONGEST = 2048
PORTS = {"http": 80, "https": 443}
SHAPE = re.compile(r"(?P<scheme>[^:/?#]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)")
AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]+)(?::(?P<port>[0-9]*))?")

NOT_HTTP = "must begin with http:// or https://"
UNREADABLE = "holds spaces, backslashes or characters that cannot be seen"
TOO_LONG = f"is longer than {LONGEST} characters"
WITH_LOGIN = "holds a user name or a password; a key has a place of its own"
WITH_FRAGMENT = "holds a '#'"
NO_HOST = "has no host, or one that cannot be read"
NO_PORT = "has a port that is not between 1 and 65535"


class HostPort(Struct, frozen=True):
    """A host in its one spelling, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Address(Struct, frozen=True, kw_only=True):
    """Where a person's endpoint is; `rest` is path and query, `written_host` as it was typed."""

    scheme: str
    place: HostPort
    rest: str
    written_host: str

    @property
    def url(self) -> str:
        """The same address in the one spelling that every other parser reads alike."""
        return f"{self.scheme}://{self.place}{self.rest}"

    @property
    def origin(self) -> tuple[str, HostPort]:
        """What must stay the same wherever an endpoint's calls go."""
        return self.scheme, self.place


def read_address(text: str) -> Address:
    """Read a base URL.

    Stricter than browsers: nothing is mended that two parsers could mend in two ways. Raises Failed
    (bad_request, `address_invalid`), whose message holds nothing of the text.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise Failed(
            Fault(
                kind=Kind.BAD_REQUEST,
                code="address_invalid",
                message=f"The address {error}.",
            )
        ) from None


def parse(text: str) -> Address:
    """Read a base URL; raises ValueError with words that fit after "the address"."""
    if len(text) > LONGEST:
        raise ValueError(TOO_LONG)
    if not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(UNREADABLE)
    if "#" in text:
        raise ValueError(WITH_FRAGMENT)
    shape = SHAPE.fullmatch(text)
    scheme = shape["scheme"].lower() if shape else ""
    if shape is None or scheme not in PORTS:
        raise ValueError(NOT_HTTP)
    if "@" in shape["authority"]:
        raise ValueError(WITH_LOGIN)
    authority = AUTHORITY.fullmatch(shape["authority"])
    if authority is None:
        raise ValueError(NO_HOST)
    place = HostPort(read_host(authority["host"]), read_port(authority["port"], PORTS[scheme]))
    return Address(scheme=scheme, place=place, rest=shape["rest"], written_host=authority["host"])


def read_port(digits: str | None, usual: int) -> int:
    """Read a port; none, or an empty one, is the scheme's own."""
    port = int(digits) if digits else usual
    if not 1 <= port <= 65535:
        raise ValueError(NO_PORT)
    return port
