"""What I may use: endpoints and models."""

from collections.abc import Set

from litestar import get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.credentials import list_standings
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.own_key import KeyState
from endpoints_server.web.api.listed import SECOND, Listed, listed, stale_seconds
from endpoints_server.web.api.shapes import pricing
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import caller_of


class EndpointView(Struct, frozen=True, kw_only=True):
    """One endpoint; where it points is the operator's to know."""

    name: str
    slug: str
    wire: str
    requires_user_key: bool
    has_user_key: bool
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
    price: dict[str, object] | None
    price_source: str
    stale_seconds: int | None


class Endpoints(Struct, frozen=True):
    """All endpoints, in the order of the file, then those of my own."""

    data: list[EndpointView]


class Models(Struct, frozen=True):
    """All models, in the order of the file, then those of my own endpoints."""

    data: list[ModelView]


def endpoint_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/me/endpoints", opt=KEYED)
    async def list_my_endpoints(request: AnyRequest) -> Endpoints:
        """List the endpoints I may use, which need a key of my own, and whether I have one."""
        person = caller_of(request).person
        catalog = await exchange.review(person)
        standings = await list_standings(exchange.vault, catalog, person.id, exchange.now())
        ready = {each.endpoint for each in standings if each.state is KeyState.VALID}
        return Endpoints([endpoint_view(endpoint, ready) for endpoint in catalog.endpoints])

    @get("/me/models", opt=KEYED)
    async def list_my_models(request: AnyRequest) -> Models:
        """List the models I may use, with their prices."""
        catalog, now = await exchange.review(caller_of(request).person), exchange.now() // SECOND
        return Models([model_view(item, now) for item in listed(catalog)])

    return [list_my_endpoints, list_my_models]


def endpoint_view(endpoint: Endpoint, ready: Set[str]) -> EndpointView:
    """Tell an endpoint; `ready` are those by slug that I have a valid key for."""
    needs_key = endpoint.credential.owner == "user"
    return EndpointView(
        name=endpoint.name,
        slug=endpoint.slug,
        wire=endpoint.wire,
        requires_user_key=needs_key,
        has_user_key=needs_key and endpoint.slug in ready,
        models=tuple(model.name for model in endpoint.models),
    )


def model_view(item: Listed, now: int) -> ModelView:
    """Tell a model as of an instant, in seconds since 1970."""
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
        price=pricing(price) if price else None,
        price_source=price.source if price else "",
        stale_seconds=stale_seconds(item.endpoint, now),
    )
