"""What a model of pi's file is listed with, and what a call of it costs."""

import json
from collections.abc import AsyncGenerator, Generator
from decimal import Decimal

import httpx2
import pytest

from tests.calls.asking import ask
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

RATES = {"input": 1, "output": 2, "cacheRead": 0, "cacheWrite": 0}
TIERS = [
    {"inputTokensAbove": 5_000, "input": 100, "output": 200, "cacheRead": 0, "cacheWrite": 0},
    {"inputTokensAbove": 6, "input": 0.3, "output": 0.25, "cacheRead": 0, "cacheWrite": 0},
]
MODELS = [
    {"id": "tiered", "reasoning": True, "input": ["text", "image"], "maxTokens": 50}
    | {"cost": RATES | {"tiers": TIERS}},
    {"id": "unpriced"},
]


def providers(url: str) -> str:
    provider = {"baseUrl": url, "api": "openai-completions", "apiKey": "k", "models": MODELS}
    return json.dumps({"providers": {"pi": provider}})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    folder = tmp_path_factory.mktemp("costs")
    with Running(BadProvider()) as upstream:
        (folder / "models.json").write_text(providers(f"{upstream.url}/v1"))
        settings = {"modelsJson": "models.json"}
        with serving(config([endpoint("chat", "chat", upstream.url)], settings), folder) as server:
            yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=20
    ) as client:
        yield client


async def test_a_model_is_listed_with_its_tiers_and_what_it_can(client: httpx2.AsyncClient) -> None:
    told = (await client.get("/v1/models/pi/tiered")).json()
    assert told["pricing"] == {
        "input": "1",
        "output": "2",
        "cache_read": "0",
        "cache_write": "0",
        "cache_write_1h": "2",
        "tiers": [
            {"input_tokens_above": 6, "input": "0.3", "output": "0.25"}
            | {"cache_read": "0", "cache_write": "0", "cache_write_1h": "0.6"},
            {"input_tokens_above": 5000, "input": "100", "output": "200"}
            | {"cache_read": "0", "cache_write": "0", "cache_write_1h": "200"},
        ],
    }
    assert (told["reasoning"], told["input_modalities"]) == (True, ["text", "image"])
    assert told["max_output_tokens"] == 50


@pytest.mark.parametrize("is_stream", [False, True])
async def test_a_call_costs_what_its_tier_says_and_the_ledger_keeps_those_rates(
    client: httpx2.AsyncClient, server: Serving, *, is_stream: bool
) -> None:
    answered = await ask(client, "chat", "pi/tiered", is_stream=is_stream)
    (entry,) = server.entries(answered.request_id)
    assert entry.usage.total_input == 7
    assert entry.rates is not None
    assert (entry.rates.input, entry.rates.output) == (Decimal("0.3"), Decimal("0.25"))
    spent = 7 * Decimal(300) + entry.usage.total_output * Decimal(250)
    assert entry.cost_nano_usd == spent
    assert entry.price_source == "cost"


async def test_a_model_without_a_cost_is_not_taken_to_be_free(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    answered = await ask(client, "chat", "pi/unpriced")
    (entry,) = server.entries(answered.request_id)
    assert (entry.cost_nano_usd, entry.cost_status) == (None, "unpriced")
