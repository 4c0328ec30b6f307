"""All routes under `/me`, and the first of them: who am I."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.models.own import OwnCompiler
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.balance import balance_handlers
from endpoints_server.web.me.caller import caller_of
from endpoints_server.web.me.credentials import credential_handlers
from endpoints_server.web.me.custom_endpoints import custom_endpoint_handlers
from endpoints_server.web.me.endpoints import endpoint_handlers
from endpoints_server.web.me.keys import key_handlers
from endpoints_server.web.me.usage import usage_handlers


class Me(Struct, frozen=True, kw_only=True):
    """Who asks, and by which of their keys."""

    id: str
    name: str
    username: str
    email: str
    role: str
    key_id: str


def me_handlers(exchange: Exchange, store: Store, compiler: OwnCompiler) -> list[HTTPRouteHandler]:
    """Make the handlers; all of them want a client key."""
    return [
        who_handler(),
        *endpoint_handlers(exchange),
        *credential_handlers(exchange),
        *custom_endpoint_handlers(exchange, store, compiler),
        *key_handlers(exchange, store),
        *usage_handlers(exchange, store),
        *balance_handlers(exchange, store),
    ]


def who_handler() -> HTTPRouteHandler:
    """Make the handler that says whose key it was asked with."""

    @get("/me", opt=KEYED)
    async def show_me(request: AnyRequest) -> Me:
        """Tell who I am."""
        caller = caller_of(request)
        person = caller.person
        return Me(
            id=person.id,
            name=person.name,
            username=person.username,
            email=person.email,
            role=person.role,
            key_id=caller.key_id,
        )

    return show_me
