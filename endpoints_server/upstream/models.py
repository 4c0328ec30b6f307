"""Ask an endpoint which models it has."""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from endpoints_server.domain.endpoint import Endpoint, Timeouts
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.upstream.clients import Upstream, Upstreams
from endpoints_server.upstream.lists.address import with_query
from endpoints_server.upstream.lists.read import MOST_MODELS, ListedModel, Page, read_page, unique
from endpoints_server.upstream.send import Outgoing, send

PATIENCE_SECONDS = 5.0
"""For the whole of a list, however many pages it has."""
LIST_BYTES = 8 * 1024 * 1024
MOST_PAGES = 50
OK = 200
KINDS = {
    401: Kind.UPSTREAM_DENIED,
    402: Kind.UPSTREAM_DENIED,
    403: Kind.UPSTREAM_DENIED,
    429: Kind.UPSTREAM_LIMITED,
}


async def fetch_models(
    upstreams: Upstreams, endpoint: Endpoint, url: str, headers: Mapping[str, str]
) -> tuple[ListedModel, ...]:
    """Give the whole list at a URL of an endpoint, page after page; it has one model at least.

    It goes the way that calls go: no redirect is followed, and a person's address is guarded.
    Raises Failed, in words that repeat nothing of what was sent or answered.
    """
    limits = Timeouts(
        connect_seconds=min(PATIENCE_SECONDS, endpoint.timeouts.connect_seconds),
        first_token_seconds=PATIENCE_SECONDS,
        between_tokens_seconds=PATIENCE_SECONDS,
        total_seconds=PATIENCE_SECONDS,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with upstreams.acquire(replace(endpoint, timeouts=limits)) as upstream:
                return await read_whole(upstream, url, headers)
    except TimeoutError:
        words = f"did not give its model list within {PATIENCE_SECONDS:g} seconds"
        raise failed(endpoint, words, Kind.UPSTREAM_SLOW) from None


async def read_whole(
    upstream: Upstream, url: str, headers: Mapping[str, str]
) -> tuple[ListedModel, ...]:
    """Read pages until none follows; one that was asked for already ends the list too."""
    endpoint = upstream.endpoint
    found: list[ListedModel] = []
    asked: set[str] = set()
    rest, page_url = LIST_BYTES, url
    while page_url not in asked:
        asked.add(page_url)
        body = await read_body(upstream, page_url, headers, rest)
        rest -= len(body)
        page = await asyncio.to_thread(read_page, body)
        if page is None:
            words = "answered with something that is no model list"
            raise failed(endpoint, words, status=OK)
        found += page.models
        if page.is_too_long or len(found) > MOST_MODELS or len(asked) > MOST_PAGES:
            raise failed(endpoint, f"lists more than {MOST_MODELS} models or {MOST_PAGES} pages")
        page_url = following(url, page) or page_url
    if not found:
        raise failed(endpoint, "lists no model")
    return unique(found)


async def read_body(
    upstream: Upstream, url: str, headers: Mapping[str, str], limit_bytes: int
) -> bytes:
    """Ask for one page; anything but a 200 is a failure."""
    incoming = await send(upstream, Outgoing(url=url, headers=headers, method="GET"))
    try:
        if incoming.status != OK:
            words = f"answered {incoming.status} when asked for its models"
            raise failed(upstream.endpoint, words, kind_of(incoming.status), incoming.status)
        return await incoming.read_all(limit_bytes)
    finally:
        incoming.close()


def following(url: str, page: Page) -> str:
    """Give the URL of the next page, empty where there is none."""
    return with_query(url, *page.more) if page.more else ""


def kind_of(status: int) -> Kind:
    """Place the status of an answer that is no list."""
    refusal = Kind.UPSTREAM_REFUSED if 400 <= status < 500 else Kind.UPSTREAM_BROKEN
    return KINDS.get(status, refusal)


def failed(
    endpoint: Endpoint, words: str, kind: Kind = Kind.UPSTREAM_BROKEN, status: int = 0
) -> Failed:
    """Say why there is no list; `status` is that of the answer, 0 where none came."""
    message = f"The endpoint '{endpoint.name}' {words}."
    return Failed(Fault(kind=kind, message=message, status=status))
