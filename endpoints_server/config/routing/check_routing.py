"""What the file says of ways, beyond its shape: that every alias leads somewhere."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import UNSET

from endpoints_server.config.checks.endpoints import names_of
from endpoints_server.config.checks.models import name_of
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.checks.plain import check_plain
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.naming import slug_of
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.routing.resolve import (
    Astray,
    Lead,
    Offer,
    find_loop,
    offer_of,
    resolve,
)
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.routing import TargetItem, TargetRule
from endpoints_server.config.text.document import Document, Path

SERVER: Path = ("server",)
ALIASES: Path = (*SERVER, "aliases")
QUEUE = ("maxQueue", "queueSeconds")
Leads = dict[str, list[tuple[Path, Lead]]]


def check_routing(document: Document, others: Iterable[CustomEndpoint] = ()) -> Iterator[Problem]:
    """Tell of aliases that lead nowhere or in a circle, that hide models, and of keys without use.

    `others` are endpoints that stand in another file.
    """
    for key in ("aliases", "retries", "breaker"):
        yield from check_plain(document, (*SERVER, key))
    yield from check_keys(document)
    yield from check_queues(document)
    aliases = document.get(ALIASES)
    if not isinstance(aliases, dict):
        return
    own = list(offers_in(document))
    taken = {offer.slug for offer in own}
    offers = [*own, *(each for each in map(offer_of, others) if each.slug not in taken)]
    leads: Leads = {}
    for name in aliases:
        if not name.strip():
            yield document.problem((*ALIASES, name), "an alias lacks a name", is_about_key=True)
        leads[name] = []
        for path, item in items_in(document, name):
            found = resolve(item, offers, aliases, name)
            if isinstance(found, Lead):
                leads[name].append((path, found))
            else:
                yield astray(document, path, found)
    yield from check_loops(document, leads)
    yield from check_twice(document, leads)
    yield from check_hidden(document, leads, offers)


def offers_in(document: Document) -> Iterator[Offer]:
    """Say what each endpoint of the file has."""
    for path, name in names_of(document):
        entry = path[:-1]
        models = document.get((*entry, "models", "default"))
        listed = filter(None, map(name_of, models if isinstance(models, list) else ()))
        is_open = document.get((*entry, "models", "fetch")) is True
        yield Offer(name=name, models=tuple(listed), is_open=is_open)


def items_in(document: Document, name: str) -> Iterator[tuple[Path, TargetItem]]:
    """Give each target of an alias and where it stands; those of a wrong shape are left out."""
    place: Path = (*ALIASES, name)
    value = document.get(place)
    places = [place]
    if isinstance(value, list):
        places = [(*place, number) for number in range(len(value))]
    for each in places:
        item: Any = document.get(each)
        if isinstance(item, str) and item:
            yield each, item
        elif isinstance(item, dict) and isinstance(item.get("model"), str) and item["model"]:
            endpoint = item.get("endpoint", "")
            yield (
                (*each, "endpoint" if "endpoint" in item else "model"),
                TargetRule(
                    model=item["model"], endpoint=endpoint if isinstance(endpoint, str) else ""
                ),
            )


def astray(document: Document, path: Path, found: Astray) -> Problem:
    """Tell of a target that leads nowhere."""
    message = f"{found.problem} {shown(found.subject)}"
    is_choice = found.problem.startswith("more than one")
    names = " or ".join(map(shown, found.candidates[:3]))
    hint = f"write {names}" if is_choice else did_you_mean(found.subject, found.candidates)
    is_of_model = "model" in found.problem and path[-1] == "endpoint"
    place = (*path[:-1], "model") if is_of_model else path
    return document.problem(place, message, hint)


def check_loops(document: Document, leads: Leads) -> Iterator[Problem]:
    """Tell of aliases that lead back to themselves."""
    plain = {name: [lead for _, lead in led] for name, led in leads.items()}
    for name in leads:
        loop = find_loop(name, plain)
        if loop:
            way = " → ".join(map(shown, loop))
            message = f"the alias {shown(name)} leads back to itself"
            yield document.problem((*ALIASES, name), message, way, is_about_key=True)


def check_twice(document: Document, leads: Leads) -> Iterator[Problem]:
    """Warn of a target that stands in an alias already."""
    for led in leads.values():
        seen: set[Lead] = set()
        for path, lead in led:
            if lead in seen:
                message = "this target stands in the alias already"
                yield document.problem(path, message, level=Level.WARNING)
            seen.add(lead)


def check_hidden(document: Document, leads: Leads, offers: Sequence[Offer]) -> Iterator[Problem]:
    """Warn of an alias that hides a model of its own name without leading there."""
    for name, led in leads.items():
        reached = {(lead.slug, lead.model) for _, lead in led}
        for offer in offers:
            is_bare = name in offer.models
            full = next((each for each in offer.models if is_full(name, offer, each)), "")
            model = name if is_bare else full
            if not model or (offer.slug, model) in reached:
                continue
            message = f"the alias {shown(name)} hides a model of the endpoint {shown(offer.name)}"
            ask = f"ask for the model as {shown(f'{offer.name}/{model}')}, or choose another name"
            hint = ask if is_bare else "choose another name"
            path = (*ALIASES, name)
            yield document.problem(path, message, hint, level=Level.WARNING, is_about_key=True)


def is_full(name: str, offer: Offer, model: str) -> bool:
    """Say whether a name is that of an endpoint's model in full."""
    return name.endswith(f"/{model}") and slug_of(name[: -len(model) - 1]) == offer.slug


def check_keys(document: Document) -> Iterator[Problem]:
    """Tell of further keys where people bring theirs, and of one that stands there twice."""
    overrides = document.get((*SERVER, "endpoints"))
    entries = {slug_of(name): path[:-1] for path, name in names_of(document)}
    for name in overrides if isinstance(overrides, dict) else ():
        place: Path = (*SERVER, "endpoints", name, "apiKeys")
        keys = document.get(place)
        entry = entries.get(slug_of(name))
        own = None if entry is None else document.get((*entry, "apiKey"))
        if not isinstance(keys, list) or not keys:
            continue
        address = None if entry is None else document.get((*entry, "baseURL"))
        if USER_PROVIDED in (own, address):
            message = "people bring their own key for this endpoint, so it has no further ones"
            yield document.problem(place, message, is_about_key=True)
        yield from check_each_key(document, place, keys, own)


def check_queues(document: Document) -> Iterator[Problem]:
    """Warn of a queue before an endpoint that anybody may enter."""
    overrides = document.get((*SERVER, "endpoints"))
    for name, said in overrides.items() if isinstance(overrides, dict) else ():
        for key in QUEUE if isinstance(said, dict) and "maxConcurrent" not in said else ():
            if key in said:
                message = f"{shown(key)} has no effect without `maxConcurrent`"
                path: Path = (*SERVER, "endpoints", name, key)
                yield document.problem(path, message, level=Level.WARNING, is_about_key=True)


def check_each_key(
    document: Document, place: Path, keys: Sequence[Any], own: object
) -> Iterator[Problem]:
    """Tell of a key that is none, or that is there already."""
    seen = {own}
    for number, item in enumerate(keys):
        path: Path = (*place, number)
        key = item
        if isinstance(item, dict):
            path, key = (*path, "apiKey"), item.get("apiKey", UNSET)
        yield from check_plain(document, (*place, number))
        if not isinstance(key, str):
            continue
        if key == USER_PROVIDED or not key.strip():
            message = "a further key must be one of the house's"
            yield document.problem(path, message, "write a key, or the variable that holds it")
        elif key in seen:
            yield document.problem(path, "this key is there already", level=Level.WARNING)
        seen.add(key)
