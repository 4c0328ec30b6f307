"""Endpoints that people brought, compiled: once, and for as long as they are kept."""

import gc
import json

from msgspec.structs import replace

from endpoints_server.config.prices import Listing
from endpoints_server.desk.models.own import OwnCompiler
from endpoints_server.domain.catalog import Catalog, OwnTerms, catalog_of
from endpoints_server.domain.endpoint import Endpoint, Timeouts
from endpoints_server.store.own_endpoints import OwnEndpoint

BODY = {"name": "GPU", "baseURL": "https://gpu.example/v1", "models": {"default": ["m"]}}


def brought(revision: int = 1) -> OwnEndpoint:
    """Give an endpoint as it is kept."""
    return OwnEndpoint(
        person_id="ada",
        slug="gpu",
        body=json.dumps(BODY),
        created_at=1,
        changed_at=revision,
        revision=revision,
    )


def served(terms: OwnTerms) -> Catalog:
    return replace(catalog_of((), "v"), own_terms=terms)


def no_price(_address: str, _slug: str, _model: str) -> Listing:
    return Listing()


def test_it_is_compiled_once_until_the_terms_change() -> None:
    compiler, own, terms = OwnCompiler(no_price), brought(), OwnTerms()
    first = compiler.find(own, served(terms))
    assert compiler.find(own, served(OwnTerms())) is first
    shorter = OwnTerms(timeouts=Timeouts(total_seconds=7))
    later = compiler.find(own, served(shorter))
    assert isinstance(later, Endpoint)
    assert later.timeouts.total_seconds == 7


def test_what_was_replaced_is_forgotten() -> None:
    compiler, terms = OwnCompiler(no_price), OwnTerms()
    for revision in range(1, 20):
        assert isinstance(compiler.find(brought(revision), served(terms)), Endpoint)
    gc.collect()
    mine = [each for each in gc.get_objects() if isinstance(each, Endpoint) and each.slug == "gpu"]
    assert mine == []
