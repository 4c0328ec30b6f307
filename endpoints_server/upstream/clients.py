"""The transports of all endpoints: opened when first needed, closed when no call uses them."""

from asyncio import Task, gather, get_running_loop
from typing import Self

from aiohttp.abc import AbstractResolver

from endpoints_server.domain.address.allowed import AllowedAddresses
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.upstream.alarm import Alarms
from endpoints_server.upstream.body import Asking
from endpoints_server.upstream.direct.transport import DirectTransport
from endpoints_server.upstream.guard import Guard
from endpoints_server.upstream.proxied import ProxiedTransport
from endpoints_server.upstream.proxy import find_proxy

Transport = DirectTransport | ProxiedTransport
Place = tuple[str, str, int, AllowedAddresses | None]


class Upstreams:
    """One transport per endpoint, kept while what it depends on stays the same.

    A call holds its transport by `acquire`; a transport that no endpoint needs any more is closed
    when its last call has ended. An endpoint outside the adopted catalog has a transport for as
    long as calls use it. The connections of an endpoint whose address a person chose are guarded,
    and go through no proxy. `resolver` looks names up; None is the system's own.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver
        self._allowed: AllowedAddresses = frozenset()
        self._upstreams: dict[str, Upstream] = {}
        self._links: dict[Place, Link] = {}
        self._needed: frozenset[Place] = frozenset()
        self._closing: set[Task[None]] = set()

    def acquire(self, endpoint: Endpoint) -> "Upstream":
        """Take an endpoint's upstream for one call, within a `with`; needs a running loop.

        Raises Failed (`address_invalid`, `address_refused`) for a person's address that is wrong.
        """
        upstream = self._upstreams.get(endpoint.place)
        if upstream is None or upstream.endpoint is not endpoint:
            upstream = self._upstreams[endpoint.place] = self._open(endpoint)
        upstream.link.users += 1
        return upstream

    def adopt(self, catalog: Catalog) -> None:
        """Keep the transports that a catalog's endpoints need, and retire all others."""
        if catalog.allowed_addresses != self._allowed:
            self._allowed = catalog.allowed_addresses
            self._upstreams = {
                slug: known for slug, known in self._upstreams.items() if known.guard is None
            }
        self._needed = frozenset(self._place_of(endpoint) for endpoint in catalog.endpoints)
        for link in list(self._links.values()):
            self.retire_unused(link)

    async def close(self) -> None:
        """Close every transport, and with it what still runs."""
        self._needed = frozenset()
        for link in list(self._links.values()):
            self._close(link)
        await gather(*self._closing)

    def retire_unused(self, link: "Link") -> None:
        """Close a link that no call uses and no endpoint needs."""
        is_open = self._links.get(link.place) is link
        if is_open and not link.users and link.place not in self._needed:
            self._close(link)

    def _open(self, endpoint: Endpoint) -> "Upstream":
        place = self._place_of(endpoint)
        link = self._links.get(place)
        if link is None:
            link = self._links[place] = self._link(endpoint, place)
        return Upstream(endpoint, link, self)

    def _link(self, endpoint: Endpoint, place: Place) -> "Link":
        limit = endpoint.max_connections
        if not endpoint.is_personal:
            proxy = find_proxy(endpoint.address)
            if proxy is not None:
                return Link(place, ProxiedTransport(limit, proxy, self._resolver))
            return Link(place, DirectTransport(limit, resolver=self._resolver))
        guard = Guard(endpoint.address, self._allowed, self._resolver)
        transport = DirectTransport(limit, open_socket=guard.open_socket, resolver=guard)
        return Link(place, transport, guard)

    def _place_of(self, endpoint: Endpoint) -> Place:
        """Tell what a transport depends on; everything else may change under it."""
        allowed = self._allowed if endpoint.is_personal else None
        return endpoint.place, endpoint.address, endpoint.max_connections, allowed

    def _close(self, link: "Link") -> None:
        del self._links[link.place]
        slug = link.place[0]
        if slug in self._upstreams and self._upstreams[slug].link is link:
            del self._upstreams[slug]
        closing = get_running_loop().create_task(link.transport.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


class Link:
    """A transport, the guard before it, the alarms of the calls that use it, and their number."""

    __slots__ = ("alarms", "guard", "place", "transport", "users")

    def __init__(self, place: Place, transport: Transport, guard: Guard | None = None) -> None:
        self.place = place
        self.transport = transport
        self.guard = guard
        self.alarms = Alarms(transport.loop)
        self.users = 0


class Upstream:
    """The far side of an endpoint; leaving its `with` ends one call's use of it."""

    __slots__ = ("_owner", "endpoint", "guard", "link", "transport")

    def __init__(self, endpoint: Endpoint, link: Link, owner: Upstreams) -> None:
        self.endpoint = endpoint
        self.link = link
        self.transport: Asking = link.transport
        self.guard = link.guard
        self._owner = owner

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """End one call's use."""
        self.link.users -= 1
        if not self.link.users:
            self._owner.retire_unused(self.link)
