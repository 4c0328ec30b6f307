"""LibreChat's `/api/models` and `/api/endpoints/token-config`: names, windows and rates."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.endpoint import Model
from endpoints_server.domain.money.price import Rates
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.librechat.endpoints import page_name
from endpoints_server.web.me.caller import caller_of


def librechat_model_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handlers; neither waits for an upstream."""

    @get("/api/models", opt=KEYED)
    async def list_models_for_page(request: AnyRequest) -> dict[str, list[str]]:
        """Tell the names of the models of each endpoint."""
        catalog = await exchange.review(caller_of(request).person)
        return {
            page_name(endpoint): [model.name for model in endpoint.models]
            for endpoint in catalog.endpoints
        }

    @get("/api/endpoints/token-config", opt=KEYED)
    async def show_token_config(request: AnyRequest) -> dict[str, dict[str, dict[str, float]]]:
        """Tell what models hold, and what they cost where the file wants that shown."""
        catalog = await exchange.review(caller_of(request).person)
        return {
            page_name(endpoint): {
                model.name: told
                for model in endpoint.models
                if (told := token_config(model, has_rates=catalog.has_shown_rates))
            }
            for endpoint in catalog.endpoints
        }

    return [list_models_for_page, show_token_config]


def token_config(model: Model, *, has_rates: bool) -> dict[str, float]:
    """Tell what is known of a model; rates are USD per million tokens."""
    told: dict[str, float] = {}
    if model.context_tokens is not None:
        told["context"] = model.context_tokens
    if has_rates and model.price is not None:
        told |= rates_of(model.price.rates)
    return told


def rates_of(rates: Rates) -> dict[str, float]:
    """Tell rates under LibreChat's names."""
    told = {
        "prompt": rates.input,
        "completion": rates.output,
        "cacheRead": rates.cache_read,
        "cacheWrite": rates.cache_write,
    }
    return {name: float(rate) for name, rate in told.items() if rate is not None}
