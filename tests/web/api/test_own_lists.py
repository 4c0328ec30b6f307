"""A list of models that comes by a person's own key: shown, called, and gone with the key."""

import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.calls.places import config, endpoint
from tests.serving import serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

PATIENCE_SECONDS = 10.0


@pytest.fixture
def client(tmp_path: Path) -> Generator[httpx2.Client]:
    with Running(BadProvider()) as provider:
        block = endpoint("Borrowed", "chat", f"{provider.url}/good")
        block |= {"apiKey": "user_provided", "models": {"default": ["m"], "fetch": True}}
        with (
            serving(config([block]), tmp_path) as server,
            httpx2.Client(base_url=server.url, headers=server.headers) as client,
        ):
            yield client


def listed(client: httpx2.Client) -> list[str]:
    told: list[Any] = client.get("/v1/models").json()["data"]
    return [model["id"] for model in told]


def wait_for(client: httpx2.Client, names: list[str]) -> None:
    """List again and again until these are the models."""
    end_at = time.monotonic() + PATIENCE_SECONDS
    while listed(client) != names:
        assert time.monotonic() < end_at, listed(client)
        time.sleep(0.02)


def call(client: httpx2.Client, model: str) -> httpx2.Response:
    asked = {"model": model, "messages": [{"role": "user", "content": "Hi"}]}
    return client.post("/v1/chat/completions", json=asked)


def store_key(client: httpx2.Client) -> None:
    stored = client.put("/me/credentials/borrowed", json={"apiKey": "sk-mine-0123456789"})
    assert stored.is_success, stored.text


def test_a_list_appears_with_the_key_and_disappears_with_it(client: httpx2.Client) -> None:
    assert listed(client) == ["m"]
    store_key(client)
    wait_for(client, ["bad-1", "bad-2"])
    assert client.get("/api/models").json() == {"Borrowed": ["bad-1", "bad-2"]}
    assert client.get("/v1/models/bad-2").json()["requires_user_key"] is True
    assert client.delete("/me/credentials/borrowed").is_success
    assert listed(client) == ["m"]


def test_a_model_of_a_persons_own_list_can_be_called_before_it_was_ever_shown(
    client: httpx2.Client,
) -> None:
    store_key(client)
    answered = call(client, "borrowed/bad-2")
    assert answered.status_code == 200
    assert answered.headers["x-es-upstream-model"] == "bad-2"
    assert answered.headers["x-es-credential"] == "user"
    assert call(client, "m").status_code == 200
    refused = call(client, "bad-3")
    assert refused.status_code == 404
    assert "bad-2" in json.dumps(refused.json())
