"""`limit`: how often people may call, set, listed and removed."""

import asyncio

import msgspec
import rich_click as click

from endpoints_server.cli.commands.money.removal import remove_rule
from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.cli.whose import (
    catalog_of_file,
    scope_options,
    target_options,
)
from endpoints_server.desk.rule_drafts import MOST_COUNT, LimitDraft, Whose, limit_of, scope_of
from endpoints_server.desk.rules import LimitView, list_limits, put_rule
from endpoints_server.domain.rules.limit import Limit

HEADER = ("name", "of", "each", "requests", "tokens", "at once", "source")
Count = click.IntRange(1, MOST_COUNT)


@click.group(no_args_is_help=False)
def limit() -> None:
    """Set, list and remove limits: calls and tokens a minute, and calls at once.

    Those of the configuration file are listed too, and are changed there.

    \b
    Examples:
      endpoints-server limit set calm --requests 60 --each user
      endpoints-server limit list
    """


@limit.command("set")
@click.argument("name")
@click.option("--requests", "requests_per_minute", type=Count, help="Most calls of any minute.")
@click.option("--tokens", "tokens_per_minute", type=Count, help="Most tokens of any minute.")
@click.option("--concurrent", type=Count, help="Most calls at once.")
@click.option("--shadow", is_flag=True, help="Refuse nothing, and only log.")
@target_options
@scope_options
@json_option
def set_one(name: str, *, as_json: bool, **wanted: object) -> None:
    """Set the limit of a name, for everybody or for a user, a group or a key.

    A server that is running goes by it within a second or two.

    \b
    Examples:
      endpoints-server limit set calm --requests 60 --tokens 100000 --each key
      endpoints-server limit set few --concurrent 2 --user ada
    """
    rule = limit_of(name, msgspec.convert(wanted, LimitDraft))
    view = asyncio.run(put_one(rule))
    if as_json:
        show_json(view)
        return
    show_pairs([("limit", view.name), ("of", view.of)])


async def put_one(rule: Limit) -> LimitView:
    """Set a limit, and give it as it is listed then."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        await put_rule(store, catalog, rule)
        views = list_limits(store, catalog)
    place = rule.name, str(rule.scope.target)
    return next(view for view in views if (view.name, view.of) == place)


@limit.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """List limits.

    \b
    Examples:
      endpoints-server limit list --json
    """
    views = asyncio.run(find_all())
    if as_json:
        show_json(views)
        return
    if not views:
        click.echo("There are no limits. Set one: endpoints-server limit set NAME --requests N")
        return
    show_table(HEADER, [cells(view) for view in views], right="requests tokens")


async def find_all() -> list[LimitView]:
    """Give all limits."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        return list_limits(store, catalog)


@limit.command("remove")
@click.argument("name")
@target_options
@json_option
def remove(name: str, *, as_json: bool, **whose: object) -> None:
    """Remove a limit.

    \b
    Examples:
      endpoints-server limit remove few --user ada
    """
    scope = scope_of(msgspec.convert(whose, Whose))
    remove_rule(Limit(name=name, scope=scope), as_json=as_json)


def cells(view: LimitView) -> list[object]:
    """Give the cells of a row."""
    counts = (view.requests_per_minute, view.tokens_per_minute, view.concurrent)
    told = ["-" if count is None else count for count in counts]
    return [view.name, view.of, view.each or "-", *told, view.source]
