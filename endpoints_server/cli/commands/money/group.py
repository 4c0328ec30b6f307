"""`group`: people who share budgets and limits."""

import asyncio

import rich_click as click

from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.cli.whose import catalog_of_file
from endpoints_server.desk.people import missing
from endpoints_server.desk.rules import (
    GroupView,
    delete_rule,
    list_groups,
    put_rule,
    require_unwritten,
)
from endpoints_server.domain.rules.rulebook import Group
from endpoints_server.store.ports import Store


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
    tell(asyncio.run(put_in(name, users)), as_json=as_json)


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
        changed = asyncio.run(take_out(name, users))
        tell(changed, as_json=as_json)
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


async def put_in(name: str, users: tuple[str, ...]) -> Group:
    """Add people to a group of the store, made where there is none."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        old = find_group(store, name) or Group(name=name)
        changed = Group(name=name, members=tuple(dict.fromkeys((*old.members, *users))))
        await put_rule(store, catalog, changed)
        return changed


async def take_out(name: str, users: tuple[str, ...]) -> Group:
    """Take people out of a group of the store; raises Failed where they are not in it."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        require_unwritten(catalog.rules, Group(name=name))
        old = find_group(store, name)
        if old is None:
            raise missing(f"There is no group '{name}'.")
        for user in users:
            if user not in old.members:
                raise missing(f"There is no '{user}' in the group '{name}'.")
        kept = tuple(each for each in old.members if each not in users)
        changed = Group(name=name, members=kept)
        await put_rule(store, catalog, changed)
        return changed


def find_group(store: Store, name: str) -> Group | None:
    """Find a group of the store."""
    return next((each for each in store.rules.current().groups if each.name == name), None)


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
