"""Which proxy of the environment, if any, stands before an address."""

from ipaddress import ip_address
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from endpoints_server.domain.fault import Failed, Fault, Kind

UNUSABLE = Fault(
    kind=Kind.UNREACHABLE,
    message="The proxy that the environment names (`http_proxy`, `https_proxy`, `all_proxy`) is no "
    "usable address.",
)


def find_proxy(address: str) -> URL | None:
    """Read `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in either case.

    Addresses of this machine are never reached through a proxy. Raises Failed where it is no
    address.
    """
    url = URL(address)
    if not url.host or is_own(url.host) or proxy_bypass(f"{url.host}:{url.port}"):
        return None
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found:
        return None
    try:
        proxy = URL(found if "://" in found else f"http://{found}")
    except ValueError:  # its text may hold the proxy's password
        raise Failed(UNUSABLE) from None
    if not proxy.host:
        raise Failed(UNUSABLE)
    return proxy


def is_own(host: str) -> bool:
    """Say whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
