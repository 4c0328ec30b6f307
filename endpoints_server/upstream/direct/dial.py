"""From a host name to a connected stream."""

import ssl
from asyncio import Future, Task, ensure_future, get_running_loop, shield
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from itertools import count
from socket import (
    AF_INET,
    AF_INET6,
    AF_UNSPEC,
    SO_KEEPALIVE,
    SOCK_STREAM,
    SOL_SOCKET,
    gaierror,
    socket,
)

import httpx2
from aiohappyeyeballs import AddrInfoType, remove_addr_infos, start_connection
from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from endpoints_server.upstream.bounds import RESOLVED_SECONDS
from endpoints_server.upstream.direct.connection import Connection
from endpoints_server.upstream.direct.head import Place

SocketOpener = Callable[[AddrInfoType], socket]
NEXT_ADDRESS_SECONDS = 0.25
"""So long one address of a name may take before the next is tried beside it (RFC 8305)."""


class Dialer:
    """Connects to places; a name's addresses are kept for a while, and taken in turn.

    `resolver` looks names up, `open_socket` makes the socket for each address about to be
    connected: there addresses can be refused.
    """

    def __init__(
        self, resolver: AbstractResolver | None = None, open_socket: SocketOpener | None = None
    ) -> None:
        self._resolver = resolver or ThreadedResolver()
        self._open_socket = open_socket
        self._found: dict[Place, Task[list[ResolveResult]]] = {}
        self._turn = count()
        self._loop = get_running_loop()

    async def dial(self, place: Place, make: Callable[[], Connection]) -> Connection:
        """Connect, with TLS where the place has it.

        Raises gaierror, ssl.SSLError, httpx2.ConnectError, and what the resolver raises.
        """
        addresses = await self._addresses(place)
        while True:
            try:
                made = await start_connection(
                    addresses,
                    happy_eyeballs_delay=NEXT_ADDRESS_SECONDS,
                    interleave=1,
                    socket_factory=self._open_socket,
                )
            except OSError as error:
                raise httpx2.ConnectError("not connected") from error
            reached = made.getpeername()
            try:
                return await self._greet(made, place, make)
            except OSError as error:  # another address may have a working certificate
                remove_addr_infos(addresses, reached)
                if not addresses:
                    if isinstance(error, ssl.SSLError):
                        raise
                    raise httpx2.ConnectError("not connected") from error

    def close(self) -> None:
        """Look no more names up."""
        for looking in self._found.values():
            looking.cancel()
        self._found.clear()

    async def _greet(
        self, made: socket, place: Place, make: Callable[[], Connection]
    ) -> Connection:
        made.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
        _, connection = await self._loop.create_connection(
            make,
            sock=made,
            ssl=trusting() if place.is_tls else None,
            server_hostname=place.host.rstrip(".") if place.is_tls else None,
        )
        return connection

    async def _addresses(self, place: Place) -> list[AddrInfoType]:
        if is_ip(place.host):
            return [address_of(place.host, place.port)]
        try:
            found = await shield(self._look_up(place))
        except gaierror:
            raise
        except (OSError, UnicodeError) as error:
            raise gaierror("name not found") from error
        if not found:
            raise gaierror("name without address")
        first = next(self._turn) % len(found)
        return [address_of(each["host"], each["port"]) for each in found[first:] + found[:first]]

    def _look_up(self, place: Place) -> Future[list[ResolveResult]]:
        """Ask the resolver, unless it is being asked already or was a moment ago."""
        known = self._found.get(place)
        if known is not None:
            return known
        looking = ensure_future(self._resolver.resolve(place.host, place.port, AF_UNSPEC))

        def forget() -> None:
            if self._found.get(place) is looking:
                del self._found[place]

        def settle(done: Future[list[ResolveResult]]) -> None:
            if done.cancelled() or done.exception() is not None or not done.result():
                forget()
            else:
                self._loop.call_later(RESOLVED_SECONDS, forget)

        self._found[place] = looking
        looking.add_done_callback(settle)
        return looking


@lru_cache(maxsize=1)
def trusting() -> ssl.SSLContext:
    """Make the one context for all connections; it trusts whom the system trusts."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@lru_cache(maxsize=1024)
def is_ip(host: str) -> bool:
    """Say whether a host is an address already."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def address_of(ip: str, port: int) -> AddrInfoType:
    """Write an address as sockets take it."""
    if ":" not in ip:
        return AF_INET, SOCK_STREAM, 0, "", (ip, port)
    return AF_INET6, SOCK_STREAM, 0, "", (ip, port, 0, 0)
