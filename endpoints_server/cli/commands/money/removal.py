"""Removing a rule, be it a budget or a limit."""

import asyncio

from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.present import show_json, show_pairs
from endpoints_server.cli.whose import catalog_of_file
from endpoints_server.desk.rules import delete_rule
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit


def remove_rule(rule: Budget | Limit, *, as_json: bool) -> None:
    """Remove a rule by its name and whose it is, and say so."""
    asyncio.run(remove_stored(rule))
    if as_json:
        show_json({"removed": rule.name})
        return
    show_pairs([("removed", rule.name)])


async def remove_stored(rule: Budget | Limit) -> None:
    """Remove it from the store of the server."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        await delete_rule(store, catalog, rule)
