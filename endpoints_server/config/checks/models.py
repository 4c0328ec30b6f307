"""What is said of single models: that each has a name, an API, and settings that can act."""

from collections.abc import Iterator
from typing import Any

from endpoints_server.config.checks.headers import check_headers
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.checks.plain import check_plain
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.schema.wire import WIRES
from endpoints_server.config.text.document import Document, Path

PLAIN = (
    *("samplingParams", "samplingParamsByThinkingLevel", "compat", "cost"),
    *("contextWindow", "maxTokens"),
)
"""Keys whose values are sent or counted with."""


def check_models(document: Document, entry: Path) -> Iterator[Problem]:
    """Check the models of an endpoint, one by one and against each other."""
    seen: set[str] = set()
    for place in listed(document, entry):
        name = name_at(document, place)
        if not name:
            yield from nameless(document, place)
        elif name in seen:
            message = f"the model {shown(name)} stands in the list already"
            yield document.problem(place, message, level=Level.WARNING)
        seen.add(name)
        yield from check_way(document, place)
    yield from check_overrides(document, entry, seen)
    yield from check_personal(document, entry)
    for place in placed_models(document, entry):
        yield from check_headers(document, place)
        for key in PLAIN:
            yield from check_plain(document, (*place, key))
    for key in ("samplingParams", "compat"):
        yield from check_plain(document, (*entry, key))


def listed(document: Document, entry: Path) -> Iterator[Path]:
    """Give the place of each model in the list."""
    models = document.get((*entry, "models", "default"))
    for number in range(len(models) if isinstance(models, list) else 0):
        yield (*entry, "models", "default", number)


def placed_models(document: Document, entry: Path) -> Iterator[Path]:
    """Give the place of each mapping that says something of a model, overrides too."""
    yield from (place for place in listed(document, entry) if is_mapping(document, place))
    overrides = document.get((*entry, "modelOverrides"))
    for name in overrides if isinstance(overrides, dict) else ():
        yield (*entry, "modelOverrides", name)


def is_mapping(document: Document, place: Path) -> bool:
    """Say whether a mapping stands at a place."""
    return isinstance(document.get(place), dict)


def name_at(document: Document, place: Path) -> str:
    """Give the name of a model as the upstream knows it; empty where there is none."""
    return name_of(document.get(place))


def name_of(item: object) -> str:
    """Give the name that an item of a list of models has; empty where there is none."""
    name = (item.get("id") or item.get("name")) if isinstance(item, dict) else item
    return name if isinstance(name, str) else ""


def nameless(document: Document, place: Path) -> Iterator[Problem]:
    """Tell of a mapping that names no model."""
    item = document.get(place)
    if isinstance(item, dict) and not {"name", "id"} & item.keys():
        yield document.problem(place, "a model lacks `name`")


def check_personal(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of what cannot stand where people bring the address, and of what does not go there."""
    if document.get((*entry, "baseURL")) != USER_PROVIDED:
        return
    for place in placed_models(document, entry):
        item: Any = document.get(place)
        for key in ("baseUrl", "headers"):
            if isinstance(item, dict) and item.get(key):
                message = f"{shown(key)} has no place where people bring the address"
                yield document.problem((*place, key), message, is_about_key=True)
    if document.get((*entry, "headers")):
        path, message = (*entry, "headers"), "`headers` do not go to addresses that people bring"
        yield document.problem(path, message, level=Level.NOTE, is_about_key=True)


def check_way(document: Document, place: Path) -> Iterator[Problem]:
    """Tell of two APIs."""
    item: Any = document.get(place)
    if not isinstance(item, dict):
        return
    named = [WIRES.get(str(item[key])) for key in ("provider", "api") if key in item]
    if len(named) == 2 and named[0] != named[1]:
        message = "`provider` and `api` name two APIs; one of them is enough"
        yield document.problem((*place, "api"), message)


def check_overrides(document: Document, entry: Path, names: set[str]) -> Iterator[Problem]:
    """Warn of an override for a model there is not, where the list is all there is."""
    overrides = document.get((*entry, "modelOverrides"))
    if document.get((*entry, "models", "fetch")) is True or not isinstance(overrides, dict):
        return
    for name in overrides:
        if name not in names:
            message = f"there is no model {shown(name)} to override"
            yield document.problem(
                (*entry, "modelOverrides", name),
                message,
                did_you_mean(name, names),
                level=Level.WARNING,
                is_about_key=True,
            )
