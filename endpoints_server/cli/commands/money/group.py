"""`group`: people who share budgets and limits."""

import asyncio
from collections.abc import Callable

import rich_click as click

from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.cli.whose import catalog_of_file
from endpoints_server.desk.rules import GroupView, delete_rule, list_groups, put_rule
from endpoints_server.domain.rules.rulebook import Group

Change = Callable[[tuple[str, ...]], tuple[str, ...]]


@click.group(no_args_is_help=False)
def group() -> None:
    """Put people into groups that share budgets and limits.

    Those of the configuration file are listed too, and are changed there.

    \b
    Examples:
      endpoints-server group add research ada ben
      endpoints-server group list
    """


@group.command("add")
@click.argument("name")
@click.argument("users", nargs=-1, metavar="[USER]...")
@json_option
def add(*, name: str, users: tuple[str, ...], as_json: bool) -> None:
    """Add people to a group, which is made where there is none.

    \b
    Examples:
      endpoints-server group add research ada ben
    """
    tell(change_one(name, lambda old: tuple(dict.fromkeys((*old, *users)))), as_json=as_json)


@group.command("remove")
@click.argument("name")
@click.argument("users", nargs=-1, metavar="[USER]...")
@json_option
def remove(*, name: str, users: tuple[str, ...], as_json: bool) -> None:
    """Take people out of a group; where none is named, the group goes.

    \b
    Examples:
      endpoints-server group remove research ben
      endpoints-server group remove research
    """
    if users:
        change = change_one(name, lambda old: tuple(each for each in old if each not in users))
        tell(change, as_json=as_json)
        return
    asyncio.run(delete_one(name))
    if as_json:
        show_json({"removed": name})
        return
    show_pairs([("removed", name)])


@group.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """List groups and who is in them.

    \b
    Examples:
      endpoints-server group list --json
    """
    views = asyncio.run(find_all())
    if as_json:
        show_json(views)
        return
    rows = [(view.name, ", ".join(view.members) or "-", view.source) for view in views]
    show_table(("name", "members", "source"), rows)


def change_one(name: str, change: Change) -> Group:
    """Change who is in a group of the store."""
    return asyncio.run(put_one(name, change))


async def put_one(name: str, change: Change) -> Group:
    """Change who is in a group of the store, made where there is none."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        groups = store.rules.current().groups
        old = next((each.members for each in groups if each.name == name), ())
        changed = Group(name=name, members=change(old))
        await put_rule(store, catalog, changed)
        return changed


async def delete_one(name: str) -> None:
    """Delete a group."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        await delete_rule(store, catalog, Group(name=name))


async def find_all() -> list[GroupView]:
    """Give all groups."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        return list_groups(store, catalog)


def tell(changed: Group, *, as_json: bool) -> None:
    """Say who is in a group now."""
    if as_json:
        show_json(changed)
        return
    show_pairs([("group", changed.name), ("members", ", ".join(changed.members) or "-")])
