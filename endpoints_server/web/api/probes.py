"""Health questions, the counters, and a knock at the front door."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import MediaType, Response, get, head
from litestar.handlers import HTTPRouteHandler

from endpoints_server.domain.catalog import Catalog
from endpoints_server.web.guards import PUBLIC

READY = 200
NOT_READY = 503


def probe_handlers(
    catalog: Callable[[], Catalog],
    checks: Callable[[], Mapping[str, bool]],
    exposition: Callable[[], Awaitable[bytes]],
) -> list[HTTPRouteHandler]:
    """Make the handlers of the probes; `checks` tells by name what works at this moment."""

    @get(["/livez", "/healthz", "/health/liveliness"], opt=PUBLIC)
    async def live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "alive"}

    @get(["/readyz", "/health/readiness"], opt=PUBLIC)
    async def ready() -> Response[dict[str, Any]]:
        """Say whether calls can be served, and which configuration serves them."""
        found = checks()
        is_ready = all(found.values())
        told = {
            "status": "ready" if is_ready else "not ready",
            "checks": {name: "ok" if is_ok else "failing" for name, is_ok in found.items()},
            "config": catalog().version,
        }
        return Response(told, status_code=READY if is_ready else NOT_READY)

    @get("/metrics", opt=PUBLIC, media_type=MediaType.TEXT)
    async def metrics() -> Response[bytes]:
        """Give the counters in Prometheus's text form."""
        return Response(await exposition(), media_type="text/plain; version=0.0.4")

    @head("/", opt=PUBLIC)
    async def knock() -> None:
        """Answer clients that look whether somebody is at home."""

    return [live, ready, metrics, knock]
