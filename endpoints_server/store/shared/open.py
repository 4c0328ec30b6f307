"""What processes share beside the database, opened by its address."""

from collections.abc import Awaitable, Callable
from importlib import import_module

from msgspec import Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret
from endpoints_server.store.issuers import Issuers
from endpoints_server.store.limits import Limits
from endpoints_server.store.shared.bell import SILENT, Bell


async def close_nothing() -> None:
    """There is nothing to close."""


class Shared(Struct, frozen=True, kw_only=True):
    """Without Redis nothing but the database is shared: each process counts limits by itself."""

    limits: Limits | None = None
    issuers: Issuers | None = None
    bell: Bell = SILENT
    close: Callable[[], Awaitable[None]] = close_nothing


async def open_shared(redis_url: Secret | None = None) -> Shared:
    """Open what a url names; Redis itself need not be there yet, nor stay.

    Raises Failed(bad_request) for a url that cannot be read; it is not repeated, for it may hold a
    password.
    """
    if redis_url is None:
        return Shared()
    # loaded here because its import takes longer than all the rest of opening a store
    backend = import_module("endpoints_server.store.redis.open")
    try:
        bell, limits, issuers, close = backend.open_parts(redis_url.reveal())
    except ValueError:
        message = "ES_REDIS_URL cannot be read; it is 'redis://user:password@host:6379/0'."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message)) from None
    return Shared(bell=bell, limits=limits, issuers=issuers, close=close)
