"""Budgets and limits: those of the file, and those that are set and deleted here."""

from typing import TypeVar

import msgspec
from litestar import HttpMethod, Response

from endpoints_server.desk.rule_drafts import (
    BudgetDraft,
    LimitDraft,
    Whose,
    budget_of,
    limit_of,
    refused,
    scope_of,
)
from endpoints_server.desk.rules import delete_rule, list_budgets, list_limits, put_rule
from endpoints_server.domain.rules.budget import Action, Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.period import Every
from endpoints_server.domain.rules.target import Each
from endpoints_server.store.rules import Rule
from endpoints_server.web.console.keys import in_hands
from endpoints_server.web.console.render import see_other, show
from endpoints_server.web.console.visit import Page, Visit
from endpoints_server.web.guards import SIGNED_IN

BUDGETS = "/console/budgets"
LIMITS = "/console/limits"
WHOM = ("user", "group", "key_id")
T = TypeVar("T", bound=Whose)


def budget_pages() -> list[Page]:
    """Make the pages."""
    post = HttpMethod.POST
    return [
        Page(method=HttpMethod.GET, path=BUDGETS, access=SIGNED_IN, answer=show_rules),
        Page(method=post, path=BUDGETS, access=SIGNED_IN, answer=set_budget),
        Page(method=post, path=LIMITS, access=SIGNED_IN, answer=set_limit),
        Page(method=post, path=f"{BUDGETS}/delete", access=SIGNED_IN, answer=delete_budget),
        Page(method=post, path=f"{LIMITS}/delete", access=SIGNED_IN, answer=delete_limit),
    ]


async def show_rules(visit: Visit) -> Response[bytes]:
    """Show all of them, with what is left."""
    exchange, store = visit.console.exchange, visit.console.store
    catalog = exchange.catalog()
    return show(
        "budgets.html",
        visit.signed_in,
        budgets=await list_budgets(store, catalog, exchange.now()),
        limits=list_limits(store, catalog),
        endpoints=[endpoint.slug for endpoint in catalog.endpoints],
        spans=[each.value for each in Every],
        shares=[each.value for each in Each],
        actions=[each.value for each in Action],
    )


async def set_budget(visit: Visit) -> Response[bytes]:
    """Set the budget in the form."""
    return await put(visit, budget_of(name_in(visit), read(visit, BudgetDraft)))


async def set_limit(visit: Visit) -> Response[bytes]:
    """Set the limit in the form."""
    return await put(visit, limit_of(name_in(visit), read(visit, LimitDraft)))


async def delete_budget(visit: Visit) -> Response[bytes]:
    """Delete the budget that the form names."""
    scope = scope_of(read(visit, Whose))
    return await forget(visit, Budget(name=name_in(visit), nano_usd=0, scope=scope))


async def delete_limit(visit: Visit) -> Response[bytes]:
    """Delete the limit that the form names."""
    return await forget(visit, Limit(name=name_in(visit), scope=scope_of(read(visit, Whose))))


async def put(visit: Visit, rule: Rule) -> Response[bytes]:
    """Set a rule, and show all of them again."""
    await put_rule(in_hands(visit), visit.console.exchange.catalog(), rule)
    return see_other(BUDGETS)


async def forget(visit: Visit, rule: Rule) -> Response[bytes]:
    """Delete a rule, and show all of them again."""
    await delete_rule(in_hands(visit), visit.console.exchange.catalog(), rule)
    return see_other(BUDGETS)


def name_in(visit: Visit) -> str:
    """Give the name of the rule in a form."""
    return visit.form.get("name", "").strip()


def read(visit: Visit, kind: type[T]) -> T:
    """Read the rule in a form; a field that is left empty is as one that is not there.

    Whom it concerns is chosen in one field (`whom`) and named in another (`who`).
    """
    form = {name: text.strip() for name, text in visit.form.items() if text.strip()}
    whom, who = form.pop("whom", ""), form.pop("who", "")
    if whom in WHOM and who:
        form[whom] = who
    elif whom or who:
        raise refused("Name whom the rule is for, or choose everybody.")
    told = {name: text for name, text in form.items() if name in kind.__struct_fields__}
    try:
        return msgspec.convert(told, kind, strict=False)
    except msgspec.ValidationError as error:
        raise refused(f"The form cannot be read: {error}.") from error
