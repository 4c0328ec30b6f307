"""Where an endpoint is asked for its models."""

import re
from urllib.parse import SplitResult, quote_plus, urlsplit, urlunsplit

from endpoints_server.domain.endpoint import Endpoint

MESSAGES = "anthropic_messages"
GENERATIVE = "google_generative"
COMPLETE = re.compile("/(?:responses|chat/completions)$")
"""What a base may end in on its own wire."""

PAGE_SIZES = {MESSAGES: "limit=1000", GENERATIVE: "pageSize=1000"}
CALLED = re.compile(
    r"/(?:chat/completions|chat|completions|messages|responses|embeddings|models/[^/]+:\w+)/*$"
)
VERSIONED = re.compile(r"/v\d+(?:alpha|beta)?\d*(?:/|$)")
PORTS = {"http": 80, "https": 443}


def list_urls(endpoint: Endpoint, user_id: str = "") -> tuple[str, ...]:
    """Give the URLs to try, in order; one that answers with a list is the last.

    `user_id` is told where the endpoint wants to know whose list it is. Empty without an address.
    """
    discovery = endpoint.discovery
    if discovery is None or not endpoint.address:
        return ()
    base = reduced(endpoint.address) if endpoint.is_direct else endpoint.address
    query = f"user={quote_plus(user_id)}" if discovery.has_user_query and user_id else ""
    if endpoint.wire == MESSAGES:
        path = stem(urlsplit(base).path).removesuffix("/v1")
        return (joined(base, f"{path}/v1/models", PAGE_SIZES[MESSAGES], query),)
    if endpoint.wire == GENERATIVE:
        path = stem(urlsplit(base).path).removesuffix("/models")
        version = "" if VERSIONED.search(path) else "/v1beta"
        return (joined(base, f"{path}{version}/models", PAGE_SIZES[GENERATIVE], query),)
    path = COMPLETE.sub("", urlsplit(base).path.rstrip("/"))
    ordinary = joined(base, f"{path}/models", query)
    if discovery.is_tagged:
        return (f"{origin(endpoint.address)}/api/tags", ordinary)
    return (ordinary,)


def reduced(address: str) -> str:
    """Give the base of an exact address: what it calls is cut off, and its query with it."""
    return stem(address.partition("?")[0])


def stem(path: str) -> str:
    """Cut off the operation that a path ends in, and slashes."""
    return CALLED.sub("", path.rstrip("/")).rstrip("/")


def origin(address: str) -> str:
    """Give scheme, host and port, the port only if unusual; what is no http address as it is."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        return address
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_usual = parts.port in (None, PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


def joined(base: str, path: str, *queries: str) -> str:
    """Put another path under a base; its query stays, and more may follow."""
    parts = urlsplit(base)
    query = "&".join(filter(None, (parts.query, *queries)))
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path, query, ""))


def with_query(url: str, name: str, value: str) -> str:
    """Add one field to a URL's query."""
    return f"{url}{'&' if '?' in url else '?'}{name}={quote_plus(value)}"
