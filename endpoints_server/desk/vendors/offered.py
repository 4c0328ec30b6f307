"""Which models a vendor offers: as it lists them itself, else as its facts name them."""

import json
from collections.abc import Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.load import load_bytes
from endpoints_server.config.models_json.vendors import ModelList, Vendor
from endpoints_server.config.prices import PriceBook
from endpoints_server.desk.models.ask import EVERYBODY, plain_headers, write_headers
from endpoints_server.desk.models.lay import lay
from endpoints_server.desk.vendors.known import key_of, variable_of
from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.wire import Wire
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.lists.address import list_urls, origin
from endpoints_server.upstream.lists.read import ListedModel
from endpoints_server.upstream.models import fetch_models

NO_LIST = frozenset({200, 404, 405, 501})
"""What is answered where there is no list; 200 with something else, such as a page."""
NOW = 0
"""When a list came does not matter to one that is not kept."""
STANDING_IN = {"name": "a"}
"""The model of a vendor that names none, so that its facts make a whole endpoint."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What asking a vendor needs; `environ` has the keys."""

    wires: Mapping[str, Wire]
    upstreams: Upstreams
    prices: PriceBook
    environ: Mapping[str, str]


class Offer(Struct, frozen=True, kw_only=True):
    """The models a vendor offers; `is_live` where it was asked, else `reason` says why not."""

    vendor: str
    address: str
    is_live: bool
    reason: str = ""
    models: tuple[Model, ...]


async def offered_models(vendor: Vendor, address: str, around: Surroundings) -> Offer:
    """Ask a vendor for its models, at another address than its usual one where that is given.

    Raises Failed where the key is missing, or the vendor refuses it or cannot be reached.
    """
    endpoint = endpoint_of(vendor, address, around)
    model_list = vendor.model_list
    if model_list is None:
        return named_by_facts(vendor, endpoint, f"{vendor.name} has no list of its models")
    require_address(vendor, endpoint)
    require_key(vendor, endpoint, model_list, around.environ)
    try:
        listed = await ask(endpoint, around)
    except Failed as failed:
        if failed.fault.status in NO_LIST and vendor.models:
            return named_by_facts(vendor, endpoint, failed.fault.message.removesuffix("."))
        raise explained(failed.fault, vendor, endpoint) from None
    own = tuple(
        each
        for each in listed
        if each.name.startswith(model_list.prefix) and not has_secret(each, endpoint)
    )
    find = partial(around.prices, endpoint.address, endpoint.slug)
    laid = lay(endpoint, own, NOW, find)
    address = scrub(endpoint.address)
    return Offer(vendor=vendor.id, address=address, is_live=True, models=laid.models)


def endpoint_of(vendor: Vendor, address: str, around: Surroundings) -> Endpoint:
    """Make an endpoint of a vendor's facts, as if they stood in the configuration."""
    if address == USER_PROVIDED:
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message="That cannot be asked: give an address."))
    usual = vendor.entry.get("baseURL", "")
    entry = vendor.entry | {
        "name": vendor.name,
        "baseURL": address or usual or "https://unknown.invalid",
        "apiKey": "unset",
        "models": {"default": vendor.models or [STANDING_IN], "fetch": True},
    }
    content = json.dumps({"version": "1.3.17", "endpoints": {"custom": [entry]}}).encode()
    loaded = load_bytes(content, around.environ, vendor.id)
    if loaded.settings is None:
        words = "; ".join(problem.message for problem in loaded.problems)
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=f"That cannot be asked: {words}."))
    (endpoint,) = compile_catalog(loaded.settings, loaded.version, around.prices).endpoints
    return replace(
        endpoint,
        address=endpoint.address if address or usual else "",
        credential=Credential(secret=key_of(vendor, around.environ)),
    )


def has_secret(listed: ListedModel, endpoint: Endpoint) -> bool:
    """Say whether a list repeats a secret as if it were a model."""
    words = f"{listed.name} {listed.title}"
    return scrub(words, endpoint.secrets) != words


def named_by_facts(vendor: Vendor, endpoint: Endpoint, reason: str) -> Offer:
    """Give the models that a vendor is known to have."""
    models = endpoint.models if vendor.models else ()
    address = scrub(endpoint.address)
    return Offer(vendor=vendor.id, address=address, is_live=False, reason=reason, models=models)


def require_address(vendor: Vendor, endpoint: Endpoint) -> None:
    """Raise Failed where each account has an address of its own, and none was given."""
    if not endpoint.address:
        message = (
            f"{vendor.name} has another address for each account. Give yours: --base-url https://…"
        )
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message))


def require_key(
    vendor: Vendor, endpoint: Endpoint, model_list: ModelList, environ: Mapping[str, str]
) -> None:
    """Raise Failed where the list is for holders of a key, and there is none."""
    if model_list.needs_key and not endpoint.credential.secret:
        message = (
            f"{vendor.name} lists its models to holders of a key. "
            f"Set {variable_of(vendor, environ)}, in the environment or in the .env file "
            "beside the configuration."
        )
        raise Failed(Fault(kind=Kind.BAD_REQUEST, code="key_missing", message=message))


async def ask(endpoint: Endpoint, around: Surroundings) -> tuple[ListedModel, ...]:
    """Ask with the key where there is one; a list for everybody is asked without."""
    headers = plain_headers(endpoint, EVERYBODY)
    if endpoint.credential.secret:
        headers = write_headers(around.wires[endpoint.wire], endpoint, EVERYBODY)
    *_, url = list_urls(endpoint)
    return await fetch_models(around.upstreams, endpoint, url, headers)


def explained(fault: Fault, vendor: Vendor, endpoint: Endpoint) -> Failed:
    """Say which address it was, and which key where one was refused."""
    message = f"{fault.message} It was asked at {origin(endpoint.address)}."
    if fault.kind is Kind.UPSTREAM_DENIED and endpoint.credential.secret:
        names = " or ".join(vendor.variables)
        message = f"{message} Is the key in {names} right, active, and of this region?"
    return Failed(replace(fault, message=message))
