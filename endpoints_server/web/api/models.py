"""The model list, in the shape of the caller's wire."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.route import endpoint_unknown, plan
from endpoints_server.web.guards import KEYED, AnyRequest

PAGE = 20
LONGEST_PAGE = 1000
SECOND = 1_000_000
UNDER_ENDPOINT = "/e/{endpoint:str}"


class Listed(msgspec.Struct, frozen=True):
    """One model under the id it is asked for by."""

    id: str
    endpoint: Endpoint
    model: Model


def listed(catalog: Catalog, endpoint_name: str = "") -> list[Listed]:
    """List what may be asked for, in the order of the file.

    A model goes by its bare name where one endpoint alone has it, else by `endpoint/model`; under
    one endpoint always by its bare name. Raises Failed for an unknown endpoint.
    """
    if endpoint_name:
        endpoint = catalog.by_name.get(endpoint_name.lower())
        if endpoint is None:
            raise Failed(endpoint_unknown(catalog, endpoint_name))
        return [Listed(model.name, endpoint, model) for model in endpoint.models]
    return [
        Listed(public_id(catalog, endpoint, model), endpoint, model)
        for endpoint in catalog.endpoints
        for model in endpoint.models
    ]


def public_id(catalog: Catalog, endpoint: Endpoint, model: Model) -> str:
    """Name a model as a caller should ask for it."""
    is_sole = len(catalog.by_model[model.name]) == 1
    return model.name if is_sole else f"{endpoint.slug}/{model.name}"


def stale_seconds(endpoint: Endpoint, now: int) -> int | None:
    """Tell how old an endpoint's list is; None while it is only the file's until its own has come.

    `now` is in seconds since 1970. What the file alone says is never old.
    """
    if endpoint.discovery is None:
        return 0
    return None if endpoint.listed_at is None else max(0, now - endpoint.listed_at)


def openai_model(item: Listed, created_at: int, now: int) -> dict[str, object]:
    """Tell a model in OpenAI's shape, with what other clients look for beside it."""
    told: dict[str, object] = {
        "id": item.id,
        "object": "model",
        "created": created_at,
        "owned_by": item.endpoint.slug,
        "name": item.model.description or item.model.name,
        "endpoint": item.endpoint.name,
        "requires_user_key": item.endpoint.credential.owner == "user",
        "stale_seconds": stale_seconds(item.endpoint, now),
    }
    if item.model.context_tokens is not None:
        told["context_length"] = item.model.context_tokens
    if item.model.output_tokens is not None:
        told["max_output_tokens"] = item.model.output_tokens
    dialect = item.model.dialect or item.endpoint.dialect
    if dialect.thinking.is_able is not None:
        told["reasoning"] = dialect.thinking.is_able
    if dialect.turns.has_images is not None:
        told["input_modalities"] = ["text", "image"] if dialect.turns.has_images else ["text"]
    if item.model.price is not None:
        told["pricing"] = pricing(item.model.price)
    return told


def pricing(price: Price) -> dict[str, object]:
    """Tell a price as decimal strings, USD per million tokens; larger calls may have other rates.

    The highest of `tiers` that a call's input is above prices the whole of it.
    """
    told: dict[str, object] = dict(told_rates(price.rates))
    if price.tiers:
        told["tiers"] = [
            {"input_tokens_above": tier.above_tokens, **told_rates(tier.rates)}
            for tier in price.tiers
        ]
    return told


def told_rates(rates: Rates) -> dict[str, str]:
    """Tell rates as decimal strings; those that follow from others are left out."""
    told = {
        "input": rates.input,
        "output": rates.output,
        "cache_read": rates.cache_read,
        "cache_write": rates.cache_write,
        "cache_write_1h": rates.cache_write_hour,
    }
    return {name: f"{rate:f}" for name, rate in told.items() if rate is not None}


def anthropic_model(item: Listed, created_at: int) -> dict[str, object]:
    """Tell a model in Anthropic's shape."""
    return {
        "type": "model",
        "id": item.id,
        "display_name": item.model.description or item.model.name,
        "created_at": datetime.fromtimestamp(created_at, UTC).isoformat().replace("+00:00", "Z"),
    }


def anthropic_page(
    items: list[Listed], query: Mapping[str, str], created_at: int
) -> dict[str, object]:
    """Cut a page as Anthropic's clients ask for it: `limit`, `after_id`, `before_id`."""
    ids = [item.id for item in items]
    after, before = query.get("after_id", ""), query.get("before_id", "")
    start = ids.index(after) + 1 if after in ids else 0
    stop = ids.index(before) if before in ids else len(ids)
    page = items[start:stop][: page_size(query.get("limit", ""))]
    return {
        "data": [anthropic_model(item, created_at) for item in page],
        "has_more": len(items[start:stop]) > len(page),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def page_size(asked: str) -> int:
    """Read how many models a page is to hold; what is no number gives the usual twenty."""
    return min(int(asked), LONGEST_PAGE) if asked.isascii() and asked.isdigit() else PAGE


def openai_list(items: Iterable[Listed], created_at: int, now: int) -> dict[str, object]:
    """Tell all models in OpenAI's shape, which knows no pages."""
    return {"object": "list", "data": [openai_model(item, created_at, now) for item in items]}


def model_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers of the model lists, alone and under `/e/{endpoint}`."""

    @get(["/v1/models", UNDER_ENDPOINT + "/v1/models"], opt=KEYED)
    async def list_models(request: AnyRequest) -> dict[str, object]:
        """List the models a caller may ask for."""
        catalog = await exchange.review(person_of(request))
        items = listed(catalog, named_endpoint(request))
        if "anthropic-version" in request.headers:
            return anthropic_page(items, request.query_params, catalog.compiled_at)
        return openai_list(items, catalog.compiled_at, exchange.now() // SECOND)

    @get(["/v1/models/{model:path}", UNDER_ENDPOINT + "/v1/models/{model:path}"], opt=KEYED)
    async def show_model(request: AnyRequest, model: FromPath[str]) -> dict[str, object]:
        """Tell one model."""
        catalog = await exchange.review(person_of(request))
        asked = model.removeprefix("/")
        route = plan(catalog, asked, named_endpoint(request)).routes[0]
        item = Listed(asked, route.endpoint, route.model)
        if "anthropic-version" in request.headers:
            return anthropic_model(item, catalog.compiled_at)
        return openai_model(item, catalog.compiled_at, exchange.now() // SECOND)

    return [list_models, show_model]


def person_of(request: AnyRequest) -> Person:
    """Tell whose key the guard found."""
    caller: Caller = request.scope["state"]["caller"]
    return caller.person


def named_endpoint(request: AnyRequest) -> str:
    """Read which endpoint the path or the header names."""
    named = request.path_params.get("endpoint") or request.headers.get("x-es-endpoint")
    return str(named or "")
