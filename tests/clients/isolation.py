"""A network with nothing in it but the loopback: whatever a client asks of the world fails."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from pathlib import Path

INSIDE = "CLIENTS_ISOLATED"
"""The variable that tells a process that it runs in such a network."""
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
REQUEST = "16sH14x"
"""The name of an interface and its flags, as the kernel takes them."""


def isolating_prefix() -> list[str]:
    """Give what to put before a command so that it runs in such a network; nothing if none can."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    tried = [[unshare, "--net"], [unshare, "--map-root-user", "--net"]]
    return next(filter(is_working, tried), [])


def is_working(prefix: list[str]) -> bool:
    """Say whether a command runs behind a prefix."""
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return tried.returncode == 0


def raise_loopback() -> None:
    """Bring the loopback up, which a network of one's own begins without."""
    with socket.socket() as any_socket:
        asked = struct.pack(REQUEST, b"lo", 0)
        flags = struct.unpack(REQUEST, fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(REQUEST, b"lo", flags | IFF_UP))


def ways_out() -> list[str]:
    """Name the interfaces that a route leads out by."""
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    routes_6 = Path("/proc/net/ipv6_route")
    names = [line.split()[0] for line in routes]
    if routes_6.exists():
        names += [line.split()[-1] for line in routes_6.read_text().splitlines()]
    return sorted(set(names) - {"lo"})


def is_inside() -> bool:
    """Say whether this process runs in such a network already."""
    return os.environ.get(INSIDE) == "1"
