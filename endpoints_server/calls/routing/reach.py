"""A route as one caller takes it: with the house's key, or with one of their own."""

from msgspec.structs import replace

from endpoints_server.calls.credential import with_outputs
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.own_key import with_own_key
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.route import Route
from endpoints_server.domain.secret import Secret
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import require_key


async def reach(
    exchange: Exchange, route: Route, caller: Caller, own_secret: Secret | None, now: int
) -> Route:
    """Give a route as this caller takes it: by the house's key, or by one of their own.

    A stored key is not asked for where one came along, unless the address is stored with it. Keys
    and headers that commands give are had now.
    """
    endpoint = route.endpoint
    if endpoint.credential.owner == "house" or (own_secret and not endpoint.is_personal):
        return await with_outputs(route, exchange.commands, wants_key=own_secret is None)
    held = await exchange.vault.find(Owner(caller.person.id, endpoint.place))
    own_key = require_key(held, endpoint, exchange.keys_url, now)
    if held is not None:
        exchange.vault.note_use(held, now)
    own = replace(route, endpoint=with_own_key(endpoint, own_key))
    return await with_outputs(own, exchange.commands, wants_key=False)
