"""The models that may be asked for, each under the id it is asked for by."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.route import Plan, endpoint_unknown, led_by

SECOND = 1_000_000
"""In microseconds, as the exchange tells time."""


class Listed(msgspec.Struct, frozen=True):
    """One model under the id it is asked for by; of an alias, what it leads to first.

    `leads` are the models behind an alias, in full and in order.
    """

    id: str
    endpoint: Endpoint
    model: Model
    leads: tuple[str, ...] = ()


def listed(catalog: Catalog, endpoint_name: str = "") -> list[Listed]:
    """List what may be asked for, in the order of the file.

    A model goes by its bare name where one endpoint alone has it, else by `endpoint/model`; under
    one endpoint always by its bare name. Aliases come first; those that lead nowhere near are left
    out. Raises Failed for an unknown endpoint.
    """
    if endpoint_name:
        endpoint = catalog.by_name.get(endpoint_name.lower())
        if endpoint is None:
            raise Failed(endpoint_unknown(catalog, endpoint_name))
        bare = [Listed(model.name, endpoint, model) for model in endpoint.models]
        taken = {item.id for item in bare}
        return [*(each for each in led(catalog, endpoint) if each.id not in taken), *bare]
    own = (
        Listed(public_id(catalog, endpoint, model), endpoint, model)
        for endpoint in catalog.endpoints
        for model in endpoint.models
    )
    return [*led(catalog), *(each for each in own if each.id not in catalog.aliases)]


def led(catalog: Catalog, endpoint: Endpoint | None = None) -> Iterator[Listed]:
    """List the aliases that lead anywhere, or to one endpoint."""
    for alias in catalog.aliases.values():
        found = led_by(catalog, alias, endpoint.slug if endpoint else "")
        if found is not None:
            yield item_of(alias.name, found)


def item_of(id: str, plan: Plan) -> Listed:
    """Tell what a plan leads to; of an alias, as much as all of its models can do.

    A price is told where it is that of each.
    """
    first, models = plan.routes[0], [route.model for route in plan.routes]
    if not plan.alias:
        return Listed(id, first.endpoint, first.model)
    prices = [model.price for model in models]
    shown = replace(
        first.model,
        name=plan.alias,
        description="",
        price=first.model.price if all(each == prices[0] for each in prices) else None,
        context_tokens=least(model.context_tokens for model in models),
        output_tokens=least(model.output_tokens for model in models),
    )
    full = (f"{route.endpoint.slug}/{route.model.name}" for route in plan.routes)
    return Listed(id, first.endpoint, shown, tuple(dict.fromkeys(full)))


def least(counts: Iterable[int | None]) -> int | None:
    """Give the least of what is known, if anything is."""
    return min((count for count in counts if count is not None), default=None)


def public_id(catalog: Catalog, endpoint: Endpoint, model: Model) -> str:
    """Name a model as a caller should ask for it."""
    is_sole = len(catalog.by_model[model.name]) == 1 and model.name not in catalog.aliases
    return model.name if is_sole else f"{endpoint.slug}/{model.name}"


def stale_seconds(endpoint: Endpoint, now: int) -> int | None:
    """Tell how old an endpoint's list is; None while it is only the file's until its own has come.

    `now` is in seconds since 1970. What the file alone says is never old.
    """
    if endpoint.discovery is None:
        return 0
    return None if endpoint.listed_at is None else max(0, now - endpoint.listed_at)
