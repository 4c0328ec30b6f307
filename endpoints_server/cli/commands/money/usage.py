"""`usage`: what was used and what it cost."""

import asyncio

import rich_click as click

from endpoints_server.cli.ground import now, opened_store
from endpoints_server.cli.moment import Moment
from endpoints_server.cli.present import json_option, show_json, show_table
from endpoints_server.cli.sheet import write_rows
from endpoints_server.desk.people import only_of
from endpoints_server.desk.usage import UsageRow, UsageTable, sum_usage
from endpoints_server.store.ports import By


@click.command()
@click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default=By.ENDPOINT.value,
    show_default=True,
    help="What to add up by.",
)
@click.option("--since", type=Moment(now(), -1), help="A day, or a span such as 30d.")
@click.option("--until", type=Moment(now(), -1), help="Only what began before.")
@click.option("--user", default=None, help="Only the calls of one person.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
def usage(
    *,
    by: str,
    since: int | None,
    until: int | None,
    user: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Add up attempts, tokens and cost out of the ledger.

    Costs are USD; attempts that nobody can price are counted apart and are not in them. Days are
    those of UTC. What was purged is still in the sums, of whole days.

    \b
    Examples:
      endpoints-server usage
      endpoints-server usage --by user --since 30d
      endpoints-server usage --by day --since 2026-11-01 --csv > november.csv
    """
    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    table = asyncio.run(add_up(By(by), since, until, user))
    if as_json:
        show_json(table)
    elif as_csv:
        write_rows(header_of(table), map(cells, table.rows))
    else:
        rows = [cells(row) for row in (*table.rows, table.total)]
        show_table(header_of(table), rows, right=" ".join(header_of(table)[1:]))


async def add_up(by: By, since: int | None, until: int | None, user: str | None) -> UsageTable:
    """Ask the ledger."""
    async with opened_store() as (store, _):
        person_id = await only_of(store, user)
        return await sum_usage(store, by, since, person_id, until=until)


def header_of(table: UsageTable) -> tuple[str, ...]:
    """Name the columns."""
    return (table.by.value, "attempts", "input", "output", "usd", "unpriced")


def cells(row: UsageRow) -> list[object]:
    """Give the cells of a row."""
    tokens = (row.input_tokens, row.output_tokens)
    return [row.name, row.attempts, *tokens, row.cost_usd, row.unpriced]
