"""Endpoints that people bring, compiled: each is served to whoever brought it alone."""

from collections.abc import Iterable
from enum import StrEnum
from weakref import WeakKeyDictionary

from endpoints_server.config.own.compile import own_endpoint_of
from endpoints_server.config.own.read import Read, read_own
from endpoints_server.config.prices import PriceBook
from endpoints_server.desk.models.beside import Beside
from endpoints_server.domain.catalog import Catalog, OwnTerms, with_endpoints
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.store.own_endpoints import OwnEndpoint

Compiled = tuple[OwnTerms, Endpoint | None]


class Hidden(StrEnum):
    """Why an endpoint of one's own is not served."""

    OFF = "off"
    TAKEN = "taken"
    UNREADABLE = "unreadable"


class OwnCompiler:
    """Compiles what people brought, and remembers what came of it for as long as they keep it."""

    def __init__(self, prices: PriceBook) -> None:
        self._prices = prices
        self._beside = Beside()
        self._compiled: WeakKeyDictionary[OwnEndpoint, Compiled] = WeakKeyDictionary()

    async def read(self, person_id: str, text: str) -> Read:
        """Read what a person brings, beside the loop."""
        return await self._beside.run(person_id, read_own, text)

    async def prepare(self, owned: Iterable[OwnEndpoint], catalog: Catalog) -> None:
        """Compile beside the loop what is not compiled yet."""
        for own in owned:
            await self._beside.run(own.person_id, self.find, own, catalog)

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
        endpoint = self._find_compiled(own, catalog.own_terms)
        if endpoint is None:
            return Hidden.UNREADABLE
        return Hidden.TAKEN if endpoint.name.lower() in catalog.by_name else endpoint

    def _find_compiled(self, own: OwnEndpoint, terms: OwnTerms) -> Endpoint | None:
        known = self._compiled.get(own)
        if known is None or known[0] != terms:
            known = self._compiled[own] = (terms, self._compile(own, terms))
        return known[1]

    def _compile(self, own: OwnEndpoint, terms: OwnTerms) -> Endpoint | None:
        """Compile one; None where it was kept by a version that knew other keys."""
        entry = read_own(own.body).entry
        return None if entry is None else own_endpoint_of(entry, own.person_id, terms, self._prices)
