"""What I may still spend."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.balance import BalanceView, find_balance
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import caller_of


def balance_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handler."""

    @get("/me/balance", opt=KEYED)
    async def show_my_balance(request: AnyRequest) -> BalanceView:
        """Tell what is left, and when more comes."""
        person_id = caller_of(request).person.id
        return await find_balance(exchange.balances, exchange.catalog(), person_id)

    return [show_my_balance]
