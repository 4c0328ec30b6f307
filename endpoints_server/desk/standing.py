"""How each endpoint stands at this moment, key by key, as this process sees it."""

from collections.abc import Iterator

from msgspec import Struct

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.route import routes_to
from endpoints_server.domain.routing.breaker import State
from endpoints_server.domain.scrub import scrub
from endpoints_server.upstream.health import Health

ANY = Model(name="")


class KeyStanding(Struct, frozen=True, kw_only=True):
    """One key of an endpoint by its number; never the key itself."""

    number: int
    order: int
    weight: float
    breaker: State
    retry_after_seconds: float


class EndpointStanding(Struct, frozen=True, kw_only=True):
    """An endpoint as administrators see it.

    `running` counts the calls it has where there is a cap (`max_concurrent`).
    """

    name: str
    slug: str
    wire: str
    address: str
    credential: str
    models: int
    keys: tuple[KeyStanding, ...]
    max_concurrent: int | None
    running: int | None


def list_standings(catalog: Catalog, health: Health, now: float) -> list[EndpointStanding]:
    """Tell how the endpoints of a catalog stand; `now` is in seconds that never go back."""
    return [standing_of(endpoint, health, now) for endpoint in catalog.endpoints]


def standing_of(endpoint: Endpoint, health: Health, now: float) -> EndpointStanding:
    """Tell how one stands."""
    cap = endpoint.cap
    return EndpointStanding(
        name=endpoint.name,
        slug=endpoint.slug,
        wire=endpoint.wire,
        address=scrub(endpoint.address),
        credential=endpoint.credential.owner,
        models=len(endpoint.models),
        keys=tuple(keys_of(endpoint, health, now)),
        max_concurrent=cap.calls if cap else None,
        running=health.crowd.inside(endpoint.slug) if cap else None,
    )


def keys_of(endpoint: Endpoint, health: Health, now: float) -> Iterator[KeyStanding]:
    """Tell how each key stands."""
    states = dict(health.breakers.states(now))
    for route in routes_to(endpoint, ANY):
        yield KeyStanding(
            number=route.key,
            order=route.order,
            weight=route.weight,
            breaker=states.get(route.place, State.CLOSED),
            retry_after_seconds=round(health.breakers.wait_seconds(route.place, "", now), 1),
        )
