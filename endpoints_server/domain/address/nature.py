"""What kind of address an IP is, where it is not one of the public internet."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from endpoints_server.domain.address.host import IP, unwrapped


class Nature(StrEnum):
    """Why an address is not public, in words that fit after "is"."""

    UNSPECIFIED = "an unspecified address"
    LOOPBACK = "an address of this machine"
    METADATA = "a cloud's metadata address"
    LINK_LOCAL = "a link-local address"
    PRIVATE = "a private address"
    CARRIER = "a carrier's private address"
    BENCHMARK = "an address for benchmarks"
    DOCUMENTATION = "an address for documentation"
    MULTICAST = "a multicast address"
    RESERVED = "a reserved address"
    INTERNAL_NAME = "a name of an internal network"


FOUR: Mapping[IPv4Network, Nature] = {
    IPv4Network(network): nature
    for nature, networks in {
        Nature.METADATA: (
            *("169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.42.42"),
            *("100.100.100.200", "168.63.129.16", "192.0.0.192"),
        ),
        Nature.UNSPECIFIED: ("0.0.0.0/8",),
        Nature.LOOPBACK: ("127.0.0.0/8",),
        Nature.LINK_LOCAL: ("169.254.0.0/16",),
        Nature.PRIVATE: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        Nature.CARRIER: ("100.64.0.0/10",),
        Nature.BENCHMARK: ("198.18.0.0/15",),
        Nature.DOCUMENTATION: ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
        Nature.MULTICAST: ("224.0.0.0/4",),
        Nature.RESERVED: ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
    }.items()
    for network in networks
}
SIX: Mapping[IPv6Network, Nature] = {
    IPv6Network(network): nature
    for nature, networks in {
        Nature.METADATA: ("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42"),
        Nature.UNSPECIFIED: ("::",),
        Nature.LOOPBACK: ("::1",),
        Nature.LINK_LOCAL: ("fe80::/10",),
        Nature.PRIVATE: ("fc00::/7", "fec0::/10"),
        Nature.BENCHMARK: ("2001:2::/48",),
        Nature.DOCUMENTATION: ("2001:db8::/32", "3fff::/20"),
        Nature.MULTICAST: ("ff00::/8",),
        Nature.RESERVED: ("2001::/23",),  # Teredo among them
    }.items()
    for network in networks
}
GLOBAL = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")
ISATAP = 0x5EFE
ISATAP_MASK = 0xFDFFFFFF
LAST_FOUR_BYTES = 0xFFFFFFFF


def nature_of(ip: IP) -> Nature | None:
    """Classify an address; None for a public one.

    IPv6 that embeds IPv4 is judged by what it embeds, and what nobody has assigned yet is reserved.
    """
    ip = unwrapped(ip)
    if isinstance(ip, IPv4Address):
        return next((nature for network, nature in FOUR.items() if ip in network), None)
    listed = next((nature for network, nature in SIX.items() if ip in network), None)
    found = listed or next(filter(None, map(nature_of, embedded_in(ip))), None)
    return found if found or ip in GLOBAL or ip in NAT64 else Nature.RESERVED


def embedded_in(ip: IPv6Address) -> Iterator[IPv4Address]:
    """Give the IPv4 addresses within: of 6to4, NAT64, ISATAP and the old compatible form."""
    if ip.sixtofour is not None:
        yield ip.sixtofour
    number = int(ip)
    is_isatap = number >> 32 & ISATAP_MASK == ISATAP
    if is_isatap or ip in NAT64 or ip in COMPATIBLE:
        yield IPv4Address(number & LAST_FOUR_BYTES)
