"""All routes under `/admin/v1`."""

from litestar.handlers import HTTPRouteHandler

from endpoints_server.calls.exchange import Exchange
from endpoints_server.store.ports import Store
from endpoints_server.web.admin.changes import change_handlers
from endpoints_server.web.admin.credentials import admin_credential_handlers
from endpoints_server.web.admin.endpoints import admin_endpoint_handlers
from endpoints_server.web.admin.people import admin_key_handlers, people_handlers
from endpoints_server.web.admin.rules import rule_handlers
from endpoints_server.web.admin.setting import Problems, setting_handlers
from endpoints_server.web.admin.usage import admin_usage_handlers


def admin_handlers(exchange: Exchange, store: Store, problems: Problems) -> list[HTTPRouteHandler]:
    """Make the handlers; all of them want a client key of an administrator.

    `problems` gives what is to be said of the file as it was last read.
    """
    return [
        *rule_handlers(exchange, store),
        *people_handlers(exchange, store),
        *admin_usage_handlers(exchange, store),
        *change_handlers(store),
        *admin_key_handlers(exchange, store),
        *admin_endpoint_handlers(exchange),
        *admin_credential_handlers(exchange, store),
        *setting_handlers(exchange, problems),
    ]
