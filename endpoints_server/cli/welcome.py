"""What a server says once it is ready: all that a first call needs, or where things are."""

import json
from secrets import token_bytes

import rich_click as click
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.app.parts import Parts
from endpoints_server.cli.ground import Ground, address_of, now
from endpoints_server.cli.present import show_json
from endpoints_server.desk.keys import ENVIRONMENT, KeyDraft, create_key
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.ports import Store
from endpoints_server.web.console.sign_in_link import make_sign_in_link

GIVEN_KEY = "$ES_ADMIN_KEY"
OTHER_CLIENTS = "Settings for other clients, filled in: endpoints-server connect"
NOTHING_SERVED = (
    "The file holds no endpoints, so there is nothing to call yet. See the demo: endpoints-server"
    " demo. Or add one: endpoints-server add --template VENDOR, or --from-example FILE; it is"
    " picked up without a restart."
)


class Welcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The words of it; empty where there is nothing to say."""

    address: str
    sign_in: str = ""
    key: str = ""
    curl: str = ""
    config: str = ""
    data: str = ""
    note: str = ""


async def welcome(ground: Ground, parts: Parts, port: int, *, as_json: bool) -> None:
    """Print the welcome; the first run's has a link and a key in it, later ones have not."""
    address = ground.environment.public_url or address_of(ground.environment, port)
    told = await compose(ground, parts, address)
    if as_json:
        show_json(told)
        return
    for text in lines(told):
        click.echo(text)
    if told.sign_in and ground.is_demo:
        click.echo("This is the demo. To reach real models, write a file: endpoints-server init")


async def compose(ground: Ground, parts: Parts, address: str) -> Welcome:
    """Find out what there is to say; on the first run a key and a link are made.

    Where the environment gives a key, none is made, and the curl line refers to it.
    """
    environment = ground.environment
    told = Welcome(
        address=address,
        config="the demo" if ground.is_demo else str(environment.config_path.absolute()),
        data=str(environment.data_dir.absolute()),
        note="" if parts.live.current.endpoints else NOTHING_SERVED,
    )
    if not await is_first_run(parts.store):
        return told
    link = await make_sign_in_link(parts.store.sessions, address, ADMIN.id, now())
    key = GIVEN_KEY
    if environment.admin_key is None:
        draft = KeyDraft(person=ADMIN, name="first run")
        _, secret = await create_key(
            parts.store, parts.ring, draft, token_bytes(RANDOM_BYTES), now()
        )
        key = secret.reveal()
    curl = curl_line(address, key, parts.live.current)
    return replace(told, sign_in=link.reveal(), key=key, curl=curl)


async def is_first_run(store: Store) -> bool:
    """Say whether nothing was asked yet, and nobody has a key but one the environment gives."""
    keys = await store.keys.list_keys()
    return all(key.name == ENVIRONMENT for key in keys) and not await store.ledger.list_entries(
        limit=1
    )


def curl_line(address: str, key: str, catalog: Catalog) -> str:
    """Write a line that works when pasted, and streams; empty where no model has a name."""
    named = [(each.slug, model.name) for each in catalog.endpoints for model in each.models]
    if not named:
        return ""
    body = {
        "model": "/".join(named[0]),
        "stream": True,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    quoted = json.dumps(body, ensure_ascii=True).replace("'", "\\u0027")
    return (
        f'curl -N {address}/v1/chat/completions -H "Authorization: Bearer {key}"'
        f" -H 'Content-Type: application/json' -d '{quoted}'"
    )


def lines(told: Welcome) -> list[str]:
    """Write the welcome for people."""
    noted = [told.note] if told.note else []
    if not told.sign_in:
        return [
            f"Serving {told.config} at {told.address}",
            f"State is in {told.data}. A key: endpoints-server key new",
            *noted,
        ]
    shown = [
        f"Serving at    {told.address}",
        f"Sign in once  {told.sign_in}",
        f"Client key    {told.key}",
    ]
    if told.curl:
        shown += ["", told.curl, "", OTHER_CLIENTS]
    return shown + noted
