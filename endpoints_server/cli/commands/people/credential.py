"""`credential`: people's own provider keys."""

import asyncio
import sys

import rich_click as click

from endpoints_server.cli.ground import now, opened_store, read_catalog, stand
from endpoints_server.cli.moment import Moment
from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import instant, json_option, show_json, show_pairs, show_table
from endpoints_server.config.prices import no_prices
from endpoints_server.desk.credentials import (
    OwnKeyDraft,
    Standing,
    asking_endpoint,
    find_standing,
    forget_key,
    list_standings,
    store_key,
)
from endpoints_server.desk.models.own import OwnCompiler
from endpoints_server.desk.people import get_person
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.secret import Secret
from endpoints_server.store.ports import Store
from endpoints_server.store.vault import Vault

user_option = click.option("--user", default=ADMIN.id, show_default=True, help="Whose key it is.")
LARGEST_INPUT = 64 * 1024


@click.group(no_args_is_help=False)
def credential() -> None:
    """Store, list and delete provider keys of people, for endpoints that ask for one.

    \b
    Examples:
      endpoints-server credential set openrouter
      endpoints-server credential list --user ada
      endpoints-server credential delete openrouter
    """


@credential.command("set")
@click.argument("endpoint")
@user_option
@click.option("--base-url", default="", help="The address, where the endpoint asks for it too.")
@click.option("--expires", type=Moment(now(), 1), help="A day, or a span such as 90d.")
@json_option
def put(*, endpoint: str, user: str, base_url: str, expires: int | None, as_json: bool) -> None:
    """Store a provider key; it is asked for, or read from stdin, and never an argument.

    An earlier one is replaced. A server that is running uses it within a second.

    \b
    Examples:
      endpoints-server credential set openrouter
      pass show openrouter | endpoints-server credential set openrouter --user ada
      endpoints-server credential set my-own --base-url https://llm.example.com/v1 --expires 30d
    """
    catalog = read_catalog(stand())
    asyncio.run(require_asking(catalog, endpoint, user))
    draft = OwnKeyDraft(api_key=read_key(), address=Secret(base_url), expires_at=expires)
    show_one(asyncio.run(put_one(catalog, endpoint, user, draft)), as_json=as_json)


async def require_asking(catalog: Catalog, name: str, user: str) -> None:
    """Refuse, before a key is asked for, an endpoint that asks for none."""
    async with opened_store() as (store, _):
        await get_person(store, user)
        asking_endpoint(seen_by(user, catalog, store), name)


def seen_by(user: str, catalog: Catalog, store: Store) -> Catalog:
    """Give the catalog as a person sees it, with the endpoints that they brought."""
    return OwnCompiler(no_prices).laid_over(catalog, store.own_endpoints.of(user))


def read_key() -> Secret:
    """Ask for the key without showing it, or read it from a pipe."""
    if sys.stdin.isatty():
        return Secret(click.prompt("Provider key", hide_input=True, err=True))
    return Secret(sys.stdin.read(LARGEST_INPUT))


async def put_one(catalog: Catalog, name: str, user: str, draft: OwnKeyDraft) -> Standing:
    """Store a key for a person who is known."""
    async with opened_store() as (store, ring):
        await get_person(store, user)
        catalog = seen_by(user, catalog, store)
        vault, endpoint = Vault(store.credentials, ring), asking_endpoint(catalog, name)
        await store_key(vault, catalog, endpoint, user, draft, now())
        return await find_standing(vault, endpoint, user, now())


@credential.command("list")
@user_option
@json_option
def show(*, user: str, as_json: bool) -> None:
    """List how a person stands with every endpoint that asks for a key of theirs.

    \b
    Examples:
      endpoints-server credential list
      endpoints-server credential list --user ada --json
    """
    standings = asyncio.run(find_all(read_catalog(stand()), user))
    rows = [row_of(standing) for standing in standings]
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo("No endpoint asks for a key of one's own.")
        return
    show_table(list(rows[0]), [list(row.values()) for row in rows])


async def find_all(catalog: Catalog, user: str) -> list[Standing]:
    """Find how a person stands."""
    async with opened_store() as (store, ring):
        await get_person(store, user)
        catalog = seen_by(user, catalog, store)
        return await list_standings(Vault(store.credentials, ring), catalog, user, now())


@credential.command("delete")
@click.argument("endpoint")
@user_option
@json_option
def delete(*, endpoint: str, user: str, as_json: bool) -> None:
    """Delete a provider key, also one for an endpoint that is not served any more.

    A server that is running stops using it within a second.

    \b
    Examples:
      endpoints-server credential delete openrouter --user ada
    """
    if not asyncio.run(delete_one(read_catalog(stand()), endpoint, user)):
        raise Complaint(Outcome.USER_ERROR, f"'{user}' has no key for '{endpoint}'.")
    if as_json:
        show_json({"deleted": endpoint, "user": user})
        return
    show_pairs([("deleted", endpoint), ("user", user)])


async def delete_one(catalog: Catalog, endpoint: str, user: str) -> bool:
    """Delete a key; False where there is none."""
    async with opened_store() as (store, ring):
        catalog = seen_by(user, catalog, store)
        return await forget_key(Vault(store.credentials, ring), catalog, endpoint, user)


def show_one(standing: Standing, *, as_json: bool) -> None:
    """Print how a person stands with one endpoint."""
    row = row_of(standing)
    if as_json:
        show_json(row)
        return
    show_pairs(list(row.items()))


def row_of(standing: Standing) -> dict[str, str]:
    """Write a standing for people; of the key its ending alone."""
    is_there = bool(standing.ending)
    return {
        "endpoint": standing.endpoint,
        "state": standing.state.value if standing.is_served else "not served any more",
        "ending": standing.ending,
        "expires": instant(standing.expires_at) or ("never" if is_there else ""),
        "last_used": instant(standing.last_used_at) or ("never" if is_there else ""),
    }
