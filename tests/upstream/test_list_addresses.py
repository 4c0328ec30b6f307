"""Where an endpoint is asked for its models, by its wire and by what its base ends in."""

import pytest

from endpoints_server.upstream.lists.address import list_urls
from tests.desk.models.keeping import catalog_of_entries, entry

HOST = "https://a.example"


@pytest.mark.parametrize(
    ("provider", "base", "asked"),
    [
        ("google", HOST, "/v1beta/models?pageSize=1000"),
        ("google", HOST + "/v1beta/", "/v1beta/models?pageSize=1000"),
        ("google", HOST + "/proxy/v1/models", "/proxy/v1/models?pageSize=1000"),
        ("google", HOST + "/v1?team=1", "/v1/models?team=1&pageSize=1000"),
        ("anthropic", HOST, "/v1/models?limit=1000"),
        ("anthropic", HOST + "/v1/messages", "/v1/models?limit=1000"),
        ("openai-responses", HOST + "/v1/responses", "/v1/models"),
        ("openai", HOST + "/v1", "/v1/models"),
    ],
)
def test_each_wire_lists_its_models_beside_what_it_calls(
    provider: str, base: str, asked: str
) -> None:
    catalog = catalog_of_entries(entry("One", base, provider=provider))
    assert list_urls(catalog.endpoints[0]) == (HOST + asked,)


def test_an_exact_address_is_reduced_to_its_base() -> None:
    exact = HOST + "/v1beta/models/gemini-x:generateContent"
    direct = entry("One", exact, provider="google", directEndpoint=True)
    (endpoint,) = catalog_of_entries(direct).endpoints
    assert list_urls(endpoint) == (HOST + "/v1beta/models?pageSize=1000",)
