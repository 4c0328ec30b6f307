"""The host of an address, read as browsers read it and written in one way."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import idna

IP = IPv4Address | IPv6Address

LONGEST_NAME = 253
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
PUNYCODE = "xn--"
OCTAL = re.compile(r"0[0-7]+")

NO_NAME = "has a host that is neither a name nor an IP address"
ZONED = "names a network interface of this machine"


def read_host(text: str) -> str:
    """Give a host in its one spelling: a lower-case ASCII name without a final dot, or an IP.

    IPv6 is read in brackets and given without; IPv4 is read in any spelling that a browser takes
    (short, decimal, octal, hexadecimal, in full-width digits), also where IPv6 only wraps it.
    Raises ValueError with words that fit after "the address".
    """
    if not text.startswith("["):
        return read_name(text)
    if "%" in text:
        raise ValueError(ZONED)
    if not text.endswith("]"):
        raise ValueError(NO_NAME)
    try:
        return str(unwrapped(IPv6Address(text[1:-1])))
    except ValueError:
        raise ValueError(NO_NAME) from None


def read_name(text: str) -> str:
    """Read a host without brackets."""
    if len(text) > LONGEST_NAME + 1:
        raise ValueError(NO_NAME)
    name = plain(text).lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > LONGEST_NAME or not all(map(LABEL.fullmatch, labels)):
        raise ValueError(NO_NAME)
    if any(label.startswith(PUNYCODE) for label in labels):
        require_punycode(name)
    return str(read_numbers(labels)) if NUMBER.fullmatch(labels[-1]) else name


def plain(text: str) -> str:
    """Write a name in ASCII."""
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True).decode()
    except UnicodeError:
        raise ValueError(NO_NAME) from None


def require_punycode(name: str) -> None:
    """Refuse an encoded name that stands for no other, and that parsers would choke on."""
    try:
        idna.decode(name)
    except UnicodeError:
        raise ValueError(NO_NAME) from None


def read_numbers(labels: list[str]) -> IPv4Address:
    """Read an IPv4 address of one to four numbers; the last one fills what is left."""
    *front, last = map(number_of, labels)
    if len(front) > 3 or any(number > 255 for number in front):
        raise ValueError(NO_NAME)
    if last >= 256 ** (4 - len(front)):
        raise ValueError(NO_NAME)
    return IPv4Address(last + sum(n << 24 - 8 * place for place, n in enumerate(front)))


def number_of(label: str) -> int:
    """Read a decimal, octal (`0…`) or hexadecimal (`0x…`) number."""
    if not NUMBER.fullmatch(label):
        raise ValueError(NO_NAME)
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    if label == "0" or label[0] != "0":
        return int(label)
    if not OCTAL.fullmatch(label):
        raise ValueError(NO_NAME)
    return int(label, 8)


def ip_of(host: str) -> IP | None:
    """Give the IP that a host is; None for a name."""
    try:
        return unwrapped(ip_address(host))
    except ValueError:
        return None


def unwrapped(ip: IP) -> IP:
    """Give the IPv4 address that an IPv4-mapped one stands for; any other as it is."""
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip
