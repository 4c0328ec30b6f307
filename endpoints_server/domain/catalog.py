"""One immutable snapshot of the compiled configuration."""

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.address.allowed import AllowedAddresses
from endpoints_server.domain.endpoint import Endpoint, Model, Timeouts
from endpoints_server.domain.money.balance import Allowance
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.routing.alias import Alias
from endpoints_server.domain.routing.breaker import BreakerRules
from endpoints_server.domain.routing.retries import Retries
from endpoints_server.domain.rules.rulebook import Rules


class Bounds(Struct, frozen=True, kw_only=True):
    """Sizes past which a body or an event is refused, in bytes."""

    request_bytes: int = 64 * 1024 * 1024
    reply_bytes: int = 64 * 1024 * 1024
    event_bytes: int = 4 * 1024 * 1024


class OwnTerms(Struct, frozen=True, kw_only=True):
    """On what terms people bring endpoints of their own: the deadlines of calls to these."""

    timeouts: Timeouts = Timeouts()


class Routing(Struct, frozen=True, kw_only=True):
    """How calls find their way: the rules for retries and breakers.

    `has_affinity` says that a conversation stays with the route it began on, as long as it can.
    """

    retries: Retries = Retries()
    breaker: BreakerRules = BreakerRules()
    has_affinity: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether a call that has one route is tried once, whatever was before."""
        return not self.retries.per_target and self.breaker.has_panic


class Catalog(Struct, frozen=True, kw_only=True):
    """What is served: endpoints in file order, found by name or slug without case, and by model.

    `version` names the snapshot in receipts, entries and probes; `compiled_at` is when it was made,
    in seconds since 1970. `allowed_addresses` are private ones that people may choose. A model that
    some endpoint lists is found there; one that none lists, where it may be asked for all the same.
    `has_shown_rates` says whether LibreChat's screens show what models cost.
    `allowance` is what each person may spend, None where nobody is stopped; `currency` is shown
    beside USD. `rules` are the budgets and limits of the file, `zone` is where days begin, and
    `aliases` are further names for models, found before any model of that name.
    `step_tokens` is how much of an answer is paid for ahead where nobody says how long it may be.
    `kept_days` is how long the entries of calls are kept, None for ever. `own_terms` is None where
    people may bring no endpoints of their own; those of one person are in that person's catalog.
    """

    version: str
    compiled_at: int = 0
    endpoints: tuple[Endpoint, ...] = ()
    by_name: Mapping[str, Endpoint] = {}
    by_model: Mapping[str, tuple[Endpoint, ...]] = {}
    bounds: Bounds = Bounds()
    allowed_addresses: AllowedAddresses = frozenset()
    allowance: Allowance | None = None
    currency: Currency | None = None
    has_shown_rates: bool = False
    rules: Rules = Rules()
    zone: tzinfo = UTC
    step_tokens: int = 1024
    kept_days: int | None = None
    aliases: Mapping[str, Alias] = {}
    routing: Routing = Routing()
    own_terms: OwnTerms | None = None


def catalog_of(
    endpoints: tuple[Endpoint, ...],
    version: str,
    bounds: Bounds | None = None,
    compiled_at: int = 0,
    allowed_addresses: AllowedAddresses = frozenset(),
) -> Catalog:
    """Index endpoints into a Catalog; names and slugs are taken to be unique without case."""
    empty = Catalog(
        version=version,
        compiled_at=compiled_at,
        bounds=bounds or Bounds(),
        allowed_addresses=allowed_addresses,
    )
    return with_endpoints(empty, endpoints)


def with_endpoints(catalog: Catalog, endpoints: tuple[Endpoint, ...]) -> Catalog:
    """Give the same snapshot with other endpoints in it."""
    by_name: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        by_name[endpoint.slug] = endpoint
        by_name[endpoint.name.lower()] = endpoint
    listed = holders((endpoint, endpoint.models) for endpoint in endpoints)
    unlisted = holders((endpoint, endpoint.unlisted) for endpoint in endpoints)
    return replace(catalog, endpoints=endpoints, by_name=by_name, by_model=unlisted | listed)


def holders(
    offers: Iterable[tuple[Endpoint, tuple[Model, ...]]],
) -> dict[str, tuple[Endpoint, ...]]:
    """Find which endpoints have each model."""
    found: dict[str, tuple[Endpoint, ...]] = {}
    for endpoint, models in offers:
        for name in dict.fromkeys(model.name for model in models):
            found[name] = (*found.get(name, ()), endpoint)
    return found
