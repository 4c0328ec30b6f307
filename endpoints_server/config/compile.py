"""Settings, as written, become a Catalog, as run."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.headers import header_templates
from endpoints_server.config.models import (
    Surroundings,
    discovery_of,
    model_of,
    models_of,
    wire_named,
)
from endpoints_server.config.money import allowance_of, currency_of, find_configured
from endpoints_server.config.naming import slug_of
from endpoints_server.config.parameters.dialect import dialect_of
from endpoints_server.config.parameters.screen import screen_of
from endpoints_server.config.prices import PriceBook
from endpoints_server.config.routing.compile_routing import (
    aliases_of,
    breaker_of,
    cap_of,
    orders_of,
    retries_of,
    spare_keys_of,
)
from endpoints_server.config.routing.resolve import offer_of
from endpoints_server.config.rules.compile_rules import known, rules_of, zone_of
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.model import NamedModel
from endpoints_server.config.schema.server import Deadlines, Override, Server, Sizes
from endpoints_server.config.schema.settings import Endpoints, Interface, Settings
from endpoints_server.config.titles import title_entry_of, title_model_of, title_rules_of
from endpoints_server.config.values.command import is_command, plain, read_command
from endpoints_server.domain.address.allowed import AllowedAddresses, Mistake, read_allowed
from endpoints_server.domain.catalog import Bounds, Catalog, OwnTerms, Routing, catalog_of
from endpoints_server.domain.endpoint import (
    Abandonment,
    AbandonRule,
    Credential,
    Endpoint,
    Model,
    Timeouts,
)
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.routing.alias import Alias
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.title import TitleRules

Number = TypeVar("Number", int, float)

USUAL_CONNECTIONS = 1000


def compile_catalog(settings: Settings, version: str, prices: PriceBook) -> Catalog:
    """Compile the settings of a file in which no check found an error."""
    entries = settings.endpoints.custom
    endpoints = tuple(
        replace(
            endpoint_of(entry, settings.server, prices),
            titles=titles_of(entry, settings.endpoints, prices),
        )
        for entry in entries
    )
    catalog = catalog_of(
        endpoints,
        version,
        bounds_of(settings.server.bounds),
        allowed_addresses=allowed_addresses_of(settings.endpoints.allowed_addresses),
    )
    return replace(
        catalog,
        allowance=allowance_of(settings.balance),
        currency=currency_of(settings.interface),
        has_shown_rates=shows_rates(settings.interface),
        rules=rules_of(settings.server),
        zone=zone_of(settings.server.time_zone),
        step_tokens=settings.server.hold_tokens,
        kept_days=known(settings.server.ledger.keep_days),
        aliases=aliases_in(settings, prices),
        own_terms=own_terms_of(settings.server),
        routing=Routing(
            retries=retries_of(settings.server.retries),
            breaker=breaker_of(settings.server.breaker),
            has_affinity=settings.server.affinity == "conversation",
        ),
    )


def aliases_in(settings: Settings, prices: PriceBook) -> dict[str, Alias]:
    """Compile the aliases; a model that its endpoint lists later is known by what the file says."""
    entries = {slug_of(entry.name): entry for entry in settings.endpoints.custom}

    def find(slug: str, name: str) -> Model:
        entry = entries[slug]
        dialect = dialect_of(entry, wire_named(entry))
        around = Surroundings(entry=entry, dialect=dialect, prices=prices)
        return model_of(NamedModel(name=name), around)

    offers = [offer_of(entry) for entry in settings.endpoints.custom]
    step = orders_of(settings.server.endpoints.values())
    return aliases_of(settings.server.aliases, offers, find, step)


def own_terms_of(server: Server) -> OwnTerms | None:
    """Say on what terms people bring endpoints; None where they may bring none."""
    if not server.allow_own_endpoints:
        return None
    return OwnTerms(timeouts=timeouts_of(server.timeouts, Deadlines()))


def shows_rates(interface: Interface | UnsetType) -> bool:
    """Say whether LibreChat's screens are to show what models cost."""
    return not isinstance(interface, UnsetType) and interface.context_cost


def allowed_addresses_of(entries: Iterable[str]) -> AllowedAddresses:
    """Compile the private addresses that people may choose; what matches nothing is left out."""
    return frozenset(
        place for place in map(read_allowed, entries) if not isinstance(place, Mistake)
    )


def endpoint_of(entry: CustomEndpoint, server: Server, prices: PriceBook) -> Endpoint:
    """Compile one endpoint; where each person brings the address, ours is empty."""
    slug = slug_of(entry.name)
    override = override_for(slug, server)
    wire = wire_named(entry)
    dialect = dialect_of(entry, wire)
    around = Surroundings(entry=entry, dialect=dialect, prices=prices)
    return Endpoint(
        name=entry.name,
        slug=slug,
        wire=wire,
        address="" if entry.base_url == USER_PROVIDED else entry.base_url,
        credential=credential_of(entry),
        models=tuple(models_of(around)),
        headers=headers_of(entry),
        dialect=dialect,
        screen=screen_of(entry),
        timeouts=timeouts_of(server.timeouts, override.timeouts),
        has_bearer=entry.auth_header,
        is_direct=entry.direct_endpoint,
        is_personal=entry.base_url == USER_PROVIDED,
        discovery=discovery_of(around),
        max_connections=chosen(override.max_connections, USUAL_CONNECTIONS),
        abandonment=Abandonment(
            rule=AbandonRule(override.abandoned),
            drain_seconds=override.drain_seconds,
            drain_bytes=override.drain_bytes,
        ),
        spare_keys=tuple(spare_keys_of(override, house_credential)),
        cap=cap_of(override),
        organisation=override.organisation,
    )


def titles_of(entry: CustomEndpoint, endpoints: Endpoints, prices: PriceBook) -> TitleRules:
    """Compile how titles are made, with the price of a model that need not be listed."""
    name = title_model_of(entry)
    if not name:
        return title_rules_of(entry)
    asked = title_entry_of(entry, endpoints.custom)
    found = find_configured(asked.token_config, name)
    listing = found or prices(asked.base_url, slug_of(asked.name), name)
    return title_rules_of(entry, listing.price)


def override_for(slug: str, server: Server) -> Override:
    """Find what `server.endpoints` says of an endpoint; names are compared as slugs."""
    for name, override in server.endpoints.items():
        if slug_of(name) == slug:
            return override
    return Override()


def credential_of(entry: CustomEndpoint) -> Credential:
    """Say whose credential it is; who brings the address brings the key too."""
    if USER_PROVIDED in (entry.api_key, entry.base_url):
        return Credential(owner="user")
    return house_credential(entry.api_key)


def house_credential(text: str) -> Credential:
    """Compile a key of the house's, which a command may give."""
    if is_command(text):
        return Credential(owner="house", command=read_command(text))
    return Credential(owner="house", secret=Secret(bare_key(plain(text))))


def bare_key(text: str) -> str:
    """Take a key out of a JSON object that has it under the name of its variable."""
    try:
        named = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        return text
    keys = [key for name, key in named.items() if name.endswith("_API_KEY")]
    return keys[0] if len(keys) == 1 else text


def headers_of(entry: CustomEndpoint) -> tuple[HeaderTemplate, ...]:
    """Compile the headers; none are sent to an address that somebody else chose."""
    return () if entry.base_url == USER_PROVIDED else header_templates(entry.headers)


def timeouts_of(everywhere: Deadlines, here: Deadlines) -> Timeouts:
    """Lay an endpoint's deadlines over the server's, and those over the built-in ones."""
    usual = Timeouts()
    return Timeouts(
        connect_seconds=first(here.connect, everywhere.connect, usual.connect_seconds),
        first_token_seconds=first(
            here.first_token, everywhere.first_token, usual.first_token_seconds
        ),
        between_tokens_seconds=first(
            here.between_tokens, everywhere.between_tokens, usual.between_tokens_seconds
        ),
        total_seconds=first(here.total, everywhere.total, usual.total_seconds),
    )


def bounds_of(sizes: Sizes) -> Bounds:
    """Lay the file's sizes over the built-in ones."""
    usual = Bounds()
    return Bounds(
        request_bytes=chosen(sizes.request_bytes, usual.request_bytes),
        reply_bytes=chosen(sizes.reply_bytes, usual.reply_bytes),
        event_bytes=chosen(sizes.event_bytes, usual.event_bytes),
    )


def first(here: float | UnsetType, everywhere: float | UnsetType, usual: float) -> float:
    """Pick the nearest setting that is given."""
    return chosen(here, chosen(everywhere, usual))


def chosen(value: Number | UnsetType, usual: Number) -> Number:
    """Pick what is given, else the usual."""
    return usual if isinstance(value, UnsetType) else value
