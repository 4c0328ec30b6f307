"""The models of an endpoint, compiled: how each is reached, what it can do, what it costs."""

from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.headers import header_templates
from endpoints_server.config.money import (
    cost_of,
    find_configured,
    find_window,
    listing_of,
    price_of,
)
from endpoints_server.config.naming import slug_of
from endpoints_server.config.parameters.dialect import dialect_of, switch
from endpoints_server.config.parameters.lay import facts_of, laid_over
from endpoints_server.config.prices import Listing, PriceBook
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.model import Cost, ModelFacts, NamedModel, SomeCost
from endpoints_server.config.schema.wire import SWITCH, SWITCHED_WIRE, USUAL_WIRE, WIRES
from endpoints_server.config.values.command import is_command
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.endpoint import Discovery, Model
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.money.price import Price

TAGGED = "ollama"


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a model has of its endpoint, and where its price is looked up."""

    entry: CustomEndpoint
    dialect: Dialect
    prices: PriceBook


def models_of(around: Surroundings) -> Iterator[Model]:
    """Compile the models of the list, each once; of two alike the later one says more."""
    items = {named(item).key: named(item) for item in around.entry.models.default}
    for item in items.values():
        yield model_of(item, around)


def named(item: str | NamedModel) -> NamedModel:
    """Take a bare name as a model of which nothing else is said."""
    return NamedModel(name=item) if isinstance(item, str) else item


def model_of(item: NamedModel, around: Surroundings) -> Model:
    """Compile one model: what the list says of it, and what its override lays over that."""
    entry = around.entry
    override = entry.model_overrides.get(item.key)
    facts = facts_of(entry, item, override)
    wire = wire_of(item, entry)
    dialect = dialect_of(at_home(item, entry), wire, facts)
    listing = listing_for(item, around)
    title = override.name if override and override.name else item.name if item.id else ""
    return Model(
        name=item.key,
        description=item.description or title,
        price=listing.price,
        context_tokens=dialect.context_tokens or listing.context_tokens,
        output_tokens=dialect.ceiling_tokens,
        wire="" if wire == wire_named(entry) else wire,
        address="" if item.base_url == entry.base_url else item.base_url,
        headers=headers_of(facts, entry),
        dialect=None if dialect == around.dialect else dialect,
    )


def wire_named(said: CustomEndpoint | NamedModel) -> str:
    """Give the wire that an endpoint or a model says it speaks; the usual where it does not.

    An endpoint that switches LibreChat's client to another of its wires speaks that one.
    """
    name = said.provider
    if isinstance(said, NamedModel) and isinstance(name, UnsetType):
        name = said.api
    if not isinstance(name, UnsetType):
        return WIRES[name]
    is_switched = isinstance(said, CustomEndpoint) and switch(said, SWITCH) is True
    return SWITCHED_WIRE if is_switched else USUAL_WIRE


def wire_of(item: NamedModel, entry: CustomEndpoint) -> str:
    """Give the wire of a model: its own, else the endpoint's."""
    is_silent = item.provider is UNSET and item.api is UNSET
    return wire_named(entry if is_silent else item)


def at_home(item: NamedModel, entry: CustomEndpoint) -> CustomEndpoint:
    """Give the endpoint as if it were at the model's own address, if it has one."""
    return replace(entry, base_url=item.base_url) if item.base_url else entry


def listing_for(item: NamedModel, around: Surroundings) -> Listing:
    """Find what a model costs and holds: its own `cost`, else `tokenConfig`, else the book."""
    entry = around.entry
    override = entry.model_overrides.get(item.key)
    address = item.base_url or ("" if entry.base_url == USER_PROVIDED else entry.base_url)
    configured = find_configured(entry.token_config, item.key)
    found = configured or around.prices(address, slug_of(entry.name), item.key)
    if configured is None and (window := find_window(entry.token_config, item.key)):
        found = replace(found, context_tokens=window)
    changes = override.cost if override else UNSET
    cost = laid_cost(item.cost, changes, found.price)
    return found if cost is None else replace(found, price=price_of(cost))


def laid_cost(
    own: Cost | UnsetType, changes: SomeCost | UnsetType, usual: Price | None
) -> Cost | None:
    """Lay the rates that an override changes over those a model has; None where nothing is said.

    Rates for something that nobody prices otherwise count only where they say what goes in and out.
    """
    if isinstance(changes, UnsetType):
        return None if isinstance(own, UnsetType) else own
    if not isinstance(own, UnsetType):
        return laid_over(own, changes)
    if usual is not None:
        return laid_over(cost_of(usual), changes)
    if isinstance(changes.input, UnsetType) or isinstance(changes.output, UnsetType):
        return None
    return laid_over(Cost(input=changes.input, output=changes.output), changes)


def headers_of(facts: ModelFacts, entry: CustomEndpoint) -> tuple[HeaderTemplate, ...] | None:
    """Compile a model's headers over the endpoint's; None where it has none of its own."""
    if not facts.headers or entry.base_url == USER_PROVIDED:
        return None
    taken = {name.lower() for name in facts.headers}
    others = {name: text for name, text in entry.headers.items() if name.lower() not in taken}
    return header_templates(others | facts.headers)


def discovery_of(around: Surroundings) -> Discovery | None:
    """Compile `models.fetch`; names that begin with `ollama` are asked in Ollama's way first.

    Where a key or a header is a command there is no list to be had, as none is run for it.
    """
    entry = around.entry
    if not entry.models.fetch or any(map(is_command, (entry.api_key, *entry.headers.values()))):
        return None
    priced = ((name, listing_of(rates)) for name, rates in entry.token_config.items())
    known = {
        name: Model(name=name, price=listing.price, context_tokens=listing.context_tokens)
        for name, listing in priced
    }
    overridden = {name: model_of(NamedModel(name=name), around) for name in entry.model_overrides}
    return Discovery(
        has_user_query=entry.models.user_id_query,
        is_tagged=entry.name.lower().startswith(TAGGED),
        known=known | overridden,
    )
