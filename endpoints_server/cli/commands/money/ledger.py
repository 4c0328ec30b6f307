"""`ledger`: looking after the record of calls."""

import asyncio

import rich_click as click

from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.outcome import Outcome
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.store.audit import Verification


@click.group(no_args_is_help=False)
def ledger() -> None:
    """Look after the ledger, the record of every call.

    \b
    Examples:
      endpoints-server ledger verify
    """


@ledger.command()
@json_option
def verify(*, as_json: bool) -> int:
    """Check every entry: costs are computed again, attempts counted, sums compared.

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


def show(verification: Verification) -> None:
    """Print what was found."""
    for finding in verification.findings:
        place = f"{finding.entry_id}: " if finding.entry_id else ""
        click.echo(f"{place}{finding.rule.value}: {finding.message}")
    if verification.found > len(verification.findings):
        click.echo(f"… and {verification.found - len(verification.findings)} more")
    result = f"{verification.found} wrong" if verification.found else "all right"
    click.echo(f"{verification.checked} entries checked, {result}.")
