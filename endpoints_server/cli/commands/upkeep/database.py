"""`db`: looking after the database."""

from pathlib import Path

import rich_click as click

from endpoints_server.cli.ground import read_surroundings
from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import json_option, show_json, show_pairs, show_table
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.open import load_backend

AFTERWARDS = (
    "What is written to the file from now on is not copied. Every machine on the new database needs"
    " the same ES_SECRET_KEYS: they are in '{path}'."
)


@click.group(no_args_is_help=False)
def db() -> None:
    """Look after the database: its tables, copies of it, and the way to another one.

    It is the SQLite file in the data dir, or what ES_DATABASE_URL names.

    \b
    Examples:
      endpoints-server db migrate
      endpoints-server db backup /backups/monday.sqlite3
      ES_DATABASE_URL_FILE=/run/secrets/database endpoints-server db copy
    """


@db.command()
@json_option
def migrate(*, as_json: bool) -> None:
    """Bring the tables up to this version.

    PostgreSQL needs this before the first start and after an upgrade; a SQLite file is brought up
    to date whenever it is opened. Several at once take turns.

    \b
    Examples:
      endpoints-server db migrate
    """
    data_dir, url = place()
    done = load_backend(url, "migrate").migrate(data_dir, url)
    if as_json:
        show_json(done)
    elif done.before == done.after:
        click.echo(f"The tables are those of this version already ({done.after}).")
    else:
        click.echo(
            f"The tables are those of this version now: {done.before or 'none'} to {done.after}."
        )


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(file: Path, *, as_json: bool) -> None:
    """Copy the SQLite database to FILE, while the server runs.

    For PostgreSQL it says what to run instead. The keys that seal what is stored are in the data
    dir, or in ES_SECRET_KEYS, and not in the copy: keep them too, and somewhere else.

    \b
    Examples:
      endpoints-server db backup /backups/monday.sqlite3
    """
    data_dir, url = place()
    load_backend(url, "backup").backup(data_dir, url, file)
    size = file.stat().st_size
    if as_json:
        show_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"Copied to {file} ({size} bytes).")


@db.command()
@json_option
def copy(*, as_json: bool) -> None:
    """Copy the SQLite file in the data dir to the PostgreSQL that ES_DATABASE_URL names.

    That must be empty; its tables are made. All is copied or nothing, and every row is read back
    and compared before it counts. Stop the server first.

    \b
    Examples:
      ES_DATABASE_URL_FILE=/run/secrets/database endpoints-server db copy
    """
    data_dir, url = place()
    if not url.startswith("postgres"):
        raise Complaint(
            Outcome.USER_ERROR, "Set ES_DATABASE_URL to the PostgreSQL database to copy to."
        )
    done = load_backend(url, "copy").copy(data_dir, url)
    if as_json:
        show_json(done)
        return
    show_table(("table", "rows"), list(done.rows.items()), right="rows")
    show_pairs([("cost of all entries", f"{usd(done.cost_nano_usd)} USD, the same in both")])
    click.echo(AFTERWARDS.format(path=data_dir / "secret-keys"))


def place() -> tuple[Path, str]:
    """Say where the database is: the data dir, and a url if there is one."""
    environment, _ = read_surroundings()
    url = environment.database_url
    return environment.data_dir, url.reveal() if url else ""
