"""All pages of the console, ready to be mounted."""

from litestar.handlers import HTTPRouteHandler

from endpoints_server.web.console.budgets import budget_pages
from endpoints_server.web.console.console import Console
from endpoints_server.web.console.front import front_pages
from endpoints_server.web.console.keys import key_pages
from endpoints_server.web.console.my_keys import my_key_pages
from endpoints_server.web.console.overview import overview_pages
from endpoints_server.web.console.sign_in import sign_in_pages
from endpoints_server.web.console.static import static_handlers
from endpoints_server.web.console.usage import usage_pages
from endpoints_server.web.console.visit import page_handler


def console_handlers(console: Console) -> list[HTTPRouteHandler]:
    """Make the handlers of `GET /` and of everything under `/console`."""
    pages = [
        *front_pages(),
        *sign_in_pages(),
        *overview_pages(),
        *usage_pages(),
        *budget_pages(),
        *key_pages(),
        *my_key_pages(),
    ]
    return [*(page_handler(console, page) for page in pages), *static_handlers()]
