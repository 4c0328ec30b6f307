"""`ledger`: looking after the record of calls."""

import asyncio

import rich_click as click
from uuid_utils import uuid7

from endpoints_server.cli.commands.money.reconcile import reconcile
from endpoints_server.cli.ground import now, opened_store
from endpoints_server.cli.moment import Moment
from endpoints_server.cli.outcome import Outcome
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.cli.sheet import write_listed, write_named
from endpoints_server.desk.history.export import (
    COLUMNS,
    FOCUS_COLUMNS,
    Extent,
    export_entries,
    export_focus,
)
from endpoints_server.desk.people import only_of
from endpoints_server.domain.money.tally import DAY, SHORTEST_DAYS
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.audit import Verification
from endpoints_server.store.history.port import Order, Purge


@click.group(no_args_is_help=False)
def ledger() -> None:
    """Look after the ledger, the record of every call.

    \b
    Examples:
      endpoints-server ledger verify
      endpoints-server ledger export --format focus --since 2026-11-01 > november.csv
      endpoints-server ledger reconcile invoice.csv --endpoint Mistral
    """


ledger.add_command(reconcile)


@ledger.command()
@json_option
def verify(*, as_json: bool) -> int:
    """Check every entry: costs are computed again, attempts counted, sums and rollups compared.

    Exits with 1 where something is wrong.

    \b
    Examples:
      endpoints-server ledger verify
      endpoints-server ledger verify --json | jq .findings
    """
    verification = asyncio.run(check())
    if as_json:
        show_json(verification)
    else:
        show(verification)
    return Outcome.USER_ERROR if verification.found else Outcome.FINE


async def check() -> Verification:
    """Ask the ledger."""
    async with opened_store() as (store, _):
        return await store.ledger.verify()


@ledger.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "focus")),
    default="csv",
    show_default=True,
    help="Every attempt, or charges by day in the columns of FOCUS 1.2.",
)
@click.option("--since", type=Moment(now(), -1), help="A day, or a span such as 30d.")
@click.option("--until", type=Moment(now(), -1), help="Only what began before.")
@click.option("--user", default=None, help="Only the calls of one person.")
@click.option(
    "--account", default="endpoints-server", show_default=True, help="The account billed, in FOCUS."
)
@json_option
def export(
    *,
    form: str,
    since: int | None,
    until: int | None,
    user: str | None,
    account: str,
    as_json: bool,
) -> None:
    """Print the ledger as CSV, or as JSON with the same rows.

    Attempts come newest first, as long as they are kept. Charges of FOCUS are whole days of UTC,
    purged ones too: one row for each person, key, endpoint, model, operation and credential.

    \b
    Examples:
      endpoints-server ledger export --since 24h > attempts.csv
      endpoints-server ledger export --format focus --since 2026-11-01 --until 2026-12-01
    """
    extent = Extent(since=since, until=until, person_id=user)
    asyncio.run(write(form, extent, account, as_json=as_json))


async def write(form: str, extent: Extent, account: str, *, as_json: bool) -> None:
    """Print what is there."""
    async with opened_store() as (store, _):
        await only_of(store, extent.person_id)
        is_focus = form == "focus"
        rows = export_focus(store, extent, account) if is_focus else export_entries(store, extent)
        if as_json:
            await write_listed(rows)
        else:
            await write_named(FOCUS_COLUMNS if is_focus else COLUMNS, rows)


@ledger.command()
@click.option(
    "--before", required=True, type=Moment(now(), -1), help="A day, or an age such as 400d."
)
@json_option
def purge(*, before: int, as_json: bool) -> None:
    """Delete the entries of days before a day of UTC; their sums are kept, and so are balances.

    It may run beside servers: a few entries go at a time, so that no call waits for it. The last
    35 days always stay. `server.ledger.keepDays` does the same by itself.

    \b
    Examples:
      endpoints-server ledger purge --before 400d
      endpoints-server ledger purge --before 2025-01-01
    """
    if before // DAY > now() // DAY - SHORTEST_DAYS:
        raise click.UsageError(f"The last {SHORTEST_DAYS} days are always kept.")
    purges = asyncio.run(delete(before // DAY))
    if as_json:
        show_json(purges)
        return
    count = sum(each.attempts for each in purges)
    cost = usd(sum(each.cost_nano_usd for each in purges))
    click.echo(f"{count} entries of {len(purges)} days purged; they cost {cost} USD.")


async def delete(before_day: int) -> list[Purge]:
    """Add up what waits for it, purge, and tell what was deleted."""
    order = Order(id=uuid7().hex, before_day=before_day, reason="ledger purge", at=now())
    async with opened_store() as (store, _):
        while await store.history.fold():
            pass
        await store.history.purge(order)
        return [each for each in await store.history.list_purges() if each.id == order.id]


def show(verification: Verification) -> None:
    """Print what was found."""
    for finding in verification.findings:
        place = f"{finding.entry_id}: " if finding.entry_id else ""
        click.echo(f"{place}{finding.rule.value}: {finding.message}")
    if verification.found > len(verification.findings):
        click.echo(f"… and {verification.found - len(verification.findings)} more")
    result = f"{verification.found} wrong" if verification.found else "all right"
    click.echo(f"{verification.checked} entries checked, {result}.")
