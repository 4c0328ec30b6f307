"""`key`: client keys, made, listed, rotated and revoked."""

import asyncio
from secrets import token_bytes

import rich_click as click
from msgspec import Struct

from endpoints_server.cli.ground import now, opened_store
from endpoints_server.cli.moment import Moment
from endpoints_server.cli.present import instant, json_option, show_json, show_pairs, show_table
from endpoints_server.desk.keys import KeyDraft, create_key, list_keys, revoke_key, rotate_key
from endpoints_server.desk.people import only_of
from endpoints_server.domain.people.access_key import RANDOM_BYTES, AccessKey
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.secret import Secret


class KeyRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key as it is shown; `key` is told once, when it is made."""

    id: str
    shown: str
    name: str
    user: str
    state: str
    created: str
    expires: str
    key: str | None = None


@click.group(no_args_is_help=False)
def key() -> None:
    """Make, list, rotate and revoke client keys: what callers show to this server.

    \b
    Examples:
      endpoints-server key new --name laptop --expires 90d
      endpoints-server key list
      endpoints-server key revoke es-4fTq9a
    """


@key.command("new")
@click.option("--user", default=ADMIN.id, show_default=True, help="Whose key it is.")
@click.option("--name", default="", help="What it is for.")
@click.option("--expires", type=Moment(now(), 1), help="A day, or a span such as 90d.")
@json_option
def make(*, user: str, name: str, expires: int | None, as_json: bool) -> None:
    """Make a client key, and print it: this once, for only a hash of it is kept.

    A server that is running accepts it at once.

    \b
    Examples:
      endpoints-server key new
      endpoints-server key new --user ada --name notebook --expires 2027-01-31
      export OPENAI_API_KEY=$(endpoints-server key new --json | jq -r .key)
    """
    made, secret = asyncio.run(make_key(user, name, expires))
    if as_json:
        show_json(row_of(made, now(), secret))
        return
    click.echo(secret.reveal())
    click.echo("Keep it now: it is not shown again.", err=True)
    told = [
        ("id", made.id),
        ("user", made.person.id),
        ("expires", instant(made.expires_at) or "never"),
    ]
    for label, value in told:
        click.echo(f"{label.ljust(7)}  {value}", err=True)


async def make_key(user: str, name: str, expires: int | None) -> tuple[AccessKey, Secret]:
    """Make the key for a person who is known."""
    async with opened_store() as (store, ring):
        person = await store.people.find_person(user)
        if person is None:
            message = f"There is no user '{user}'. Add them: endpoints-server user add {user}"
            raise click.UsageError(message)
        draft = KeyDraft(person=person, name=name, expires_at=expires)
        return await create_key(store, ring, draft, token_bytes(RANDOM_BYTES), now())


@key.command("list")
@click.option("--user", default=None, help="Only the keys of one person.")
@json_option
def show(*, user: str | None, as_json: bool) -> None:
    """List client keys by their first characters, revoked and expired ones too.

    \b
    Examples:
      endpoints-server key list
      endpoints-server key list --user ada --json
    """
    rows = [row_of(each, now()) for each in asyncio.run(find_keys(user))]
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo("There are no keys. Make one: endpoints-server key new")
        return
    header = ("id", "shown", "name", "user", "state", "created", "expires")
    show_table(header, [[getattr(row, column) for column in header] for row in rows])


async def find_keys(user: str | None) -> list[AccessKey]:
    """Give the keys of a person or of everybody."""
    async with opened_store() as (store, _):
        return await list_keys(store, await only_of(store, user))


@key.command("rotate")
@click.argument("wanted", metavar="KEY")
@click.option("--grace", type=Moment(now(), 1), help="How long the old one is accepted, as 24h.")
@json_option
def rotate(*, wanted: str, grace: int | None, as_json: bool) -> None:
    """Make a key in place of another, of the same person and name, and print it, this once.

    The old one is revoked at once, or accepted for a time of grace.

    \b
    Examples:
      endpoints-server key rotate es-4fTq9a --grace 24h
    """
    made, secret = asyncio.run(rotate_one(wanted, grace or 0))
    if as_json:
        show_json(row_of(made, now(), secret))
        return
    click.echo(secret.reveal())
    click.echo("Keep it now: it is not shown again.", err=True)


async def rotate_one(wanted: str, until: int) -> tuple[AccessKey, Secret]:
    """Rotate the one key that is meant."""
    async with opened_store() as (store, ring):
        return await rotate_key(store, ring, wanted, token_bytes(RANDOM_BYTES), until, now())


@key.command("revoke")
@click.argument("wanted", metavar="KEY")
@json_option
def revoke(*, wanted: str, as_json: bool) -> None:
    """Revoke a key, by its id or the first characters that the list shows.

    A server that is running refuses it within a second. Calls under way are finished.

    \b
    Examples:
      endpoints-server key revoke es-4fTq9a
    """
    row = row_of(asyncio.run(revoke_one(wanted)), now())
    if as_json:
        show_json(row)
        return
    show_pairs([("revoked", row.shown), ("id", row.id), ("user", row.user)])


async def revoke_one(wanted: str) -> AccessKey:
    """Revoke the one key that is meant."""
    async with opened_store() as (store, _):
        return await revoke_key(store, wanted, now())


def row_of(found: AccessKey, at: int, secret: Secret | None = None) -> KeyRow:
    """Write a key for people."""
    is_revoked = found.revoked_at is not None
    return KeyRow(
        id=found.id,
        shown=f"{found.shown}…",
        name=found.name,
        user=found.person.id,
        state="revoked" if is_revoked else "valid" if found.is_valid_at(at) else "expired",
        created=instant(found.created_at),
        expires=instant(found.expires_at) or "never",
        key=secret.reveal() if secret else None,
    )
