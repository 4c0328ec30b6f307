"""What a models.json comes to here, told as the recorded cases tell what it comes to in pi."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from endpoints_server.calls.credential import with_outputs
from endpoints_server.config.compile import endpoint_of
from endpoints_server.config.models_json.read import Allowed, read_providers
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level, Problem
from endpoints_server.config.schema.server import Server
from endpoints_server.config.schema.wire import WIRES as NAMES
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.header import Conversation, overlay, render
from endpoints_server.domain.own_key import OwnKey, with_own_key
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.route import Route
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.wire import Target
from endpoints_server.upstream.commands import Commands
from endpoints_server.wires.listed import WIRES

Case = Mapping[str, Any]
Told = dict[str, object]

UNSAID = {"contextWindow": 128000, "maxTokens": 16384, "reasoning": False, "input": ["text"]}
"""What pi takes for granted of a model of which nothing is said."""

CARRYING = ("authorization", "x-api-key", "x-goog-api-key")
FREE = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}


class Outcome(Struct, frozen=True):
    """The endpoints that came of a file, and what was said of it."""

    endpoints: tuple[Endpoint, ...]
    problems: tuple[Problem, ...]


def outcome_of(case: Case) -> Outcome:
    """Read the file of a case; no file is no providers."""
    text = case["models_json"]
    if text is None:
        return Outcome((), ())
    content = (text if isinstance(text, str) else json.dumps(text)).encode()
    environ = case.get("env") or {}
    found = read_providers(content, "models.json", environ, Allowed(has_commands=True))
    endpoints = tuple(endpoint_of(entry, Server(), no_prices) for entry in found.entries)
    return Outcome(endpoints, found.problems)


def differences(case: Case) -> Iterator[str]:
    """Name what is different here from what a case tells of pi."""
    outcome = outcome_of(case)
    said = [each for each in outcome.problems if each.level is not Level.NOTE]
    if bool(case["error"]) and not said:
        yield "nothing is said"
    if not case["error"] and any(each.level is Level.ERROR for each in said):
        yield "the file is refused"
    probed = set(case["models"]) | set(case["available"])
    served = {f"{each.name}/{model.name}" for each in outcome.endpoints for model in each.models}
    usable = {name for name in served if has_key(case, find(outcome, name)[0])}
    if usable & probed != set(case["available"]):
        yield "available"
    for name, expected in case["models"].items():
        if expected is None or name not in served:
            if (expected is None) == (name in served):
                yield f"model {name}"
            continue
        ours = told_model(*find(outcome, name))
        yield from (f"model {key}" for key in ours if ours[key] != expected[key])
    yield from request_differences(case, outcome)


def find(outcome: Outcome, name: str) -> tuple[Endpoint, Model]:
    """Find a model that is served."""
    provider, _, model = name.partition("/")
    endpoint = next(each for each in outcome.endpoints if each.name == provider)
    return endpoint, next(each for each in endpoint.models if each.name == model)


def has_key(case: Case, endpoint: Endpoint) -> bool:
    """Say whether the endpoint has a key: its own, or one that somebody stored."""
    return endpoint.credential.owner == "house" or endpoint.name in (case.get("auth_json") or {})


def told_model(endpoint: Endpoint, model: Model) -> Told:
    """Tell a model as pi does, with what pi takes for granted where nothing is said."""
    dialect = model.dialect or endpoint.dialect
    wire = model.wire or endpoint.wire
    sees = dialect.turns.has_images
    cost = FREE if model.price is None else told_rates(model)
    return {
        "name": model.description or model.name,
        "api": next(name for name, meant in NAMES.items() if meant == wire and "-" in name),
        "baseUrl": model.address or endpoint.address,
        "reasoning": bool(dialect.thinking.is_able),
        "input": ["text", "image"] if sees else ["text"],
        "contextWindow": model.context_tokens or UNSAID["contextWindow"],
        "maxTokens": model.output_tokens or UNSAID["maxTokens"],
        "cost": cost,
    }


def told_rates(model: Model) -> Mapping[str, float]:
    """Tell the rates of a model as pi does."""
    assert model.price is not None
    rates = model.price.rates
    values = (rates.input, rates.output, rates.cache_read, rates.cache_write)
    return {name: float(value or 0) for name, value in zip(FREE, values, strict=True)}


def request_differences(case: Case, outcome: Outcome) -> Iterator[str]:
    """Compare where a call goes, and the headers that say whose it is."""
    asked = case.get("request_for")
    if not asked:
        return
    name = f"{asked['provider']}/{asked['model']}"
    try:
        endpoint, model = find(outcome, name)
    except StopIteration:
        if "request" in case:
            yield "no request"
        return
    endpoint = with_stored(case, endpoint)
    if not endpoint.credential.secret and endpoint.credential.command is None:
        if "request" in case:
            yield "no key"
        return
    if "request" not in case:
        yield "a request"
        return
    route = Route(endpoint=endpoint, model=model)
    yield from compared(sent(case, route), case["request"])


def with_stored(case: Case, endpoint: Endpoint) -> Endpoint:
    """Give the endpoint as somebody reaches it who stored a key for it."""
    stored = (case.get("auth_json") or {}).get(endpoint.name)
    if endpoint.credential.owner == "house" or stored is None:
        return endpoint
    return with_own_key(endpoint, OwnKey(api_key=Secret(stored["key"])))


def sent(case: Case, route: Route) -> Told:
    """Give the address and the headers of a call."""
    environ = {"PATH": "/usr/bin:/bin", **(case.get("env") or {})}
    route = asyncio.run(with_outputs(route, Commands(environ), wants_key=True))
    wire, secret = WIRES[route.wire], route.endpoint.credential.secret.reveal()
    headers = overlay(
        wire.credential(secret), render(route.headers, Person(id="u"), Conversation())
    )
    if route.endpoint.has_bearer:
        headers = overlay(headers, {"authorization": f"Bearer {secret}"})
    url = wire.address(route.address, Target(model=route.model.name, is_stream=True))
    return {"url": url, "headers": {name.lower(): text for name, text in headers.items()}}


def compared(ours: Told, theirs: Mapping[str, Any]) -> Iterator[str]:
    """Compare the path and what headers carry, but for what pi's own libraries add."""
    if ours["url"] != theirs["url"].removesuffix("?beta=true"):
        yield "url"
    headers = ours["headers"]
    assert isinstance(headers, dict)
    names = {each for each in {*headers, *theirs["headers"]} if is_told(each)}
    yield from (
        f"header {each}"
        for each in sorted(names)
        if headers.get(each) != theirs["headers"].get(each)
    )


def is_told(name: str) -> bool:
    """Say whether a header says whose call it is, or was configured."""
    return name in CARRYING or (name.startswith("x-") and name != "x-goog-api-client")
