"""The models that may be asked for, each under the id it is asked for by."""

import msgspec

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.route import endpoint_unknown

SECOND = 1_000_000
"""In microseconds, as the exchange tells time."""


class Listed(msgspec.Struct, frozen=True):
    """One model under the id it is asked for by."""

    id: str
    endpoint: Endpoint
    model: Model


def listed(catalog: Catalog, endpoint_name: str = "") -> list[Listed]:
    """List what may be asked for, in the order of the file.

    A model goes by its bare name where one endpoint alone has it, else by `endpoint/model`; under
    one endpoint always by its bare name. Raises Failed for an unknown endpoint.
    """
    if endpoint_name:
        endpoint = catalog.by_name.get(endpoint_name.lower())
        if endpoint is None:
            raise Failed(endpoint_unknown(catalog, endpoint_name))
        return [Listed(model.name, endpoint, model) for model in endpoint.models]
    return [
        Listed(public_id(catalog, endpoint, model), endpoint, model)
        for endpoint in catalog.endpoints
        for model in endpoint.models
    ]


def public_id(catalog: Catalog, endpoint: Endpoint, model: Model) -> str:
    """Name a model as a caller should ask for it."""
    is_sole = len(catalog.by_model[model.name]) == 1
    return model.name if is_sole else f"{endpoint.slug}/{model.name}"


def stale_seconds(endpoint: Endpoint, now: int) -> int | None:
    """Tell how old an endpoint's list is; None while it is only the file's until its own has come.

    `now` is in seconds since 1970. What the file alone says is never old.
    """
    if endpoint.discovery is None:
        return 0
    return None if endpoint.listed_at is None else max(0, now - endpoint.listed_at)
