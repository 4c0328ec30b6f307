"""`budget`: what may be spent, set, listed and removed."""

import asyncio

import msgspec
import rich_click as click

from endpoints_server.cli.amount import Amount
from endpoints_server.cli.commands.money.removal import remove_rule
from endpoints_server.cli.ground import now, opened_store
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.cli.whose import (
    catalog_of_file,
    scope_options,
    target_options,
)
from endpoints_server.desk.rule_drafts import (
    MOST_PERCENT,
    MOST_SECONDS,
    BudgetDraft,
    Whose,
    budget_of,
    scope_of,
)
from endpoints_server.desk.rules import BudgetView, list_budgets, put_rule
from endpoints_server.domain.rules.budget import USUAL_THRESHOLDS, Action, AtEnd, Budget
from endpoints_server.domain.rules.period import Every

HEADER = ("name", "of", "each", "limit", "left", "per", "action", "source")


@click.group(no_args_is_help=False)
def budget() -> None:
    """Set, list and remove budgets: how many USD may be spent, by whom, in which span of time.

    Those of the configuration file are listed too, and are changed there.

    \b
    Examples:
      endpoints-server budget set ada-month --usd 20 --per month --user ada
      endpoints-server budget list
    """


@budget.command("set")
@click.argument("name")
@click.option("--usd", type=Amount(), required=True, help="The amount.")
@click.option(
    "--per",
    type=click.Choice([every.value for every in Every]),
    default=Every.NEVER.value,
    show_default=True,
    help="After what it begins anew.",
)
@click.option(
    "--rolling",
    "rolling_seconds",
    type=click.IntRange(0, MOST_SECONDS),
    default=0,
    help="Count the last so many seconds instead.",
)
@click.option(
    "--action",
    type=click.Choice([action.value for action in Action]),
    default=Action.REFUSE.value,
    show_default=True,
    help="What happens to a call it has no room for.",
)
@click.option(
    "--when-spent",
    type=click.Choice([end.value for end in AtEnd]),
    default=AtEnd.FINISH.value,
    show_default=True,
    help="What becomes of a stream under way when all is spent.",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    type=click.IntRange(1, MOST_PERCENT),
    default=USUAL_THRESHOLDS,
    show_default=True,
    help="A percentage at which the log says so; repeatable.",
)
@click.option("--shadow", is_flag=True, help="Refuse nothing, and only log.")
@click.option("--include-own-keys", is_flag=True, help="Count calls by people's own keys too.")
@target_options
@scope_options
@json_option
def set_one(name: str, *, as_json: bool, **wanted: object) -> None:
    """Set the budget of a name, for everybody or for a user, a group or a key.

    A server that is running goes by it within a second or two.

    \b
    Examples:
      endpoints-server budget set company --usd 500 --per month
      endpoints-server budget set small --usd 1 --per day --each user --group interns
      endpoints-server budget set trial --usd 5 --key 4fTq9a0bCdEf --when-spent cut
    """
    rule = budget_of(name, msgspec.convert(wanted, BudgetDraft))
    view = asyncio.run(put_one(rule))
    if as_json:
        show_json(view)
        return
    show_pairs([("budget", view.name), ("of", view.of), ("limit", f"{view.limit_usd} USD")])


async def put_one(rule: Budget) -> BudgetView:
    """Set a budget, and give it as it is listed then."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        await put_rule(store, catalog, rule)
        views = await list_budgets(store, catalog, now())
    place = rule.name, str(rule.scope.target)
    return next(view for view in views if (view.name, view.of) == place)


@budget.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """List budgets, with what is left of those that all share.

    \b
    Examples:
      endpoints-server budget list --json
    """
    views = asyncio.run(find_all())
    if as_json:
        show_json(views)
        return
    if not views:
        click.echo("There are no budgets. Set one: endpoints-server budget set NAME --usd AMOUNT")
        return
    show_table(HEADER, [cells(view) for view in views], right="limit left")


async def find_all() -> list[BudgetView]:
    """Give all budgets."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        return await list_budgets(store, catalog, now())


@budget.command("remove")
@click.argument("name")
@target_options
@json_option
def remove(name: str, *, as_json: bool, **whose: object) -> None:
    """Remove a budget; what was spent of it stays in the ledger.

    \b
    Examples:
      endpoints-server budget remove ada-month --user ada
    """
    scope = scope_of(msgspec.convert(whose, Whose))
    remove_rule(Budget(name=name, nano_usd=0, scope=scope), as_json=as_json)


def cells(view: BudgetView) -> list[object]:
    """Give the cells of a row."""
    shadow = " (shadow)" if view.is_shadow else ""
    left = "-" if view.left_usd is None else view.left_usd
    return [
        view.name,
        view.of,
        view.each or "-",
        view.limit_usd,
        left,
        view.per,
        f"{view.action}{shadow}",
        view.source,
    ]
