"""`secrets`: the ring of keys that seals what people bring, and hashes client keys."""

import asyncio

import rich_click as click

from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.outcome import warn
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.desk.rotation import (
    RingKey,
    RingStatus,
    Rotation,
    look_over,
    reseal,
    rotate,
)
from endpoints_server.store.keyring.ring_file import draw_key
from endpoints_server.store.seal import Owner


@click.group("secrets", no_args_is_help=False)
def secret_keys() -> None:
    """Look after the secret keys: they seal provider keys, and hash client keys.

    \b
    Examples:
      endpoints-server secrets status
      endpoints-server secrets rotate
    """


@secret_keys.command("status")
@json_option
def show_status(*, as_json: bool) -> None:
    """Tell the keys of the ring by id, and what hangs on each.

    A key that nothing hangs on any more may be removed from the ring. Credentials that do not open
    have to be entered again by their owners.

    \b
    Examples:
      endpoints-server secrets status
      endpoints-server secrets status --json | jq .unreadable
    """
    found = asyncio.run(look())
    if as_json:
        keys = [{**row_of(key), "may_be_removed": key.may_be_removed} for key in found.keys]
        show_json({"keys": keys, "unreadable": owners(found.unreadable)})
        return
    header = ("id", "state", "credentials", "client_keys")
    rows = [list(row_of(key).values()) for key in found.keys]
    show_table(header, rows, right="credentials client_keys")
    tell_unreadable(found.unreadable)


async def look() -> RingStatus:
    """Look the ring over."""
    async with opened_store() as (store, ring):
        return await look_over(store, ring)


@secret_keys.command("rotate")
@json_option
def make_rotation(*, as_json: bool) -> None:
    """Put a fresh key on the ring, and seal every provider key with it.

    Servers that run go on and lose no call: they read the ring again as soon as they meet a key
    they do not know. One that was cut short is finished by running it again. Where ES_SECRET_KEYS
    is set, the fresh key is printed for you to put there; start the servers again with it, then
    run this once more.

    Older keys stay on the ring: client keys are hashed with them.

    \b
    Examples:
      endpoints-server secrets rotate
    """
    done, key_to_add = asyncio.run(turn())
    if as_json:
        told = {"newest": done.newest, "is_resumed": done.is_resumed, "resealed": done.resealed}
        show_json({**told, "unreadable": owners(done.unreadable), "key_to_add": key_to_add})
        return
    if key_to_add:
        click.echo(key_to_add)
        click.echo(
            "Put this key and a comma before what ES_SECRET_KEYS holds, start every server again "
            "with it, then run this once more.",
            err=True,
        )
        return
    verb = "finished" if done.is_resumed else "rotated to"
    show_pairs([(verb, done.newest), ("sealed anew", done.resealed)])
    tell_unreadable(done.unreadable)


async def turn() -> tuple[Rotation, str]:
    """Rotate; gives the key that the operator has to put on a ring that is theirs to change."""
    async with opened_store() as (store, ring):
        if ring.path is not None:
            return await rotate(store, ring, ring.path), ""
        done = await reseal(store.credentials, ring, is_resumed=True)
        return done, "" if done.resealed else draw_key()


def row_of(key: RingKey) -> dict[str, object]:
    """Write a key of the ring for people."""
    state = "missing" if key.is_missing else "newest" if key.is_newest else "older"
    return {
        "id": key.id,
        "state": "may be removed" if key.may_be_removed else state,
        "credentials": key.credentials,
        "client_keys": key.client_keys,
    }


def owners(unreadable: tuple[Owner, ...]) -> list[dict[str, str]]:
    """Name whose credentials do not open."""
    return [{"user": owner.person_id, "endpoint": owner.endpoint} for owner in unreadable]


def tell_unreadable(unreadable: tuple[Owner, ...]) -> None:
    """Warn of credentials that do not open."""
    for owner in unreadable:
        warn(
            f"The key of '{owner.person_id}' for '{owner.endpoint}' does not open; "
            "it has to be entered again."
        )
