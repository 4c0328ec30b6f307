"""Whose an endpoint is, as far as its address tells."""

from collections.abc import Mapping
from typing import Any

from endpoints_server.domain.vendors import Vendors
from endpoints_server.samples.meaning.place import Place


def vendor_of(
    place: Place, vendors: Vendors, body: Mapping[str, Any], model: str | None
) -> str | None:
    """Find a vendor by the host; by fields and the port where that is a machine nearby."""
    if place.is_local:
        field = next((name for name in vendors.fields if name in body), None)
        return vendors.fields[field] if field else vendors.ports.get(place.port or 0)
    vendor = vendors.hosts.get(place.host.rstrip("."))
    if vendor is None:
        ending = next((each for each in vendors.endings if place.host.endswith(each)), None)
        vendor = vendors.endings[ending] if ending else None
    return family_of(vendor, vendors, model)


def family_of(vendor: str | None, vendors: Vendors, model: str | None) -> str | None:
    """Give the vendor that a family of models stands for, where its host serves several."""
    for start, (at, own) in vendors.models.items():
        if vendor == at and model is not None and model.startswith(start):
            return own
    return vendor


def has_retired(vendor: str | None, model: str | None, vendors: Vendors) -> bool:
    """Say whether a model is one that its vendor no longer serves."""
    return model in vendors.retired.get(vendor or "", frozenset())
