"""What the reading of an address needs to know about vendors."""

from collections.abc import Mapping

from msgspec import Struct


class Vendors(Struct, frozen=True, kw_only=True):
    """Which vendor an address, a model or a field points to; a vendor is named by its id.

    hosts    host to vendor
    endings  end of a host, with its dot, to vendor
    ports    port of a server on one's own machine or network to vendor
    fields   field of a request that one such server alone has to vendor
    models   beginning of a model's name to the vendor it stands for, and whose host it is found at
    retired  vendor to models that it no longer serves
    """

    hosts: Mapping[str, str] = {}
    endings: Mapping[str, str] = {}
    ports: Mapping[int, str] = {}
    fields: Mapping[str, str] = {}
    models: Mapping[str, tuple[str, str]] = {}
    retired: Mapping[str, frozenset[str]] = {}
