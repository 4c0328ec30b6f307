"""`connect`: what to type into a client so that it calls this server."""

import asyncio
import sys

import rich_click as click

from endpoints_server.cli.commands.people.key import make_key
from endpoints_server.cli.ground import address_of, read_catalog, read_surroundings, stand
from endpoints_server.cli.present import json_option, show_json, show_table
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.desk.connect.fill import MODEL, Access, fill
from endpoints_server.desk.connect.guide import Guide, known_guides
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.secret import Secret


@click.command()
@click.argument("client", default="")
@click.option(
    "--url", default="", help="Where the server is (else ES_PUBLIC_URL, or this machine)."
)
@click.option("--key", default="", help="The client key to fill in; - reads it from stdin.")
@click.option("--new-key", "is_key_wanted", is_flag=True, help="Make a key and fill it in.")
@click.option("--model", default="", help="The model to ask for (else the first one there is).")
@json_option
def connect(
    *, client: str, url: str, key: str, is_key_wanted: bool, model: str, as_json: bool
) -> None:
    """Print the settings by which CLIENT calls this server, filled in; without CLIENT, list them.

    A key is printed only where you passed it or asked for a new one; elsewhere es-… stands in its
    place. The settings go to stdout, where they belong is said on stderr.

    \b
    Examples:
      endpoints-server connect
      endpoints-server connect claude-code --new-key
      endpoints-server connect codex --url https://models.example.org --model mistral/small
      eval "$(endpoints-server connect aider --key - < key.txt)"
    """
    guides = known_guides()
    if not client:
        show_guides(as_json=as_json)
        return
    if client not in guides:
        hint = did_you_mean(client, guides) or f"Known: {', '.join(guides)}."
        raise click.UsageError(f"There is no client '{client}': {hint}")
    access = Access(
        url=url or own_address(),
        model=model or first_model(),
        key=key_of(client, key, is_wanted=is_key_wanted),
    )
    filled = fill(guides[client], access)
    if as_json:
        show_json({"client": client, "url": access.url, "model": access.model, "guide": filled})
        return
    show(filled)


def show_guides(*, as_json: bool) -> None:
    """List the clients, and the wires that each can be set up for."""
    guides = known_guides()
    if as_json:
        show_json(dict(guides))
        return
    rows = [[name, guide.about, ", ".join(wires_of(guide))] for name, guide in guides.items()]
    show_table(("client", "what it is", "wires"), rows)


def wires_of(guide: Guide) -> list[str]:
    """Give the wires of all its blocks, each once."""
    return list(dict.fromkeys(wire for block in guide.blocks for wire in block.wires))


def own_address() -> str:
    """Give the address that this server says it has, or would have on this machine."""
    environment, _ = read_surroundings()
    return environment.public_url or address_of(environment, environment.port)


def first_model() -> str:
    """Give the first model of the configuration, with its endpoint where others have it too."""
    return name_in(read_catalog(stand()))


def name_in(catalog: Catalog) -> str:
    """Name the first model of a catalog so that it can be asked for."""
    for endpoint in catalog.endpoints:
        for model in endpoint.models:
            is_alone = len(catalog.by_model.get(model.name, ())) == 1
            return model.name if is_alone else f"{endpoint.slug}/{model.name}"
    return MODEL


def key_of(client: str, given: str, *, is_wanted: bool) -> Secret | None:
    """Take the key that was given, or make the one asked for; None where there is neither."""
    if given and is_wanted:
        raise click.UsageError("Give a key or ask for a new one, not both.")
    if is_wanted:
        _, made = asyncio.run(make_key(ADMIN.id, client, None))
        return made
    text = sys.stdin.read().strip() if given == "-" else given
    return Secret(text) if text else None


def show(guide: Guide) -> None:
    """Print the texts, and on stderr where each belongs."""
    click.echo(f"{click.style(guide.title, bold=True)}, {guide.about}", err=True)
    for block in guide.blocks:
        where = f"\n# {block.where} ({', '.join(block.wires)})"
        click.echo(click.style(where, dim=True), err=True)
        click.echo(block.text, nl=False)
        if block.note:
            click.echo(click.style(f"# {block.note}", dim=True), err=True)
