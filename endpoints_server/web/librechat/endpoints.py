"""LibreChat's `/api/endpoints`: what its pages need to know of each endpoint."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import caller_of

ORDER = 9999
"""Where LibreChat puts what none of its lists orders; ties stay as in the file."""
OLLAMA = "ollama"


def librechat_endpoint_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handler."""

    @get("/api/endpoints", opt=KEYED)
    async def list_endpoints_for_page(request: AnyRequest) -> dict[str, dict[str, object]]:
        """Tell every endpoint by its name, one's own after the file's; no address, no secret."""
        endpoints = (await exchange.catalog_for(caller_of(request).person)).endpoints
        return {page_name(endpoint): entry_of(endpoint) for endpoint in endpoints}

    return [list_endpoints_for_page]


def page_name(endpoint: Endpoint) -> str:
    """Give the name that LibreChat's pages know an endpoint by: `ollama` has but one spelling."""
    return OLLAMA if endpoint.name.lower() == OLLAMA else endpoint.name


def entry_of(endpoint: Endpoint) -> dict[str, object]:
    """Tell one endpoint; what is not set is left out."""
    screen = endpoint.screen
    optional = {
        "modelDisplayLabel": screen.label,
        "iconURL": screen.icon_url,
        "customParams": screen.parameters,
        "providerId": screen.brand,
    }
    return {
        "type": "custom",
        "userProvide": endpoint.credential.owner == "user",
        "userProvideURL": endpoint.needs_address,
        **{name: value for name, value in optional.items() if value},
        "order": ORDER,
    }
