"""`user`: the people who may hold keys, added, listed and disabled."""

import asyncio

import rich_click as click
from msgspec import Struct

from endpoints_server.cli.ground import now, opened_store
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.desk.people import add_person, list_people, set_disabled
from endpoints_server.domain.people.person import Person

ROLES = ("USER", "ADMIN")


class UserRow(Struct, frozen=True, kw_only=True):
    """A person as they are shown."""

    id: str
    name: str
    email: str
    role: str
    state: str


@click.group(no_args_is_help=False)
def user() -> None:
    """Add, list and disable the people who may hold keys.

    \b
    Examples:
      endpoints-server user add ada --name "Ada Lovelace" --email ada@example.org
      endpoints-server key new --user ada
      endpoints-server user list
    """


@user.command("add")
@click.argument("user_id", metavar="ID")
@click.option("--name", default="", help="How header templates call them.")
@click.option("--email", default="", help="Their address, for header templates too.")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True)
@json_option
def add(*, user_id: str, name: str, email: str, role: str, as_json: bool) -> None:
    """Add a person; an ADMIN may also sign in to the console.

    \b
    Examples:
      endpoints-server user add ada
      endpoints-server user add ben --name Ben --email ben@example.org --role ADMIN
    """
    person = Person(id=user_id, name=name, username=user_id, email=email, role=role)
    row = row_of(asyncio.run(add_one(person)))
    if as_json:
        show_json(row)
        return
    show_pairs([("added", row.id), ("role", row.role)])
    click.echo(f"Make a key: endpoints-server key new --user {row.id}", err=True)


async def add_one(person: Person) -> Person:
    """Add a person to the store that the environment names."""
    async with opened_store() as (store, _):
        return await add_person(store, person)


@user.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """List everybody.

    \b
    Examples:
      endpoints-server user list --json
    """
    rows = [row_of(person) for person in asyncio.run(find_everybody())]
    if as_json:
        show_json(rows)
        return
    header = ("id", "name", "email", "role", "state")
    show_table(header, [[getattr(row, column) for column in header] for row in rows])


@user.command("disable")
@click.argument("user_id", metavar="ID")
@json_option
def disable(*, user_id: str, as_json: bool) -> None:
    """Accept none of a person's keys any more; a server that is running does so within a second.

    \b
    Examples:
      endpoints-server user disable ada
    """
    tell(asyncio.run(change(user_id, now())), as_json=as_json)


@user.command("enable")
@click.argument("user_id", metavar="ID")
@json_option
def enable(*, user_id: str, as_json: bool) -> None:
    """Accept a disabled person's keys again.

    \b
    Examples:
      endpoints-server user enable ada
    """
    tell(asyncio.run(change(user_id, None)), as_json=as_json)


async def change(user_id: str, at: int | None) -> UserRow:
    """Disable or enable a person."""
    async with opened_store() as (store, _):
        return row_of(await set_disabled(store, user_id, at))


def tell(row: UserRow, *, as_json: bool) -> None:
    """Tell how a person stands."""
    if as_json:
        show_json(row)
        return
    show_pairs([("user", row.id), ("state", row.state)])


async def find_everybody() -> list[Person]:
    """Give everybody."""
    async with opened_store() as (store, _):
        return await list_people(store)


def row_of(person: Person) -> UserRow:
    """Write a person for people."""
    return UserRow(
        id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        state="enabled" if person.disabled_at is None else "disabled",
    )
