"""The plan of a call: a model name becomes the ordered routes that can serve it."""

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.endpoint import Endpoint, Model, SpareKey
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.routing.alias import Alias
from endpoints_server.domain.routing.arrange import shares

SHOWN_CANDIDATES = 5
IN_FULL = "models/"
"""What clients of Google's wire may write before any model, as its own lists do."""


class Route(Struct, frozen=True, kw_only=True):
    """One way to serve a call; of several, those of a lower `order` are tried first.

    Those of one order share the calls by `weight`. `key` counts the endpoint's keys, from one.
    """

    endpoint: Endpoint
    model: Model
    key: int = 1
    order: int = 1
    weight: float = 1.0

    @property
    def place(self) -> str:
        """The endpoint and its key, which work or fail as one."""
        return f"{self.endpoint.place}#{self.key}"

    @property
    def id(self) -> str:
        """What tells one route from every other, in any plan."""
        return f"{self.place}/{self.model.name}"

    @property
    def issuer(self) -> str:
        """Who can open what this route sealed."""
        return self.endpoint.organisation or self.place

    @property
    def wire(self) -> str:
        """The name of the wire that the model is spoken to in."""
        return self.model.wire or self.endpoint.wire

    @property
    def address(self) -> str:
        """The base URL that the model is found under."""
        return self.model.address or self.endpoint.address

    @property
    def dialect(self) -> Dialect:
        """How the model deviates within its wire."""
        return self.model.dialect or self.endpoint.dialect

    @property
    def headers(self) -> tuple[HeaderTemplate, ...]:
        """The configured headers that go with a call of the model."""
        own = self.model.headers
        return self.endpoint.headers if own is None else own


class Plan(Struct, frozen=True, kw_only=True):
    """The routes of a call, best first; never empty. `alias` is the name they were found by."""

    routes: tuple[Route, ...]
    alias: str = ""


def plan(catalog: Catalog, asked: str, endpoint_name: str = "") -> Plan:
    """Find the routes for the model a caller asked for.

    `asked` is an alias, `endpoint/model`, or a bare model that exactly one endpoint has; where
    `endpoint_name` is given (path or header), the whole of `asked` is the model, or an alias as far
    as it leads there. A name that is unknown as it stands is read without `models/` before it.
    Raises Failed with `model_not_found`, `model_ambiguous` or `endpoint_not_found`.
    """
    try:
        return plan_exactly(catalog, asked, endpoint_name)
    except Failed as error:
        if error.fault.kind is not Kind.UNKNOWN_MODEL or not asked.startswith(IN_FULL):
            raise
    return plan_exactly(catalog, asked.removeprefix(IN_FULL), endpoint_name)


def plan_exactly(catalog: Catalog, asked: str, endpoint_name: str) -> Plan:
    """Find the routes for a name as it stands."""
    if endpoint_name:
        endpoint = catalog.by_name.get(endpoint_name.lower())
        if endpoint is None:
            raise Failed(endpoint_unknown(catalog, endpoint_name))
        return within(catalog, endpoint, asked)
    alias = catalog.aliases.get(asked)
    if alias is not None and (led := led_by(catalog, alias)):
        return led
    named = prefixed(catalog, asked)
    if named is not None:
        return named
    holders = catalog.by_model.get(asked, ())
    if len(holders) > 1:
        raise Failed(ambiguous(asked, holders))
    if not holders:
        raise Failed(unknown(catalog, asked))
    return within(catalog, holders[0], asked)


def prefixed(catalog: Catalog, asked: str) -> Plan | None:
    """Read `endpoint/model`; None where the part before a slash names no endpoint that has it.

    Endpoint names and models may both hold slashes, so every slash is tried.
    """
    position = asked.find("/")
    while position > 0:
        endpoint = catalog.by_name.get(asked[:position].lower())
        model = endpoint.model(asked[position + 1 :]) if endpoint else None
        if endpoint and model:
            return Plan(routes=routes_to(endpoint, model))
        position = asked.find("/", position + 1)
    return None


def within(catalog: Catalog, endpoint: Endpoint, asked: str) -> Plan:
    """Plan for one endpoint; the model may still carry the endpoint's own name in front."""
    model = endpoint.model(asked)
    if model is not None:
        return Plan(routes=routes_to(endpoint, model))
    named = prefixed(catalog, asked)
    if named is not None and named.routes[0].endpoint is endpoint:
        return named
    alias = catalog.aliases.get(asked)
    if alias is not None and (led := led_by(catalog, alias, endpoint.slug)):
        return led
    raise Failed(unknown(catalog, asked, endpoint))


def routes_to(endpoint: Endpoint, model: Model) -> tuple[Route, ...]:
    """Give the routes to a model: one for each of the endpoint's keys, in their order.

    Each knows the other keys, so that none of them comes back in an upstream's words.
    """
    if not endpoint.spare_keys:
        return (Route(endpoint=endpoint, model=model),)
    keys = (SpareKey(credential=endpoint.credential), *endpoint.spare_keys)
    routes = (
        Route(
            endpoint=replace(endpoint, credential=key.credential, spare_keys=keys),
            model=model,
            key=number,
            order=key.order,
            weight=key.weight,
        )
        for number, key in enumerate(keys, start=1)
    )
    return tuple(sorted(routes, key=lambda route: route.order))


def led_by(catalog: Catalog, alias: Alias, slug: str = "") -> Plan | None:
    """Find the routes that an alias leads to, those at one endpoint if it is given; None for none.

    Keys of one target share what it weighs.
    """
    led: list[Route] = []
    for target in alias.targets:
        endpoint = catalog.by_name.get(target.endpoint)
        if endpoint is None or slug not in ("", target.endpoint):
            continue
        model = endpoint.model(target.model.name) or target.model
        order, weight = target.order, target.weight
        if not endpoint.spare_keys:
            led.append(Route(endpoint=endpoint, model=model, order=order, weight=weight))
            continue
        routes = routes_to(endpoint, model)
        for route, share in zip(routes, shares(routes), strict=True):
            led.append(replace(route, order=order + route.order - 1, weight=weight * share))
    led.sort(key=lambda route: route.order)
    return Plan(routes=tuple(led), alias=alias.name) if led else None


def ambiguous(asked: str, holders: Iterable[Endpoint]) -> Fault:
    """Tell that more than one endpoint has the model, and how to name each."""
    names = ", ".join(f"'{endpoint.slug}/{asked}'" for endpoint in holders)
    return Fault(
        kind=Kind.BAD_REQUEST,
        code="model_ambiguous",
        message=f"More than one endpoint has the model '{asked}'. Ask for one of: {names}.",
        param="model",
    )


def unknown(catalog: Catalog, asked: str, endpoint: Endpoint | None = None) -> Fault:
    """Tell that no endpoint has the model, with the nearest that exist."""
    near = candidates(catalog, asked, endpoint)
    hint = f" Did you mean {', '.join(repr(name) for name in near)}?" if near else ""
    where = f" at the endpoint '{endpoint.name}'" if endpoint else ""
    return Fault(
        kind=Kind.UNKNOWN_MODEL,
        message=f"The model '{asked}' does not exist{where}.{hint}",
        param="model",
    )


def endpoint_unknown(catalog: Catalog, name: str) -> Fault:
    """Tell that no endpoint has this name, with the nearest that exist."""
    near = get_close_matches(name.lower(), catalog.by_name, SHOWN_CANDIDATES)
    known = near or [endpoint.slug for endpoint in catalog.endpoints[:SHOWN_CANDIDATES]]
    hint = f" Known: {', '.join(known)}." if known else ""
    return Fault(
        kind=Kind.UNKNOWN_MODEL,
        code="endpoint_not_found",
        message=f"There is no endpoint '{name}'.{hint}",
    )


def candidates(catalog: Catalog, asked: str, endpoint: Endpoint | None) -> list[str]:
    """Name the models that come nearest to what was asked, as one would ask for them."""
    if endpoint is not None:
        names = [model.name for model in endpoint.models]
        return get_close_matches(asked, names, SHOWN_CANDIDATES, 0.3) or names[:SHOWN_CANDIDATES]
    full = [f"{each.slug}/{model.name}" for each in catalog.endpoints for model in each.models]
    bare = {name.split("/", 1)[1]: name for name in full} | {name: name for name in catalog.aliases}
    near = get_close_matches(asked, [*full, *bare], SHOWN_CANDIDATES, 0.4)
    return list(dict.fromkeys(bare.get(name, name) for name in near)) or full[:SHOWN_CANDIDATES]
