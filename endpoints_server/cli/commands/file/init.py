"""`init`: a first configuration file."""

import os
from pathlib import Path

import rich_click as click

from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.config.edit.swap import Unwritable, swap
from endpoints_server.config.environment import config_path, with_dotenv
from endpoints_server.desk.adding.starter import Starter, starter

NEXT = {
    "endpoints-server check": "what is wrong with it",
    "endpoints-server add --template VENDOR": "one endpoint more",
    "endpoints-server schema > librechat.schema.json": "completion in an editor",
    "endpoints-server serve": "serve it",
}


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@json_option
def init(*, file: Path | None, as_json: bool) -> None:
    """Write a first configuration file.

    It has an endpoint for each vendor whose key is set, in the environment or in a .env file beside
    it, or else a sample in comments. FILE is librechat.yaml unless CONFIG_PATH says otherwise; one
    that is there is left as it is. No key is written to it.

    \b
    Examples:
      endpoints-server init
      MISTRAL_API_KEY=… endpoints-server init ./staging.yaml
      endpoints-server init --json | jq -r '.endpoints[].name'
    """
    named = {"CONFIG_PATH": str(file)} if file else {}
    environ = with_dotenv({**os.environ, **named})
    path = config_path(environ)
    refuse_taken(path)
    made = starter(str(path), environ)
    try:
        swap(path, None, made.text.encode())
    except Unwritable as unwritable:
        raise Complaint(Outcome.USER_ERROR, f"{unwritable}.") from None
    if as_json:
        show_json({"file": path, "endpoints": told(made), "next": list(NEXT)})
    else:
        show(path, made)


def refuse_taken(path: Path) -> None:
    """Refuse to write over anything."""
    if path.exists() or path.is_symlink():
        message = (
            f"'{path}' is there already and stays as it is. Add to it: endpoints-server add"
            " --template VENDOR"
        )
        raise Complaint(Outcome.USER_ERROR, message)


def told(made: Starter) -> list[dict[str, object]]:
    """Say which endpoints are in it, and which variables their keys are in."""
    return [
        {"name": each.entry["name"], "variables": [one.name for one in each.variables]}
        for each in made.proposals
    ]


def show(path: Path, made: Starter) -> None:
    """Say what was written, and what to do with it."""
    click.echo(f"Written: {path}")
    for each in made.proposals:
        names = ", ".join(one.name for one in each.variables)
        click.echo(f"  {each.entry['name']}, with the key in {names}")
    if not made.proposals:
        click.echo("  No vendor's key is set, so a sample stands in it, in comments.")
    width = max(map(len, NEXT))
    for command, purpose in NEXT.items():
        click.echo(f"{command.ljust(width)}  {click.style(purpose, dim=True)}")
