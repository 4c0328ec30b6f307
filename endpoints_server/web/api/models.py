"""The model list, in the shape of the caller's wire."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.route import IN_FULL, plan
from endpoints_server.web.api.listed import SECOND, item_of, listed
from endpoints_server.web.api.shapes import (
    anthropic_model,
    anthropic_page,
    google_model,
    google_page,
    openai_list,
    openai_model,
)
from endpoints_server.web.faults import GOOGLE
from endpoints_server.web.guards import KEYED, AnyRequest

UNDER_ENDPOINT = "/e/{endpoint:str}"


def model_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers of the model lists, alone and under `/e/{endpoint}`.

    `/v1/models` has the shape of whoever asks, which each family's clients tell by their headers.
    """

    @get(both("/models"), opt=KEYED)
    async def list_models(request: AnyRequest) -> dict[str, object]:
        """List the models a caller may ask for."""
        catalog = await exchange.review(person_of(request))
        items = listed(catalog, named_endpoint(request))
        if is_googles(request):
            return google_page(items, request.query_params)
        if "anthropic-version" in request.headers:
            return anthropic_page(items, request.query_params, catalog.compiled_at)
        return openai_list(items, catalog.compiled_at, exchange.now() // SECOND)

    @get(both("/models/{model:path}"), opt=KEYED)
    async def show_model(request: AnyRequest, model: FromPath[str]) -> dict[str, object]:
        """Tell one model."""
        catalog = await exchange.review(person_of(request))
        asked = model.removeprefix("/")
        found = plan(catalog, asked, named_endpoint(request))
        is_own = (found.alias or found.routes[0].model.name).startswith(IN_FULL)
        item = item_of(asked if is_own else asked.removeprefix(IN_FULL), found)
        if is_googles(request):
            return google_model(item)
        if "anthropic-version" in request.headers:
            return anthropic_model(item, catalog.compiled_at)
        return openai_model(item, catalog.compiled_at, exchange.now() // SECOND)

    return [list_models, show_model]


def both(path: str) -> list[str]:
    """Give a path under either version, alone and under an endpoint."""
    versions = ("/v1", "/v1beta")
    return [under + version + path for under in ("", UNDER_ENDPOINT) for version in versions]


def is_googles(request: AnyRequest) -> bool:
    """Say whether a client of Google's wire asks."""
    is_beta = "/v1beta/" in request.scope["path"]
    return is_beta or not GOOGLE.isdisjoint(request.headers.keys())


def person_of(request: AnyRequest) -> Person:
    """Tell whose key the guard found."""
    caller: Caller = request.scope["state"]["caller"]
    return caller.person


def named_endpoint(request: AnyRequest) -> str:
    """Read which endpoint the path or the header names."""
    named = request.path_params.get("endpoint") or request.headers.get("x-es-endpoint")
    return str(named or "")
