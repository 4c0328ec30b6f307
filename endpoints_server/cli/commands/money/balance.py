"""`balance`: what people were granted and have left, and more of it."""

import asyncio
from decimal import Decimal

import rich_click as click

from endpoints_server.cli.amount import Amount
from endpoints_server.cli.ground import now, opened_store
from endpoints_server.cli.present import json_option, show_json, show_table
from endpoints_server.cli.whose import catalog_of_file
from endpoints_server.desk.balance import BalanceView, credit, find_balance
from endpoints_server.desk.people import get_person, list_people
from endpoints_server.desk.rule_drafts import signed_nano_usd_of

HEADER = ("user", "left", "spent", "held", "granted")
Balances = dict[str, BalanceView]


@click.group(no_args_is_help=False)
def balance() -> None:
    """Show what people have left where `balance` is enabled, and grant them more.

    \b
    Examples:
      endpoints-server balance show
      endpoints-server balance credit ada 5
    """


@balance.command("show")
@click.option("--user", default=None, help="Only one person's.")
@json_option
def show(*, user: str | None, as_json: bool) -> None:
    """Show what is left to everybody, or to one person, in USD.

    \b
    Examples:
      endpoints-server balance show --user ada --json
    """
    tell(asyncio.run(find_all(user)), as_json=as_json)


async def find_all(user: str | None) -> Balances:
    """Find the balances of everybody, or of one person."""
    catalog = catalog_of_file()
    async with opened_store() as (store, _):
        if user is not None:
            await get_person(store, user)
        people = [user] if user else [person.id for person in await list_people(store)]
        return {each: await find_balance(store.balances, catalog, each) for each in people}


@balance.command("credit")
@click.argument("user")
@click.argument("usd", type=Amount())
@json_option
def grant(*, user: str, usd: Decimal, as_json: bool) -> None:
    """Grant somebody more, or take some back: `-- -5`.

    \b
    Examples:
      endpoints-server balance credit ada 5
    """
    tell(asyncio.run(credit_one(user, usd)), as_json=as_json)


async def credit_one(user: str, usd: Decimal) -> Balances:
    """Grant somebody more."""
    catalog = catalog_of_file()
    amount = signed_nano_usd_of(usd)
    async with opened_store() as (store, _):
        await get_person(store, user)
        await credit(store.balances, catalog.allowance, user, amount, now())
        return {user: await find_balance(store.balances, catalog, user)}


def tell(found: Balances, *, as_json: bool) -> None:
    """Tell balances."""
    if as_json:
        show_json(found)
        return
    rows = [
        (
            user,
            *(
                amount or "-"
                for amount in (view.left_usd, view.spent_usd, view.reserved_usd, view.granted_usd)
            ),
        )
        for user, view in found.items()
    ]
    show_table(HEADER, rows, right=" ".join(HEADER[1:]))
