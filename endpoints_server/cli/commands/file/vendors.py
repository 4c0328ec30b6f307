"""`vendors`: companies and programs with an API, and the models they offer."""

import asyncio

import rich_click as click

from endpoints_server.cli.ground import read_surroundings
from endpoints_server.cli.present import json_option, rate, show_json, show_table
from endpoints_server.config.prices import open_price_book
from endpoints_server.desk.vendors.known import KnownVendor, get_vendor, list_vendors
from endpoints_server.desk.vendors.offered import Offer, Surroundings, offered_models
from endpoints_server.domain.endpoint import Model
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.wires.listed import WIRES

HEADER = ("id", "name", "wire", "key", "set", "where", "address")
COLUMNS = ("model", "context", "input", "output", "price")


@click.group(no_args_is_help=False)
def vendors() -> None:
    """List the vendors that are known here, and the models that each offers.

    \b
    Examples:
      endpoints-server vendors list
      endpoints-server vendors models openrouter
    """


@vendors.command("list")
@json_option
def list_all(*, as_json: bool) -> None:
    """List the vendors: address, wire, the usual variable of the key, and whether it is set here.

    A variable counts from the environment and from the .env file; its value is never printed.

    \b
    Examples:
      endpoints-server vendors list
      endpoints-server vendors list --json | jq -r '.[] | select(.has_key) | .id'
    """
    _, environ = read_surroundings()
    found = list_vendors(environ)
    if as_json:
        show_json(found)
        return
    show_table(HEADER, [row_of(each) for each in found])


def row_of(vendor: KnownVendor) -> tuple[object, ...]:
    """Say what there is to know about a vendor."""
    return (
        vendor.id,
        vendor.name,
        vendor.wire,
        vendor.variable or "-",
        "yes" if vendor.has_key else "no" if vendor.variable else "-",
        "local" if vendor.is_local else "cloud",
        vendor.address or "one for each account",
    )


@vendors.command("models")
@click.argument("vendor")
@click.option("--base-url", default="", help="Ask at this address instead of the usual one.")
@json_option
def list_models(*, vendor: str, base_url: str, as_json: bool) -> None:
    """List the models a vendor offers now, by asking it; those known here where it has no list.

    The key comes from the vendor's usual variable, in the environment or the .env file; an open
    list needs none. Rates are USD per million tokens, a dash where nobody knows. Exits with 3 where
    the vendor cannot be reached, with 4 where it refuses.

    \b
    Examples:
      endpoints-server vendors models openrouter
      endpoints-server vendors models ollama --base-url http://192.168.1.7:11434/v1
      endpoints-server vendors models anthropic --json | jq -r '.models[].model'
    """
    offer = asyncio.run(ask(vendor, base_url))
    rows = [cells_of(model) for model in offer.models]
    if as_json:
        source = "live" if offer.is_live else "template"
        told = {"vendor": offer.vendor, "address": offer.address, "source": source}
        show_json({**told, "reason": offer.reason, "models": rows})
        return
    click.echo(beginning(offer))
    if rows:
        show_table(
            COLUMNS,
            [["-" if row[name] is None else row[name] for name in COLUMNS] for row in rows],
            right="context input output",
        )


async def ask(name: str, base_url: str) -> Offer:
    """Ask a vendor; raises Failed where that cannot be done."""
    vendor = get_vendor(name)
    _, environ = read_surroundings()
    upstreams = Upstreams()
    around = Surroundings(
        wires=WIRES, upstreams=upstreams, prices=open_price_book(), environ=environ
    )
    try:
        return await offered_models(vendor, base_url, around)
    finally:
        await upstreams.close()


def cells_of(model: Model) -> dict[str, object]:
    """Say what there is to know about a model; None where nobody knows."""
    price = model.price
    return {
        "model": model.name,
        "name": model.description or None,
        "context": model.context_tokens,
        "input": rate(price.rates.input) if price else None,
        "output": rate(price.rates.output) if price else None,
        "price": price.source if price else None,
    }


def beginning(offer: Offer) -> str:
    """Say where the list comes from."""
    if offer.is_live:
        return f"{len(offer.models)} models, as {offer.address} lists them now:"
    known = f"{len(offer.models)} models are known here" if offer.models else "none is known here"
    return f"{offer.reason}; {known}:" if offer.models else f"{offer.reason}, and {known}."
