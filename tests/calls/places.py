"""Configurations of one endpoint for every way to misbehave, on each wire."""

import json
from collections.abc import Iterable, Mapping

HOUSE_KEY = "sk-of-the-house-000000001"
SUFFIXES = {"chat": "/v1", "responses": "/v1", "messages": "", "google": ""}
PROVIDERS = {"responses": "openai-responses", "messages": "anthropic", "google": "google"}
RATES = {"prompt": 1, "completion": 2, "context": 1000}

Block = dict[str, object]


def endpoint(name: str, wire: str, url: str, models: Iterable[str] = ("m",)) -> Block:
    """Configure one endpoint; its models cost one dollar in and two out, per million."""
    listed = list(models)
    block: Block = {
        "name": name,
        "apiKey": HOUSE_KEY,
        "baseURL": url + SUFFIXES[wire],
        "models": {"default": listed},
        "tokenConfig": dict.fromkeys(listed, RATES),
    }
    if wire in PROVIDERS:
        block["provider"] = PROVIDERS[wire]
    return block


def config(endpoints: Iterable[Block], server: Mapping[str, object] | None = None) -> str:
    """Write a file; YAML reads JSON."""
    blocks: Block = {"version": "1.3.17", "endpoints": {"custom": list(endpoints)}}
    if server:
        blocks["server"] = server
    return json.dumps(blocks)


def model_of(wire: str, behaviour: str) -> str:
    """Name the model that misbehaves in a way."""
    return f"{wire}-{behaviour.replace('_', '-')}/m"


def misbehaving(url: str, behaviours: Iterable[str]) -> list[Block]:
    """Configure `chat-hang`, `messages-hang` and so on."""
    return [
        endpoint(f"{wire}-{name.replace('_', '-')}", wire, f"{url}/{name}")
        for name in behaviours
        for wire in SUFFIXES
    ]
