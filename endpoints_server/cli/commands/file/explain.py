"""`explain`: where a call would go, and with what."""

import asyncio
from collections.abc import Mapping
from typing import BinaryIO

import msgspec
import rich_click as click
from msgspec.structs import replace

from endpoints_server.calls.outgoing import CONTENT
from endpoints_server.cli.ground import opened_store, read_catalog, stand
from endpoints_server.cli.origins import Passage, sample, trace
from endpoints_server.cli.present import json_option, rate, show_json, show_pairs
from endpoints_server.desk.prices import clock
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Credential
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.domain.route import Plan, Route, plan
from endpoints_server.domain.routing.arrange import shares
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.wire import Target, Wire
from endpoints_server.wires.listed import WIRES

LONGEST_VALUE = 100


@click.command()
@click.argument("model")
@click.option("--user", default=ADMIN.id, show_default=True, help="Whose call it would be.")
@click.option(
    "--wire",
    type=click.Choice(list(WIRES)),
    default="openai_chat",
    show_default=True,
    help="The wire that the caller speaks.",
)
@click.option("--endpoint", default="", help="As if under /e/ENDPOINT/.")
@click.option("--body", type=click.File("rb"), help="A request to show the way of; - is stdin.")
@json_option
def explain(
    *, model: str, user: str, wire: str, endpoint: str, body: BinaryIO | None, as_json: bool
) -> None:
    """Say where a call for MODEL would go, and how, without making it.

    The body that would go out is shown field by field, each with where it comes from. Headers are
    told by name and origin; no value of any of them is printed.

    \b
    Examples:
      endpoints-server explain demo/demo-chat
      endpoints-server explain demo-messages --wire openai_chat --json
      endpoints-server explain demo-chat --body request.json
    """
    catalog = read_catalog(stand())
    person = asyncio.run(find_person(user))
    found = plan(catalog, model, endpoint)
    routes = found.routes
    asked = body.read() if body else sample(WIRES[wire], model)
    told = [
        {
            **standing_of(found, number),
            **describe(route, WIRES[wire]),
            **passage_of(route, WIRES[wire], asked),
        }
        for number, route in enumerate(routes)
    ]
    ways = ways_of(found, catalog)
    if as_json:
        outset = {"model": model, "user": person.id, "config": catalog.version}
        show_json({**outset, **ways, "routes": told})
        return
    if ways:
        show_pairs([pair for name, value in ways.items() for pair in pairs_of(name, value)])
    for fields in told:
        show_pairs([pair for name, value in fields.items() for pair in pairs_of(name, value)])


async def find_person(user: str) -> Person:
    """Look a person up; the built-in admin needs no looking up."""
    if user == ADMIN.id:
        return ADMIN
    async with opened_store() as (store, _):
        person = await store.people.find_person(user)
    if person is None:
        raise click.UsageError(f"There is no user '{user}'.")
    return person


def ways_of(found: Plan, catalog: Catalog) -> dict[str, object]:
    """Say by which rules one of several routes is chosen; nothing where there is but one."""
    if len(found.routes) == 1 and not found.alias:
        return {}
    routing = catalog.routing
    return {
        "alias": found.alias or "none, but several keys",
        "leads_to": [named(route) for route in found.routes],
        "affinity": "conversation" if routing.has_affinity else "none",
        "retries": msgspec.to_builtins(routing.retries),
        "breaker": msgspec.to_builtins(routing.breaker),
        "deadline_seconds": found.routes[0].endpoint.timeouts.total_seconds,
    }


def named(route: Route) -> str:
    """Name a route, with the number of its key where there are several."""
    key = f" (key {route.key})" if route.endpoint.spare_keys else ""
    return f"{route.endpoint.slug}/{route.model.name}{key}"


def standing_of(found: Plan, number: int) -> dict[str, object]:
    """Say when one of several routes is tried: its order, and its part of those in that order."""
    if len(found.routes) == 1:
        return {}
    share = round(100 * shares(found.routes)[number], 1)
    return {"order": found.routes[number].order, "share_percent": share}


def describe(route: Route, wire_in: Wire) -> dict[str, object]:
    """Say everything about one route that a call would use."""
    endpoint, price = route.endpoint, route.model.price
    wire_out = WIRES[route.wire]
    is_relayed = wire_in is wire_out
    cap = endpoint.cap
    return {
        "endpoint": endpoint.name,
        "upstream_model": route.model.name,
        "wire": f"{wire_in.name} → {wire_out.name}",
        "way": "relay" if is_relayed else "translate",
        "address": address_of(route, wire_out),
        "credential": credential_told(endpoint.credential),
        **({"key": route.key} if endpoint.spare_keys else {}),
        **({"cap": msgspec.to_builtins(cap)} if cap else {}),
        "headers": header_origins(route, wire_out, is_relayed=is_relayed),
        "dialect": differences(replace(route.dialect, sources={})),
        "timeouts": msgspec.to_builtins(endpoint.timeouts),
        "price": price_told(price),
    }


def credential_told(credential: Credential) -> str:
    """Say whose key goes along, and where it is had from."""
    return f"{credential.owner}, by a command" if credential.command else credential.owner


def price_told(price: Price | None) -> dict[str, object]:
    """Say what a call costs, and what a larger one does."""
    if price is None:
        return {"input": rate(None), "output": rate(None), "source": "unpriced"}
    told: dict[str, object] = {
        "input": rate(price.rates.input),
        "output": rate(price.rates.output),
        "source": price.source,
    }
    for tier in price.tiers:
        rates = {"input": rate(tier.rates.input), "output": rate(tier.rates.output)}
        told[f"above {tier.above_tokens} tokens in"] = rates
    for hours in price.hours:
        rates = {"input": rate(hours.rates.input), "output": rate(hours.rates.output)}
        told[f"{clock(hours.from_second)} to {clock(hours.until_second)} UTC"] = rates
    return told


def passage_of(route: Route, wire_in: Wire, body: bytes) -> dict[str, object]:
    """Show the body that would go out, with the origin of each field, and what would be lost."""
    passage = Passage(
        body=body,
        model=route.model.name,
        wire_in=wire_in,
        wire_out=WIRES[route.wire],
    )
    traced = trace(passage, route.dialect)
    told = [msgspec.to_builtins(each) for each in traced.fields]
    return {"body": told, "losses": traced.losses or ("none",)}


def address_of(route: Route, wire: Wire) -> str:
    """Give the address that would be called, without the secrets in it."""
    address = route.address
    if not address:
        return "brought by each person"
    if route.endpoint.is_direct:
        return scrub(address)
    return scrub(wire.address(address, Target(model=route.model.name, is_stream=True)))


def header_origins(route: Route, wire: Wire, *, is_relayed: bool) -> dict[str, str]:
    """Say where each header comes from, in the order in which one overrides the other."""
    origins = dict.fromkeys((*CONTENT, "accept"), "this server")
    origins |= dict.fromkeys(wire.headers, f"the wire {wire.name}")
    if is_relayed:
        origins |= {f"{beginning}*": "the caller" for beginning in wire.forwards}
    secret = f"the credential ({route.endpoint.credential.owner})"
    origins |= dict.fromkeys(wire.credential("-"), secret)
    configured = {template.name: "the configuration" for template in route.headers}
    taken = {name.lower() for name in configured}
    laid = {
        name: origin for name, origin in origins.items() if name.lower() not in taken
    } | configured
    if not route.endpoint.has_bearer:
        return laid
    bare = {name: origin for name, origin in laid.items() if name.lower() != "authorization"}
    return bare | {"authorization": f"{secret}, by authHeader"}


def differences(value: msgspec.Struct) -> dict[str, object]:
    """Name the fields that are not as usual; what is added to bodies is told by its keys."""
    usual = type(value)()
    found = {
        name: getattr(value, name)
        for name in value.__struct_fields__
        if getattr(value, name) != getattr(usual, name)
    }
    return {name: outlined(said) for name, said in found.items()}


def outlined(said: object) -> object:
    """Tell a part of a dialect: of rules what is unusual, of mappings the keys."""
    match said:
        case msgspec.Struct():
            return differences(said)
        case Mapping():
            return sorted(said)
        case _:  # a plain value
            return said


def pairs_of(name: str, value: object) -> list[tuple[str, str]]:
    """Write one thing of the description; headers are gathered by where they come from."""
    if name == "body" and isinstance(value, list):
        lines = [f"{each['field']} {brief(each['value'])} ({each['origin']})" for each in value]
        return [(name if index == 0 else "", text) for index, text in enumerate(lines)]
    if name != "headers" or not isinstance(value, dict):
        return [(name.replace("_", " "), in_words(value))]
    origins = list(dict.fromkeys(value.values()))
    lines = [
        f"{origin}: {' '.join(header for header in value if value[header] == origin)}"
        for origin in origins
    ]
    return [(name if index == 0 else "", text) for index, text in enumerate(lines)]


def brief(value: object) -> str:
    """Write a value of the body on one line, cut where it is long; a dropped one is a dash."""
    if value is None:
        return "–"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def in_words(value: object) -> str:
    """Write a value of the description on one line."""
    match value:
        case dict():
            said = [f"{name.replace('_', ' ')} {in_words(inner)}" for name, inner in value.items()]
            return ", ".join(said) or "as usual"
        case list() | tuple():
            return " ".join(str(inner) for inner in value)
        case _:  # text and numbers
            return str(value)
