"""Which vendors are known, and which of them can be asked from here."""

from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.models_json.vendors import (
    Vendor,
    find_vendor,
    names,
    read_vendor,
    spellings,
)
from endpoints_server.config.parameters.vendor import host_of
from endpoints_server.config.schema.wire import USUAL_WIRE, WIRES
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret
from endpoints_server.upstream.observed.reach import OWN_HOSTS


class KnownVendor(Struct, frozen=True, kw_only=True):
    """One vendor; `variable` is the one its key is in, else the first that it is looked for in.

    `address` is empty where it is different for each account; `variable` where no key is needed.
    """

    id: str
    name: str
    address: str
    wire: str
    variable: str
    has_key: bool
    is_local: bool
    has_list: bool


def list_vendors(environ: Mapping[str, str]) -> list[KnownVendor]:
    """Tell of every vendor, by its id."""
    return [known(read_vendor(name), environ) for name in sorted(names())]


def known(vendor: Vendor, environ: Mapping[str, str]) -> KnownVendor:
    """Tell of one vendor; the value of its key is looked at and not told."""
    entry = vendor.entry
    address = str(entry.get("baseURL", ""))
    variable = variable_of(vendor, environ)
    return KnownVendor(
        id=vendor.id,
        name=vendor.name,
        address=address,
        wire=WIRES[entry["provider"]] if "provider" in entry else USUAL_WIRE,
        variable=variable,
        has_key=bool(environ.get(variable)),
        is_local=host_of(address) in OWN_HOSTS,
        has_list=vendor.model_list is not None,
    )


def get_vendor(name: str) -> Vendor:
    """Find a vendor by any of its names; raises Failed with the nearest where there is none."""
    vendor = find_vendor(name.lower())
    if vendor is not None:
        return vendor
    meant = did_you_mean(name, spellings()).capitalize()
    hint = f" {meant}" if meant else ""
    message = f"There is no vendor '{name}'.{hint} All of them: endpoints-server vendors list"
    raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message))


def variable_of(vendor: Vendor, environ: Mapping[str, str]) -> str:
    """Name the variable that holds a vendor's key, else the first it may be in."""
    filled = (name for name in vendor.variables if environ.get(name))
    return next(filled, next(iter(vendor.variables), ""))


def key_of(vendor: Vendor, environ: Mapping[str, str]) -> Secret:
    """Give a vendor's key; empty where there is none."""
    return Secret(environ.get(variable_of(vendor, environ), ""))
