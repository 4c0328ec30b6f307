"""An address, with another host."""

from urllib.parse import urlsplit

from endpoints_server.upstream.observed.reach import bracketed


def rehost(address: str, host: str) -> str:
    """Put another host into an address; all else stays, whatever case the host was written in."""
    parts = urlsplit(address)
    user, mark, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port is not None else ""
    return parts._replace(netloc=f"{user}{mark}{bracketed(host)}{port}").geturl()
