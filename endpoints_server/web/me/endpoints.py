"""What I may use: endpoints and models."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.web.api.models import Listed, listed, pricing
from endpoints_server.web.guards import KEYED


class EndpointView(Struct, frozen=True, kw_only=True):
    """One endpoint; where it points is the operator's to know."""

    name: str
    slug: str
    wire: str
    requires_user_key: bool
    models: tuple[str, ...]


class ModelView(Struct, frozen=True, kw_only=True):
    """One model under the `id` to ask for it by; `price` holds USD per million tokens."""

    id: str
    model: str
    endpoint: str
    wire: str
    description: str
    requires_user_key: bool
    context_tokens: int | None
    output_tokens: int | None
    price: dict[str, str] | None
    price_source: str


class Endpoints(Struct, frozen=True):
    """All endpoints, in the order of the file."""

    data: list[EndpointView]


class Models(Struct, frozen=True):
    """All models, in the order of the file."""

    data: list[ModelView]


def endpoint_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/me/endpoints", opt=KEYED)
    async def list_my_endpoints() -> Endpoints:
        """List the endpoints I may use, and which of them need a key of my own."""
        return Endpoints([endpoint_view(endpoint) for endpoint in exchange.catalog().endpoints])

    @get("/me/models", opt=KEYED)
    async def list_my_models() -> Models:
        """List the models I may use, with their prices."""
        return Models([model_view(item) for item in listed(exchange.catalog())])

    return [list_my_endpoints, list_my_models]


def endpoint_view(endpoint: Endpoint) -> EndpointView:
    """Tell an endpoint."""
    return EndpointView(
        name=endpoint.name,
        slug=endpoint.slug,
        wire=endpoint.wire,
        requires_user_key=endpoint.credential.owner == "user",
        models=tuple(model.name for model in endpoint.models),
    )


def model_view(item: Listed) -> ModelView:
    """Tell a model."""
    model, price = item.model, item.model.price
    return ModelView(
        id=item.id,
        model=model.name,
        endpoint=item.endpoint.name,
        wire=item.endpoint.wire,
        description=model.description,
        requires_user_key=item.endpoint.credential.owner == "user",
        context_tokens=model.context_tokens,
        output_tokens=model.output_tokens,
        price=pricing(price.rates) if price else None,
        price_source=price.source if price else "",
    )
