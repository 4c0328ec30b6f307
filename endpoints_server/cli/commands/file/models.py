"""`models`: what can be asked for."""

import rich_click as click

from endpoints_server.cli.ground import read_catalog, stand
from endpoints_server.cli.present import json_option, rate, show_json, show_table
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.web.api.listed import Listed, led


@click.command()
@click.option("--endpoint", default="", help="Only those of one endpoint.")
@json_option
def models(*, endpoint: str, as_json: bool) -> None:
    """List the models that can be asked for, and what they cost.

    Rates are USD per million tokens; a dash means that nobody knows the price. Models that an
    endpoint lists by itself are known to a running server only.

    \b
    Examples:
      endpoints-server models
      endpoints-server models --endpoint demo
      endpoints-server models --json | jq -r '.[].id'
    """
    catalog = read_catalog(stand())
    wanted = catalog.by_name.get(endpoint.lower()) if endpoint else None
    if endpoint and wanted is None:
        known = ", ".join(each.slug for each in catalog.endpoints) or "none"
        raise click.UsageError(f"There is no endpoint '{endpoint}'. Known: {known}.")
    aliases = list(led(catalog, wanted))
    rows = [row_of_alias(item) for item in aliases]
    rows += [row_of(each, model) for each, model in listed(catalog, wanted)]
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo("No endpoint names a model.")
        return
    header = ("id", "wire", "context", "input", "output", "price")
    show_table(
        header, [[row[name] for name in header] for row in rows], right="context input output"
    )
    for item in aliases:
        click.echo(f"{item.id} → {' '.join(item.leads)}")


def listed(catalog: Catalog, wanted: Endpoint | None) -> list[tuple[Endpoint, Model]]:
    """Give the models of one endpoint or of all, in the order of the file."""
    endpoints = [wanted] if wanted else catalog.endpoints
    return [(endpoint, model) for endpoint in endpoints for model in endpoint.models]


def row_of_alias(item: Listed) -> dict[str, object]:
    """Say what there is to know about an alias, and where it leads."""
    row = row_of(item.endpoint, item.model)
    return row | {"id": item.id, "wire": "-", "leads_to": item.leads}


def row_of(endpoint: Endpoint, model: Model) -> dict[str, object]:
    """Say what there is to know about a model."""
    price = model.price
    return {
        "id": f"{endpoint.slug}/{model.name}",
        "endpoint": endpoint.name,
        "model": model.name,
        "wire": model.wire or endpoint.wire,
        "context": model.context_tokens or "-",
        "input": rate(price.rates.input if price else None),
        "output": rate(price.rates.output if price else None),
        "price": price.source if price else "-",
    }
