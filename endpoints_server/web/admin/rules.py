"""Budgets, limits and groups: listed, set and deleted."""

from typing import Generic, TypeVar

from litestar import delete, get, put
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.rule_drafts import (
    BudgetDraft,
    LimitDraft,
    Whose,
    budget_of,
    limit_of,
    scope_of,
)
from endpoints_server.desk.rules import (
    BudgetView,
    GroupView,
    LimitView,
    delete_rule,
    list_budgets,
    list_groups,
    list_limits,
    put_rule,
)
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.rulebook import Group
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import ADMINISTRATIVE, AnyRequest, taking
from endpoints_server.web.me.hands import hands
from endpoints_server.web.me.reading import BODY_BYTES, name_in, read_body, read_query

BUDGETS, LIMITS, GROUPS = "/admin/v1/budgets", "/admin/v1/limits", "/admin/v1/groups"
ONE = "/{name:path}"
"""A name may hold slashes."""
T = TypeVar("T")


class Listed(Struct, Generic[T], frozen=True):
    """Some things of a kind."""

    data: list[T]


class Members(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is in a group, by their ids."""

    members: tuple[str, ...]


def rule_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""
    return [
        *budget_handlers(exchange, store),
        *limit_handlers(exchange, store),
        *group_handlers(exchange, store),
    ]


def budget_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of budgets."""
    acting = hands(exchange, store)

    @get(BUDGETS, opt=ADMINISTRATIVE)
    async def show_budgets() -> Listed[BudgetView]:
        """List budgets, with what is left of them."""
        return Listed(await list_budgets(store, exchange.catalog(), exchange.now()))

    @put(
        BUDGETS + ONE,
        opt=taking(ADMINISTRATIVE, body=BudgetDraft),
        request_max_body_size=BODY_BYTES,
    )
    async def set_budget(request: AnyRequest) -> Listed[BudgetView]:
        """Set the budget of a name, for everybody or for a user, a group or a key."""
        name = name_in(request, BUDGETS)
        budget = budget_of(name, await read_body(request, BudgetDraft))
        await put_rule(acting(request), exchange.catalog(), budget)
        views = await list_budgets(store, exchange.catalog(), exchange.now())
        of = str(budget.scope.target)
        return Listed([view for view in views if (view.name, view.of) == (name, of)])

    @delete(BUDGETS + ONE, opt=taking(ADMINISTRATIVE, query=Whose), status_code=204)
    async def delete_budget(request: AnyRequest) -> None:
        """Delete a budget; whose it is stands in the query."""
        scope = scope_of(read_query(request, Whose))
        await delete_rule(
            acting(request),
            exchange.catalog(),
            Budget(name=name_in(request, BUDGETS), nano_usd=0, scope=scope),
        )

    return [show_budgets, set_budget, delete_budget]


def limit_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of limits."""
    acting = hands(exchange, store)

    @get(LIMITS, opt=ADMINISTRATIVE)
    async def show_limits() -> Listed[LimitView]:
        """List limits."""
        return Listed(list_limits(store, exchange.catalog()))

    @put(
        LIMITS + ONE,
        opt=taking(ADMINISTRATIVE, body=LimitDraft),
        request_max_body_size=BODY_BYTES,
    )
    async def set_limit(request: AnyRequest) -> Listed[LimitView]:
        """Set the limit of a name, for everybody or for a user, a group or a key."""
        name = name_in(request, LIMITS)
        limit = limit_of(name, await read_body(request, LimitDraft))
        await put_rule(acting(request), exchange.catalog(), limit)
        views, of = list_limits(store, exchange.catalog()), str(limit.scope.target)
        return Listed([view for view in views if (view.name, view.of) == (name, of)])

    @delete(LIMITS + ONE, opt=taking(ADMINISTRATIVE, query=Whose), status_code=204)
    async def delete_limit(request: AnyRequest) -> None:
        """Delete a limit; whose it is stands in the query."""
        scope = scope_of(read_query(request, Whose))
        limit = Limit(name=name_in(request, LIMITS), scope=scope)
        await delete_rule(acting(request), exchange.catalog(), limit)

    return [show_limits, set_limit, delete_limit]


def group_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of groups."""
    acting = hands(exchange, store)

    @get(GROUPS, opt=ADMINISTRATIVE)
    async def show_groups() -> Listed[GroupView]:
        """List groups and who is in them."""
        return Listed(list_groups(store, exchange.catalog()))

    @put(
        GROUPS + ONE,
        opt=taking(ADMINISTRATIVE, body=Members),
        request_max_body_size=BODY_BYTES,
    )
    async def set_group(request: AnyRequest) -> GroupView:
        """Say who is in a group."""
        name, wanted = name_in(request, GROUPS), await read_body(request, Members)
        members = tuple(dict.fromkeys(wanted.members))
        await put_rule(
            acting(request),
            exchange.catalog(),
            Group(name=name, members=members),
        )
        return GroupView(name=name, members=members)

    @delete(GROUPS + ONE, opt=ADMINISTRATIVE, status_code=204)
    async def delete_group(request: AnyRequest) -> None:
        """Delete a group; its budgets and limits concern nobody then."""
        group = Group(name=name_in(request, GROUPS))
        await delete_rule(acting(request), exchange.catalog(), group)

    return [show_groups, set_group, delete_group]
