"""Examples that people copy from documentation, driven from the file to the request."""

import json
from typing import Any

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.wires.listed import WIRES

HI = [{"role": "user", "content": "Hi"}]
ASKED = {
    "messages": HI,
    "stop": ["END"],
    "user": "u",
    "temperature": 0.5,
    "top_p": 0.9,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "max_tokens": 100,
}
MISTRAL = """
name: Mistral
apiKey: k
baseURL: https://api.mistral.ai/v1
models: {default: [m]}
dropParams: [stop, user, frequency_penalty, presence_penalty]
"""
COHERE = """
name: cohere
apiKey: k
baseURL: https://api.cohere.ai/v1
models: {default: [m]}
dropParams: [stop, user, frequency_penalty, presence_penalty, temperature, top_p]
"""
PERPLEXITY = """
name: Perplexity
apiKey: k
baseURL: https://api.perplexity.ai/
models: {default: [m]}
dropParams: [stop, frequency_penalty]
"""
OPENROUTER = """
name: OpenRouter
apiKey: k
baseURL: https://openrouter.ai/api/v1
models: {default: [m]}
dropParams: [stop]
addParams: {web_search: true, provider: {order: [a]}}
"""
PANEL = """
name: Panel
apiKey: k
baseURL: https://a.test/v1
models: {default: [m]}
customParams:
  defaultParamsEndpoint: openAI
  paramDefinitions:
    - {key: topP, default: 0.8}
    - {key: maxTokens, default: 512}
    - {key: safe_prompt, default: true}
"""
CLAUDE = """
name: Claude
provider: anthropic
apiKey: k
baseURL: https://api.anthropic.com
models: {default: [claude-sonnet-4-5]}
addParams: {maxOutputTokens: 20000, thinkingBudget: 4000, web_search: true}
dropParams: [topK]
"""


def endpoint_of(entry: str) -> Endpoint:
    lines = entry.strip().splitlines()
    body = "".join(f"      {line}\n" for line in lines[1:])
    text = f"version: 1.3.17\nendpoints:\n  custom:\n    - {lines[0]}\n{body}"
    loaded = load_bytes(text.encode(), {}, "f.yaml")
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, loaded.version, no_prices).endpoints[0]


def relayed(entry: str, **asked: object) -> dict[str, Any]:
    endpoint = endpoint_of(entry)
    model = endpoint.models[0].name
    body = json.dumps({"model": model, **asked}).encode()
    sent = WIRES[endpoint.wire].relay_request(body, model, endpoint.dialect, False).body
    told: dict[str, Any] = json.loads(sent)
    return told


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        (MISTRAL, {"temperature", "top_p", "max_tokens"}),
        (COHERE, {"max_tokens"}),
        (PERPLEXITY, {"user", "temperature", "top_p", "presence_penalty", "max_tokens"}),
    ],
    ids=["mistral", "cohere", "perplexity"],
)
def test_what_an_example_drops_is_gone(entry: str, kept: set[str]) -> None:
    assert relayed(entry, **ASKED).keys() == {"model", "messages"} | kept


def test_a_ceiling_of_the_newer_name_reaches_a_host_that_has_only_the_older() -> None:
    sent = relayed(MISTRAL, messages=HI, max_completion_tokens=9)
    assert sent["max_tokens"] == 9
    assert "max_completion_tokens" not in sent


def test_the_openrouter_example_searches_routes_and_reasons_in_its_own_form() -> None:
    sent = relayed(OPENROUTER, **ASKED, reasoning_effort="low", plugins=[{"id": "file"}])
    assert sent["plugins"] == [{"id": "file"}, {"id": "web"}]
    assert sent["provider"] == {"order": ["a"]}
    assert sent["reasoning"] == {"effort": "low"}
    assert sent.keys().isdisjoint({"stop", "web_search", "reasoning_effort"})


def test_the_panel_example_gives_defaults_below_the_request() -> None:
    sent = relayed(PANEL, messages=HI, topP=0.1)
    assert (sent["top_p"], sent["max_tokens"], sent["safe_prompt"]) == (0.1, 512, True)


def test_the_anthropic_example_thinks_searches_and_keeps_within_its_ceiling() -> None:
    sent = relayed(CLAUDE, messages=HI, max_tokens=10, top_k=3, temperature=0.2)
    assert sent["max_tokens"] == 20000
    assert sent["thinking"] == {"type": "enabled", "budget_tokens": 4000}
    assert sent["tools"] == [{"type": "web_search_20250305", "name": "web_search"}]
    assert sent.keys().isdisjoint({"top_k", "temperature", "web_search"})


def test_what_the_caller_combined_goes_on_where_nothing_was_added() -> None:
    plain = "\n".join(CLAUDE.splitlines()[:-2])
    asked = {
        "messages": HI,
        "max_tokens": 3000,
        "temperature": 0.2,
        "thinking": {"type": "enabled", "budget_tokens": 2000},
    }
    assert relayed(plain, **asked) == {"model": "claude-sonnet-4-5", **asked}


def test_web_search_can_be_dropped_on_every_wire() -> None:
    chat = MISTRAL.replace("[stop,", "[web_search, stop,")
    assert "web_search_options" not in relayed(chat, messages=HI, web_search=True)
    assert "web_search_options" not in relayed(chat, messages=HI, web_search_options={})
    claude = CLAUDE.replace("[topK]", "[web_search]")
    assert "tools" not in relayed(claude, messages=HI, max_tokens=5)


def test_a_plain_endpoint_is_asked_to_search_by_its_own_option() -> None:
    sent = relayed(MISTRAL, messages=HI, web_search=True)
    assert sent["web_search_options"] == {}
    assert "web_search" not in sent


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("reasoning_effort", {"reasoning_effort": "high"}),
        ("reasoning_object", {"reasoning": {"effort": "high"}}),
        ("disabled", {}),
    ],
)
def test_reasoning_is_asked_for_in_the_form_that_is_configured(
    form: str, sent: dict[str, object]
) -> None:
    entry = f"{MISTRAL}\ncustomParams: {{reasoningFormat: {form}}}".replace("\n\n", "\n")
    for asked in ({"reasoning_effort": "high"}, {"reasoning": {"effort": "high"}}):
        assert relayed(entry, messages=HI, **asked) == {"model": "m", "messages": HI, **sent}
