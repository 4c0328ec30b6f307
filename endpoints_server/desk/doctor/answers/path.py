"""The upstream has nothing at the path that was called."""

from urllib.parse import urlsplit

from endpoints_server.config.models_json.vendors import vendor_at
from endpoints_server.config.parameters.vendor import host_of
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.shape import GENERATIVE, MESSAGES
from endpoints_server.desk.doctor.words import answered
from endpoints_server.upstream.lists.address import VERSIONED

OPERATIONS = ("/chat/completions", "/completions", "/responses", "/messages", "/embeddings")
VERSION_TWICE = "/v1/v1"
VERSIONLESS_WIRES = (MESSAGES, GENERATIVE)
"""Wires that put a version to an address that has none."""
MISSING = frozenset({404, 405})

Mend = tuple[str, str, str]
"""A cause, what to change, and what to paste."""


def path(case: Case) -> Finding | None:
    """Tell what is wrong with the path, by what is known of it."""
    exchange = case.exchange
    if exchange is None or exchange.status not in MISSING:
        return None
    cause, change, paste = mend_of(case)
    return Finding(
        rule="path_not_found",
        weight=Weight.MEND,
        symptom=f"{urlsplit(exchange.url).path} {answered(exchange)}",
        cause=cause,
        change=change,
        paste=paste,
    )


def mend_of(case: Case) -> Mend:
    """Find what is likeliest to be wrong."""
    found = (of_azure(case), of_whole_address(case), of_version(case), of_vendor(case))
    unknown = (
        "the upstream has no such path",
        "compare `baseURL` with the vendor's documentation: it is what stands before "
        "/chat/completions, or before /v1/messages",
        "",
    )
    return next(filter(None, found), unknown)


def of_azure(case: Case) -> Mend | None:
    """Tell of deployments and versions, which Azure's older addresses name."""
    host = host_of(case.endpoint.address)
    if not host.endswith(".azure.com"):
        return None
    usual = f"https://{host}/openai/v1"
    if case.endpoint.address.rstrip("/") == usual:
        return "Azure knows no such deployment", "name a deployment of yours as the model", ""
    return (
        "Azure knows no such deployment, or not in this `api-version`",
        "use the address without either, and name the deployment as the model",
        f"baseURL: {usual}",
    )


def of_whole_address(case: Case) -> Mend | None:
    """Tell of an address that already holds what is appended, or lacks it."""
    base, mark, query = case.endpoint.address.partition("?")
    address = base.rstrip("/")
    operation = next((each for each in OPERATIONS if address.endswith(each)), "")
    if operation and not case.endpoint.is_direct:
        return (
            f"`baseURL` is a complete address: {operation} stands in it already",
            f"cut {operation} off, or set `directEndpoint: true`",
            f"baseURL: {address.removesuffix(operation)}{mark}{query}",
        )
    if case.endpoint.is_direct and not operation and ":" not in address.rpartition("/")[2]:
        return (
            "`directEndpoint` calls `baseURL` as it is, and it does not end in an operation",
            "take `directEndpoint` out, so that the path is appended",
            "directEndpoint: false",
        )
    return None


def of_version(case: Case) -> Mend | None:
    """Tell of a version that stands twice, or not at all."""
    address = case.endpoint.address
    if VERSION_TWICE in address:
        once = address.replace(VERSION_TWICE, "/v1", 1)
        return "/v1 stands twice in `baseURL`", "write it once", f"baseURL: {once}"
    is_versioned = VERSIONED.search(urlsplit(address).path)
    if is_versioned or case.endpoint.wire in VERSIONLESS_WIRES or vendor_at(address):
        return None
    base, mark, query = address.partition("?")
    return (
        "/v1 is missing in `baseURL`",
        "end it in /v1",
        f"baseURL: {base.rstrip('/')}/v1{mark}{query}",
    )


def of_vendor(case: Case) -> Mend | None:
    """Tell the address that the vendor is known to have."""
    vendor = vendor_at(case.endpoint.address)
    usual = str(vendor.entry.get("baseURL", "")) if vendor else ""
    if vendor is None or not usual or usual == case.endpoint.address.rstrip("/"):
        return None
    return (
        f"{vendor.name} has its API elsewhere",
        "use the vendor's address",
        f"baseURL: {usual}",
    )
