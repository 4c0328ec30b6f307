"""How far one comes towards an address: its name, each of its addresses, TLS."""

import asyncio
import ssl
from enum import StrEnum
from socket import SOCK_STREAM, gaierror
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed
from endpoints_server.upstream.direct.dial import trusting
from endpoints_server.upstream.lists.address import PORTS
from endpoints_server.upstream.proxy import find_proxy

PATIENCE_SECONDS = 5.0
LOOPBACKS = ("127.0.0.1", "::1")
NO_PROXY = "of no usable address"
OWN_HOSTS = frozenset({"localhost", *LOOPBACKS})
"""Names of this machine."""


class Meeting(StrEnum):
    """What came of trying to connect."""

    CONNECTED = "connected"
    REFUSED = "refused"
    SILENT = "silent"
    NO_WAY = "no way there"


class Tried(Struct, frozen=True):
    """One address that was tried; `is_meant` where the host's name leads to it."""

    ip: str
    meeting: Meeting
    is_meant: bool = True


class Reach(Struct, frozen=True, kw_only=True):
    """How far one came. Through a proxy nothing is tried, and `proxy` names its host.

    `tls_trouble` is what the TLS library says, empty where all is well or nothing was tried;
    `is_untrusted` where it is the certificate.
    """

    host: str
    port: int
    is_tls: bool
    proxy: str = ""
    tried: tuple[Tried, ...] = ()
    tls_trouble: str = ""
    is_untrusted: bool = False

    @property
    def place(self) -> str:
        """Host and port, as an address has them."""
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def is_connected(self) -> bool:
        """Whether any address that is meant was reached."""
        return any(each.is_meant and each.meeting is Meeting.CONNECTED for each in self.tried)

    @property
    def is_open(self) -> bool:
        """Whether nothing stands in the way of a request."""
        return bool(self.proxy) or (self.is_connected and not self.tls_trouble)


def bracketed(host: str) -> str:
    """Write a host as addresses have it."""
    return f"[{host}]" if ":" in host else host


async def find_reach(address: str, patience_seconds: float = PATIENCE_SECONDS) -> Reach:
    """Look a name up and connect to every address that it has; no request is sent.

    Of this machine both loopback addresses are tried, whichever is meant.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    reach = Reach(host=host, port=port, is_tls=parts.scheme == "https")
    proxy = proxy_of(address)
    if proxy:
        return replace(reach, proxy=proxy)
    meant = await addresses(host, port)
    ips = list(dict.fromkeys((*meant, *LOOPBACKS))) if host in OWN_HOSTS else meant
    meetings = await asyncio.gather(*(meet(ip, port, patience_seconds) for ip in ips))
    tried = tuple(
        Tried(ip, meeting, ip in meant) for ip, meeting in zip(ips, meetings, strict=True)
    )
    reach = replace(reach, tried=tried)
    return await greeted(reach, patience_seconds) if reach.is_tls else reach


def proxy_of(address: str) -> str:
    """Name the host of the proxy before an address; empty for none."""
    try:
        proxy = find_proxy(address)
    except Failed:  # a call will tell
        return NO_PROXY
    return (proxy.host or NO_PROXY) if proxy else ""


async def addresses(host: str, port: int) -> list[str]:
    """Look a name up; nothing is found where it is not known."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    except (gaierror, UnicodeError):
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


async def meet(ip: str, port: int, patience_seconds: float) -> Meeting:
    """Connect to one address, and leave again."""
    try:
        async with asyncio.timeout(patience_seconds):
            _, writer = await asyncio.open_connection(ip, port)
    except ConnectionRefusedError:
        return Meeting.REFUSED
    except TimeoutError:
        return Meeting.SILENT
    except OSError:
        return Meeting.NO_WAY
    writer.transport.abort()
    return Meeting.CONNECTED


async def greeted(reach: Reach, patience_seconds: float) -> Reach:
    """Shake hands over TLS at the first address that was reached."""
    reached = (each for each in reach.tried if each.is_meant)
    first = next((each.ip for each in reached if each.meeting is Meeting.CONNECTED), None)
    if first is None:
        return reach
    try:
        async with asyncio.timeout(patience_seconds):
            _, writer = await asyncio.open_connection(
                first, reach.port, ssl=trusting(), server_hostname=reach.host
            )
    except ssl.SSLCertVerificationError as error:
        return replace(reach, tls_trouble=error.verify_message, is_untrusted=True)
    except ssl.SSLError as error:
        return replace(reach, tls_trouble=error.reason or "no TLS")
    except TimeoutError:
        return replace(reach, tls_trouble="no answer to the TLS greeting")
    except OSError:
        return replace(reach, tls_trouble="the connection was cut in the TLS greeting")
    writer.transport.abort()
    return reach
