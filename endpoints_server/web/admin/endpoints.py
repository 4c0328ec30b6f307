"""Endpoints as administrators see them: where each leads, and whether it works."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.standing import EndpointStanding, list_standings
from endpoints_server.web.admin.rules import Listed
from endpoints_server.web.guards import ADMINISTRATIVE


def admin_endpoint_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handler."""

    @get("/admin/v1/endpoints", opt=ADMINISTRATIVE)
    async def show_endpoints() -> Listed[EndpointStanding]:
        """List the endpoints, with the breaker of each of their keys in this process."""
        return Listed(list_standings(exchange.catalog(), exchange.health, exchange.timer()))

    return [show_endpoints]
