"""What pi is told of a model, as the Dialect that it compiles into."""

import json
from typing import Any

from endpoints_server.config.compile import endpoint_of
from endpoints_server.config.models_json.read import Allowed, read_providers
from endpoints_server.config.prices import no_prices
from endpoints_server.config.schema.server import Server
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.route import Route

BASES = {
    "openai-completions": "http://llm.example.test/v1",
    "openai-responses": "http://llm.example.test/v1",
    "anthropic-messages": "http://llm.example.test",
    "google-generative-ai": "http://llm.example.test/v1beta",
}


def dialect_of(case: dict[str, Any]) -> Dialect:
    """Compile a case's model as if it stood in a models.json."""
    return route_of(case).dialect


def route_of(case: dict[str, Any]) -> Route:
    """Give the route of a call to a case's model."""
    said = dict(case["model"])
    name = said.pop("provider", "custom")
    provider = {
        "baseUrl": said.pop("baseUrl", BASES[case["api"]]),
        "apiKey": "test-key-123",
        "api": case["api"],
        "models": [{"id": "test-model", **said}],
    }
    file = json.dumps({"providers": {name: provider}}).encode()
    found = read_providers(file, "models.json", {}, Allowed())
    (entry,) = found.entries
    endpoint = endpoint_of(entry, Server(), no_prices)
    model = endpoint.model(said.get("id", "test-model"))
    assert model is not None
    return Route(endpoint=endpoint, model=model)
