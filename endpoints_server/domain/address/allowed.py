"""The private addresses that the administrator lets people choose."""

import re
from enum import StrEnum

from endpoints_server.domain.address.host import ip_of, read_host
from endpoints_server.domain.address.nature import nature_of
from endpoints_server.domain.address.read import HostPort, read_port

AllowedAddresses = frozenset[HostPort]

ENTRY = re.compile(r"(?P<host>\[[^\[\]\s]*\]|[^\[\]:/@\s]+):0*(?P<port>[0-9]{1,5})")


class Mistake(StrEnum):
    """Why a text allows nothing."""

    SHAPE = "must be `host:port` or `[ipv6]:port`, with a port from 1 to 65535"
    PUBLIC = "is a public address, which needs no permission"
    UNMATCHABLE = "matches nothing: it is no name of a host"


def read_allowed(text: str) -> HostPort | Mistake:
    """Read one entry of `endpoints.allowedAddresses`.

    A name allows that name alone, an IP also every name that leads to it; both on that port alone.
    """
    entry = ENTRY.fullmatch(text)
    if entry is None:
        return Mistake.SHAPE
    try:
        port = read_port(entry["port"], 0)
    except ValueError:
        return Mistake.SHAPE
    try:
        host = read_host(entry["host"])
    except ValueError:
        return Mistake.SHAPE if entry["host"].startswith("[") else Mistake.UNMATCHABLE
    ip = ip_of(host)
    if ip is not None and nature_of(ip) is None:
        return Mistake.PUBLIC
    return HostPort(host, port)
