"""Endpoints that people bring, compiled: each is served to whoever brought it alone."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from endpoints_server.config.own.compile import own_endpoint_of
from endpoints_server.config.own.read import read_own
from endpoints_server.config.prices import PriceBook
from endpoints_server.domain.catalog import Catalog, OwnTerms, with_endpoints
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.store.own_endpoints import OwnEndpoint

REMEMBERED = 4096


class Hidden(StrEnum):
    """Why an endpoint of one's own is not served."""

    OFF = "off"
    TAKEN = "taken"
    UNREADABLE = "unreadable"


class OwnCompiler:
    """Compiles what people brought, and remembers what came of it; may be asked in any thread."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices
        self._compiled = lru_cache(REMEMBERED)(self._compile)

    def served(self, owned: Iterable[OwnEndpoint], catalog: Catalog) -> list[Endpoint]:
        """Give those endpoints of a person that are served beside a catalog that all share."""
        found = (self.find(own, catalog) for own in owned)
        return [each for each in found if isinstance(each, Endpoint)]

    def laid_over(self, catalog: Catalog, owned: Iterable[OwnEndpoint]) -> Catalog:
        """Give a catalog with what a person brought behind it, but for lists of models."""
        return with_endpoints(catalog, (*catalog.endpoints, *self.served(owned, catalog)))

    def find(self, own: OwnEndpoint, catalog: Catalog) -> Endpoint | Hidden:
        """Give an endpoint as it is served, or say why it is not; a name of the file's wins."""
        if catalog.own_terms is None:
            return Hidden.OFF
        if own.slug in catalog.by_name:
            return Hidden.TAKEN
        return self._compiled(own, catalog.own_terms) or Hidden.UNREADABLE

    def _compile(self, own: OwnEndpoint, terms: OwnTerms) -> Endpoint | None:
        """Compile one; None where it was kept by a version that knew other keys."""
        entry = read_own(own.body).entry
        return None if entry is None else own_endpoint_of(entry, own.person_id, terms, self._prices)
