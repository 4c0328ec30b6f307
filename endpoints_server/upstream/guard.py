"""The address guard: every address that connections of a person's endpoint are about to use."""

from ipaddress import ip_address
from socket import AF_UNSPEC, AddressFamily, socket

from aiohappyeyeballs import AddrInfoType
from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from endpoints_server.domain.address.allowed import AllowedAddresses
from endpoints_server.domain.address.judge import judge, judge_ip
from endpoints_server.domain.address.read import read_address
from endpoints_server.domain.fault import Failed, Fault, Kind

ELSEWHERE = Fault(
    kind=Kind.FORBIDDEN,
    code="address_refused",
    message="A call to this endpoint cannot go to another address than the endpoint's own.",
)


class Guard(AbstractResolver):
    """Lets connections be made to one person's address only, and only while that is public.

    It is a resolver, so that a name is refused for any one of its addresses, and a maker of
    sockets, so that nothing connects past it: what was judged is what is connected. Making one
    judges what the address itself tells. Raises Failed (`address_invalid`, `address_refused`).
    """

    def __init__(
        self, address: str, allowed: AllowedAddresses, resolver: AbstractResolver | None = None
    ) -> None:
        self._address = read_address(address)
        self._allowed = allowed
        judge(self._address, allowed)
        self._resolver = resolver or ThreadedResolver()

    def pin(self, url: str) -> str:
        """Give a URL as it was read here; raises Failed where it leaves the endpoint's origin."""
        found = read_address(url)
        if found.origin != self._address.origin:
            raise Failed(ELSEWHERE)
        return found.url

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up; raises Failed if any of its addresses is refused."""
        place = self._address.place
        if (host, port) != (place.host, place.port):
            raise Failed(ELSEWHERE)
        found = await self._resolver.resolve(host, port, family)
        for each in found:
            self._judge(each["host"])
        return found

    def open_socket(self, found: AddrInfoType) -> socket:
        """Make the socket for an address; raises PermissionError, which connecting understands."""
        family, kind, protocol, _, reached = found
        try:
            self._judge(str(reached[0]))
        except Failed:
            raise PermissionError("address refused") from None
        return socket(family, kind, protocol)

    async def close(self) -> None:
        """Let go of nothing: the resolver is shared."""

    def _judge(self, ip: str) -> None:
        judge_ip(self._address, ip_address(ip), self._allowed)
