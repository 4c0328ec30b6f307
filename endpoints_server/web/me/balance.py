"""What I may still spend."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from msgspec.structs import replace

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.balance import BalanceView, find_balance
from endpoints_server.desk.own_limits import list_own_limits
from endpoints_server.desk.rules import list_own_budgets
from endpoints_server.domain.rules.target import Circumstances
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import caller_of


def balance_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handler."""

    @get("/me/balance", opt=KEYED)
    async def show_my_balance(request: AnyRequest) -> BalanceView:
        """Tell what is left, and when more comes."""
        caller, catalog = caller_of(request), exchange.catalog()
        balance = await find_balance(store.balances, catalog, caller.person.id)
        budgets = await list_own_budgets(
            store, catalog, caller.person.id, caller.key_id, exchange.now()
        )
        me = Circumstances(person_id=caller.person.id, key_id=caller.key_id, endpoint="", model="")
        limits = await list_own_limits(store, exchange.gate.limits, catalog, me, exchange.now())
        return replace(balance, budgets=tuple(budgets), limits=tuple(limits))

    return [show_my_balance]
