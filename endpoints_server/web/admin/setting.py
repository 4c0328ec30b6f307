"""What is served: the configuration, its problems, and what its models cost."""

from collections.abc import Callable, Sequence

from litestar import get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.config.problem import Problem, has_errors
from endpoints_server.desk.prices import PriceView, list_prices
from endpoints_server.web.admin.rules import Listed
from endpoints_server.web.guards import ADMINISTRATIVE, AnyRequest
from endpoints_server.web.me.caller import caller_of

Problems = Callable[[], Sequence[Problem]]


class ConfigView(Struct, frozen=True, kw_only=True):
    """The version that is served, and what is to be said of the file as it was last read.

    Where `is_refused`, the file has errors, and what was served before is still served.
    """

    version: str
    is_refused: bool
    endpoints: int
    problems: tuple[Problem, ...]


def setting_handlers(exchange: Exchange, problems: Problems) -> list[HTTPRouteHandler]:
    """Make the handlers; `problems` gives those of the file as it was last read."""

    @get("/admin/v1/config", opt=ADMINISTRATIVE)
    async def show_config() -> ConfigView:
        """Tell which configuration is served, and every problem of the file."""
        catalog, told = exchange.catalog(), tuple(problems())
        return ConfigView(
            version=catalog.version,
            is_refused=has_errors(told),
            endpoints=len(catalog.endpoints),
            problems=told,
        )

    @get("/admin/v1/prices", opt=ADMINISTRATIVE)
    async def show_prices(request: AnyRequest) -> Listed[PriceView]:
        """List what every model costs, in USD per million tokens; those of fetched lists too."""
        return Listed(list_prices(await exchange.catalog_for(caller_of(request).person)))

    return [show_config, show_prices]
