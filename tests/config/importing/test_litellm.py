"""LiteLLM's `config.yaml`: endpoints, prices, groups and what is said of all that is lost."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from endpoints_server.config.importing.litellm.facts import KNOWN, RATES
from endpoints_server.config.importing.litellm.parameters import READ, SENT
from endpoints_server.config.importing.litellm.told import READ as SETTINGS
from endpoints_server.config.importing.litellm.told import WITHOUT_COUNTERPART
from endpoints_server.config.importing.litellm.write import write_litellm
from endpoints_server.config.importing.written import Written
from endpoints_server.config.problem import Level, has_errors
from tests.config.importing.imported import catalog_of, entries_of, said, settings_of, value_of

CANARY = "sk-c4n4ryZk39dQpLw8bTnE"
KEY = "os.environ/OPENAI_API_KEY"
TEAM = f"""\
model_list:
  - model_name: gpt-4o
    litellm_params: &azure
      model: azure/gpt-4o-eu
      api_base: https://acme-eu.openai.azure.com/
      api_key: os.environ/AZURE_EU_KEY
      api_version: "2024-10-21"
      rpm: 600
  - model_name: gpt-4o
    litellm_params:
      <<: *azure
      model: azure/gpt-4o-us
      api_base: https://acme-us.openai.azure.com/
      api_key: {CANARY}
      rpm: 1200
  - model_name: claude
    litellm_params:
      model: anthropic/claude-sonnet-4-5
      api_key: os.environ/ANTHROPIC_API_KEY
      input_cost_per_token: 3e-6
      output_cost_per_token: 0.000015
      cache_read_input_token_cost: "3e-07"
    model_info: {{max_input_tokens: 200000, max_output_tokens: 64000, supports_vision: true}}
  - model_name: small
    litellm_params: {{model: ollama/qwen3, api_base: "http://gpu.internal:11434"}}

litellm_settings:
  drop_params: true
  num_retries: 2
  request_timeout: 120
  fallbacks: [{{claude: [gpt-4o, small]}}]

router_settings:
  routing_strategy: simple-shuffle
  model_group_alias: {{gpt-4: gpt-4o}}
  allowed_fails: 3
  cooldown_time: 30

general_settings:
  master_key: {CANARY}m
  database_url: "postgresql://llm:{CANARY}d@db/llm"
environment_variables: {{LANGFUSE_SECRET_KEY: {CANARY}e}}
"""


def imported(text: str) -> Written:
    return write_litellm(text.encode(), "config.yaml")


def of(*models: dict[str, Any], **blocks: Any) -> Written:
    """Import models, each a `litellm_params` with perhaps a `name` and an `info` beside."""
    items = []
    for each in models:
        params = {key: value for key, value in each.items() if key not in ("name", "info")}
        item = {"model_name": each.get("name", "m"), "litellm_params": params}
        items.append(item | ({"model_info": each["info"]} if "info" in each else {}))
    return imported(json.dumps({"model_list": items, **blocks}))


def model_of(written: Written) -> dict[str, Any]:
    (entry,) = entries_of(written)
    (model,) = entry["models"]["default"]
    return model if isinstance(model, dict) else {"name": model}


def test_a_teams_file_is_served_as_it_was_there() -> None:
    written = imported(TEAM)
    catalog = catalog_of(written)
    assert [each.name for each in catalog.endpoints] == ["Azure", "Azure 2", "Claude", "Ollama"]
    aliases = {name: led.targets for name, led in catalog.aliases.items()}
    assert aliases.keys() == {"gpt-4o", "claude", "small", "gpt-4"}
    assert [(each.endpoint, each.weight) for each in aliases["gpt-4"]] == [
        ("azure", 600),
        ("azure-2", 1200),
    ]
    orders = [each.order for each in aliases["claude"]]
    assert orders == sorted(orders)
    assert len(set(orders)) == 3
    server = settings_of(written).server
    assert server.timeouts.total == 120
    assert server.breaker.consecutive_failures == 4
    assert server.retries.attempts == 9
    assert server.limits["azure-gpt-4o-eu"].requests_per_minute == 600


def test_no_key_of_the_file_comes_out_anywhere() -> None:
    written = imported(TEAM)
    assert "c4n4ry" not in written.yaml + "".join(said(written))
    assert "apiKey: '${AZURE_API_KEY}'" in written.yaml
    assert (
        "14:7: warning: `api_key` is written out here: set `AZURE_API_KEY` to it, to which the YAML"
        " refers" in said(written)
    )


def test_what_the_report_says_stands_where_it_is_about() -> None:
    told = said(imported(TEAM))
    assert [line.partition(": ")[0] for line in told] == sorted(
        (line.partition(": ")[0] for line in told),
        key=lambda place: tuple(map(int, place.split(":"))),
    )
    text = " ".join(told)
    assert "40:3: warning: `master_key` has no counterpart" in text
    assert "`endpoints-server key new`" in text
    assert "`budget set`" in text
    assert "`LANGFUSE_SECRET_KEY` is set by the file" in text


def test_prices_per_token_are_prices_per_million_to_the_digit() -> None:
    written = imported(TEAM)
    claude = next(each for each in settings_of(written).endpoints.custom if each.name == "Claude")
    (model,) = claude.models.default
    assert not isinstance(model, str)
    cost: Any = model.cost
    assert (cost.input, cost.output, cost.cache_read) == (3, 15, Decimal("0.3"))


@pytest.mark.parametrize("text", ["1.5e-7", "0.00000015", '"1.5e-07"', '"0.00000015"'])
def test_a_price_may_be_written_in_each_of_these_ways(text: str) -> None:
    written = imported(
        "model_list: [{model_name: m, litellm_params: {model: openai/m, api_key: none,"
        f" input_cost_per_token: {text}, output_cost_per_token: 0}}}}]"
    )
    assert model_of(written)["cost"] == {"input": 0.15, "output": 0}


def test_half_a_price_is_none() -> None:
    written = of({"model": "openai/m", "api_key": KEY, "input_cost_per_token": 1e-6})
    assert "cost" not in model_of(written)
    assert "a price wants both" in said(written, Level.WARNING)[0]


def test_rates_of_larger_calls_become_a_tier() -> None:
    rates = {
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "input_cost_per_token_above_200k_tokens": 3e-6,
    }
    tier = {"inputTokensAbove": 200000, "input": 3, "output": 2}
    assert model_of(of({"model": "openai/m", "info": rates}))["cost"]["tiers"] == [tier]


@pytest.mark.parametrize(
    ("model", "address", "wire", "key"),
    [
        ("openai/gpt-4o", "https://api.openai.com/v1", None, "OPENAI_API_KEY"),
        ("gpt-4o", "https://api.openai.com/v1", None, "OPENAI_API_KEY"),
        ("claude-3-haiku", "https://api.anthropic.com", "anthropic", "ANTHROPIC_API_KEY"),
        (
            *("gemini/gemini-2.5-pro", "https://generativelanguage.googleapis.com/v1beta"),
            *("google", "GEMINI_API_KEY"),
        ),
        ("groq/llama-3.3-70b", "https://api.groq.com/openai/v1", None, "GROQ_API_KEY"),
        ("together_ai/meta/llama", "https://api.together.ai/v1", None, "TOGETHER_API_KEY"),
        ("azure/mine", "${AZURE_API_BASE}/openai/v1", None, "AZURE_API_KEY"),
    ],
)
def test_the_prefix_says_whose_a_model_is(
    model: str, address: str, wire: str | None, key: str
) -> None:
    written = of({"model": model})
    (entry,) = entries_of(written)
    assert (entry["baseURL"], entry.get("provider")) == (address, wire)
    assert entry["apiKey"] == f"${{{key}}}"
    settings_of(written)


def test_openai_with_an_address_is_anything_like_it_and_gets_no_key_unasked() -> None:
    written = of({"model": "openai/org/model", "api_base": "https://llm.acme.test/v1"})
    (entry,) = entries_of(written)
    assert (entry["name"], entry["apiKey"]) == ("llm.acme.test", "none")
    assert entry["models"]["default"] == ["org/model"]
    assert "compat" not in entry


def test_ollama_is_asked_on_the_wire_that_is_spoken_here() -> None:
    (entry,) = entries_of(of({"model": "ollama_chat/q", "api_base": "os.environ/OLLAMA"}))
    assert entry["baseURL"] == "${OLLAMA}/v1"


def test_an_address_that_holds_a_secret_becomes_a_variable() -> None:
    written = of({"model": "openai/m", "api_base": f"https://u:{CANARY}@llm.test/v1"})
    assert CANARY not in written.yaml + "".join(said(written))
    assert entries_of(written)[0]["baseURL"] == "${LLM_TEST_API_BASE}"


def test_a_variable_that_the_file_knows_is_given_to_nothing_else() -> None:
    written = of(
        {"name": "a", "model": "openai/a", "api_key": CANARY},
        {"name": "b", "model": "openai/b", "api_key": KEY},
        {"name": "c", "model": "groq/c", "api_key": CANARY + "2"},
        {"name": "d", "model": "groq/d"},
    )
    keys = [entry["apiKey"] for entry in entries_of(written)]
    assert keys == [
        *("${OPENAI_API_KEY_2}", "${OPENAI_API_KEY}", "${GROQ_API_KEY_2}", "${GROQ_API_KEY}")
    ]


def test_a_key_that_is_written_out_is_not_that_of_a_model_without_one() -> None:
    written = of({"name": "a", "model": "openai/a", "api_key": CANARY}, {"model": "gpt-4o"})
    keys = [entry["apiKey"] for entry in entries_of(written)]
    assert keys == ["${OPENAI_API_KEY_2}", "${OPENAI_API_KEY}"]


def test_another_api_of_azures_is_doubted() -> None:
    written = of({"model": "azure_ai/m", "api_base": "https://x.services.ai.azure.com/models"})
    assert "this is not Azure's v1 API" in " ".join(said(written, Level.WARNING))


def test_a_key_for_another_address_is_never_named_like_one_that_may_be_set() -> None:
    written = of(
        {"name": "a", "model": "openai/a", "api_base": "http://x.test", "api_key": CANARY},
        {"name": "b", "model": "groq/b", "api_base": "http://groq/v1", "api_key": CANARY + "2"},
        {"name": "c", "model": "gpt-4o"},
    )
    keys = [entry["apiKey"] for entry in entries_of(written)]
    assert keys == ["${X_TEST_API_KEY}", "${MY_GROQ_API_KEY}", "${OPENAI_API_KEY}"]


@pytest.mark.parametrize("model", ["groq/m", "anthropic/claude-3-haiku", "azure/m", "azure_ai/m"])
@pytest.mark.parametrize("address", ["https://gateway.acme.test", "https://groq.test/v1"])
def test_a_key_of_the_house_goes_to_no_other_address_unasked(model: str, address: str) -> None:
    written = of({"model": model, "api_base": address})
    assert entries_of(written)[0]["apiKey"] == "none"
    assert "so none is sent to this address" in " ".join(said(written))


def test_a_key_in_the_path_of_an_address_becomes_a_variable() -> None:
    written = of({"model": "openai/m", "api_base": f"https://llm.test/{CANARY}/v1"})
    assert CANARY not in written.yaml + "".join(said(written))


def test_a_secret_of_the_installation_is_given_to_no_endpoint() -> None:
    written = of({"model": "openai/m", "api_key": "os.environ/REDIS_PASSWORD"})
    assert entries_of(written) == []
    assert "`REDIS_PASSWORD` is a secret no endpoint may be given" in " ".join(said(written))


@pytest.mark.parametrize(
    "said_beside",
    [
        {"organization": CANARY},
        {"extra_body": {"auth": {"value": CANARY[3:8]}}},
        {"extra_body": {"passwords": [{"password": CANARY[3:8]}]}},
        {"info": {"description": f"the key is {CANARY}"}},
        {"headers": {"X-Team": CANARY}},
        {"stop": [CANARY]},
        {"extra_body": {"hook": f"https://me:{CANARY[3:8]}@hooks.test"}},
        {"headers": {"Referer": f"https://hooks.test?token={CANARY[3:8]}"}},
    ],
)
def test_no_key_comes_out_of_any_parameter(said_beside: dict[str, Any]) -> None:
    written = of({"model": "openai/m", "api_key": KEY, **said_beside})
    assert CANARY[3:8] not in written.yaml + "".join(said(written))
    assert said(written, Level.WARNING)


@pytest.mark.parametrize("value", ["${HOME}", ["$HOME ${HOME}"], {"a": "${HOME}"}])
def test_a_dollar_sign_is_text_and_begins_no_variable(value: Any) -> None:
    written = of(
        {
            "model": "openai/m",
            "api_key": KEY,
            "extra_body": {"a": value},
            "organization": "${HOME}",
            "additional_drop_params": ["${HOME}"],
            "info": {"description": "costs ${HOME}"},
        }
    )
    (entry,) = settings_of(written).endpoints.custom
    assert entry.headers == {"OpenAI-Organization": "${HOME}"}
    assert entry.drop_params == ["${HOME}"]
    (model,) = entry.models.default
    assert not isinstance(model, str)
    assert model.description == "costs ${HOME}"
    assert model.sampling_params == {"a": value}


def test_a_variable_that_the_file_sets_is_given_to_nothing_else() -> None:
    written = of(
        {"model": "groq/m", "api_key": CANARY}, environment_variables={"GROQ_API_KEY": "x"}
    )
    assert entries_of(written)[0]["apiKey"] == "${GROQ_API_KEY_2}"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"timeout": 0}, "`timeout` must be more than 0"),
        ({"api_version": "1"}, "`api_version` has no counterpart"),
        ({"additional_drop_params": [1]}, "this names no parameter"),
        ({"input_cost_per_token_above_200k_tokens": 1e-6}, "a price wants both"),
    ],
)
def test_a_parameter_of_which_nothing_comes_is_told(params: dict[str, Any], message: str) -> None:
    assert message in " ".join(said(of({"model": "openai/m", **params}), Level.WARNING))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"fallbacks": ["m"]}, "`fallbacks` must be a mapping"),
        ({"num_retries": 5000}, "`num_retries` must be at most 1000"),
        ({"cooldown_time": 0}, "`cooldown_time` must be more than 0"),
    ],
)
def test_a_setting_of_which_nothing_comes_is_told(setting: dict[str, Any], message: str) -> None:
    written = of({"model": "openai/m"}, router_settings=setting)
    assert message in " ".join(said(written, Level.WARNING))


@pytest.mark.parametrize("key", ["rpm", "timeout", "input_cost_per_token"])
def test_numbers_of_a_credential_are_read_like_those_of_a_model(key: str) -> None:
    written = of(
        {"model": "openai/m", "litellm_credential_name": "c", "output_cost_per_token": 1e-6},
        credential_list=[{"credential_name": "c", "credential_values": {key: 5}}],
    )
    assert "must be a number" not in " ".join(said(written))


@pytest.mark.parametrize("size", [0, 10**6, 953675])
def test_a_size_that_is_no_bound_here_is_told(size: int) -> None:
    written = of({"model": "openai/m"}, general_settings={"max_request_size_mb": size})
    assert "`max_request_size_mb` must be more than 0" in " ".join(said(written, Level.WARNING))
    settings_of(written)


def test_a_model_of_embeddings_has_a_price_for_what_goes_in_alone() -> None:
    info = {"mode": "embedding", "input_cost_per_token": 2e-8}
    cost = model_of(of({"model": "openai/m", "info": info}))["cost"]
    assert cost == {"input": 0.02, "output": 0}


def test_a_weight_of_nothing_is_the_least_and_told() -> None:
    written = of({"model": "openai/m", "weight": 0}, {"model": "groq/m", "weight": 1})
    assert value_of(written)["server"]["aliases"]["m"][0]["weight"] == 0.001
    assert "the nearest is written" in " ".join(said(written, Level.WARNING))


def test_a_key_of_a_model_that_is_left_out_is_not_asked_for() -> None:
    written = of({"model": "openai/i", "api_key": CANARY, "info": {"mode": "image_generation"}})
    assert "is written out here" not in " ".join(said(written))


def test_a_model_that_was_tuned_is_openais() -> None:
    (entry,) = entries_of(of({"model": "ft:gpt-4o:acme::abc"}))
    assert entry["baseURL"] == "https://api.openai.com/v1"


def test_what_stands_beside_the_parts_of_an_item_is_told() -> None:
    written = imported("model_list:\n- model_name: m\n  rpm: 5\n  litellm_params: {model: o1}\n")
    assert "3:3: warning: `rpm` has no counterpart" in " ".join(said(written))


def test_models_of_one_key_and_address_share_an_endpoint() -> None:
    written = of(
        {"name": "a", "model": "openai/a", "api_key": KEY},
        {"name": "b", "model": "openai/b", "api_key": KEY},
    )
    (entry,) = entries_of(written)
    assert entry["models"]["default"] == ["a", "b"]
    assert "server" not in value_of(written)


def test_a_model_that_is_two_things_has_two_endpoints() -> None:
    written = of(
        {"name": "calm", "model": "openai/a", "api_key": KEY, "temperature": 0.1},
        {"name": "wild", "model": "openai/a", "api_key": KEY, "temperature": 1.2},
    )
    fields = [each["models"]["default"][0]["samplingParams"] for each in entries_of(written)]
    assert fields == [{"temperature": 0.1}, {"temperature": 1.2}]
    aliases = value_of(written)["server"]["aliases"]
    assert aliases["wild"] == [{"endpoint": "OpenAI API 2", "model": "a"}]


@pytest.mark.parametrize(
    ("params", "part", "value"),
    [
        ({"extra_headers": {"X-Team": "blue"}}, "headers", {"X-Team": "blue"}),
        ({"headers": {"X-A": "os.environ/A"}}, "headers", {"X-A": "${A}"}),
        ({"organization": "org-1"}, "headers", {"OpenAI-Organization": "org-1"}),
        ({"additional_drop_params": ["user"]}, "dropParams", ["user"]),
    ],
)
def test_what_is_said_of_a_way_is_the_endpoints(
    params: dict[str, Any], part: str, value: Any
) -> None:
    (entry,) = entries_of(of({"model": "openai/m", "api_key": KEY, **params}))
    assert entry[part] == value


def test_a_header_that_may_be_a_secret_becomes_a_variable() -> None:
    written = of({"model": "openai/m", "extra_headers": {"X-Api-Key": "walnut"}})
    assert entries_of(written)[0]["headers"] == {"X-Api-Key": "${OPENAI_API_X_API_KEY}"}
    assert "walnut" not in written.yaml + "".join(said(written))


@pytest.mark.parametrize(
    ("params", "part", "value"),
    [
        ({"max_tokens": 20}, "maxTokens", 20),
        ({"seed": 7}, "samplingParams", {"seed": 7}),
        ({"extra_body": {"guided": [1]}}, "samplingParams", {"guided": [1]}),
        ({"info": {"max_tokens": 5}}, "maxTokens", 5),
        ({"info": {"max_input_tokens": "9"}}, "contextWindow", 9),
        ({"info": {"supports_reasoning": True}}, "reasoning", True),
        ({"info": {"supports_vision": False}}, "input", ["text"]),
        ({"info": {"mode": "responses"}}, "provider", "openai-responses"),
    ],
)
def test_what_is_said_of_a_model_is_the_models(
    params: dict[str, Any], part: str, value: Any
) -> None:
    written = of({"model": "openai/m", "api_key": KEY, **params})
    assert model_of(written)[part] == value
    settings_of(written)


@pytest.mark.parametrize(
    ("params", "server"),
    [
        ({"timeout": 30, "stream_timeout": 5}, "{'total': 30, 'firstToken': 5}"),
        ({"tpm": 1000}, "'tokensPerMinute': 1000"),
        ({"max_parallel_requests": 4}, "'concurrent': 4"),
        ({"max_budget": 2.5, "budget_duration": "1d"}, "'usd': 2.5, 'per': 'day'"),
        ({"max_budget": 1, "budget_duration": "12h"}, "'rollingSeconds': 43200"),
    ],
)
def test_what_holds_for_a_deployment_holds_under_server(
    params: dict[str, Any], server: str
) -> None:
    written = of({"model": "openai/m", "api_key": KEY, **params})
    assert server in str(value_of(written)["server"])
    settings_of(written)


def test_weights_and_orders_of_a_group_are_kept() -> None:
    written = of(
        {"model": "openai/m", "api_key": KEY, "weight": 3, "order": 1},
        {"model": "groq/m", "weight": 1, "order": 1},
        {"model": "xai/m", "order": 2},
    )
    led = value_of(written)["server"]["aliases"]["m"]
    assert [(each["weight"], each["order"]) for each in led] == [(3, 1), (1, 1), (1, 2)]


def test_default_fallbacks_stand_in_for_all_without_their_own() -> None:
    written = of(
        {"name": "a", "model": "openai/a"},
        {"name": "b", "model": "openai/b"},
        litellm_settings={"default_fallbacks": ["b"]},
    )
    aliases = value_of(written)["server"]["aliases"]
    assert [each["model"] for each in aliases["a"]] == ["a", "b"]
    assert "b" not in aliases


def test_groups_that_stand_in_for_each_other_make_no_circle() -> None:
    written = of(
        {"name": "a", "model": "openai/a"},
        {"name": "b", "model": "openai/b"},
        router_settings={"fallbacks": [{"a": ["b"]}, {"b": ["a"]}]},
    )
    assert [len(led.targets) for led in catalog_of(written).aliases.values()] == [2, 2]


def test_a_fallback_to_nothing_is_told() -> None:
    written = of({"model": "openai/m"}, router_settings={"fallbacks": [{"m": ["nope"]}]})
    assert "`nope` is no name of a model that is served" in said(written, Level.WARNING)[0]


def test_a_wildcard_fetches_the_models_of_its_vendor() -> None:
    written = of({"name": "openai/*", "model": "openai/*", "api_key": KEY})
    (entry,) = entries_of(written)
    assert entry["models"]["fetch"] is True
    assert "gpt-4.1" in entry["models"]["default"]
    assert "(`models.fetch`): ask for its models by their own names" in said(written)[0]


def test_a_pattern_in_a_name_alone_is_told() -> None:
    written = of({"name": "gpt-*", "model": "openai/gpt-4o"})
    assert "`gpt-*` is a name here" in " ".join(said(written, Level.WARNING))


def test_a_name_that_a_list_may_have_too_leads_where_it_led() -> None:
    written = of(
        {"name": "gpt-4o", "model": "groq/gpt-4o"},
        {"name": "openai/*", "model": "openai/*"},
    )
    assert value_of(written)["server"]["aliases"]["gpt-4o"] == [
        {"endpoint": "Groq", "model": "gpt-4o"}
    ]


def test_an_address_of_a_vendor_is_asked_on_the_wire_that_litellm_speaks_there() -> None:
    (entry,) = entries_of(of({"model": "minimax/m", "api_base": "https://api.minimax.io/v1"}))
    assert "provider" not in entry
    (entry,) = entries_of(of({"model": "anthropic/m", "api_base": "https://a.test/v1/messages"}))
    assert (entry["provider"], entry["baseURL"]) == ("anthropic", "https://a.test")


def test_azure_behind_another_host_is_doubted() -> None:
    written = of({"model": "azure/m", "api_base": "https://gateway.acme.test"})
    assert "this is no address of Azure's own" in " ".join(said(written, Level.WARNING))


def test_a_wildcard_of_whom_nothing_is_known_is_told() -> None:
    written = of({"name": "*", "model": "openai/*", "api_base": "https://llm.test/v1"})
    assert entries_of(written) == []
    assert "one must be named" in " ".join(said(written, Level.WARNING))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"model": "bedrock/anthropic.claude-v2"}, "the API of `bedrock` is not spoken here"),
        ({"model": "vertex_ai/gemini-pro"}, "the API of `vertex_ai` is not spoken here"),
        ({"model": "nobody/m"}, "no vendor `nobody` is known"),
        ({"model": "mystery"}, "write it as `provider/model`"),
        ({"model": "openai/dall-e-3", "info": {"mode": "image_generation"}}, "of this mode"),
        ({}, "lacks `model`"),
    ],
)
def test_a_model_that_cannot_be_served_is_left_out_alone(
    params: dict[str, Any], message: str
) -> None:
    written = of({"name": "bad", **params}, {"name": "good", "model": "openai/good"})
    assert model_of(written) == {"name": "good"}
    (told,) = said(written, Level.WARNING)
    assert "the model `bad` is left out" in told
    assert message in told


def test_credentials_of_the_file_are_those_of_the_models_that_name_them() -> None:
    written = of(
        {"model": "openai/m", "litellm_credential_name": "house"},
        credential_list=[
            {
                "credential_name": "house",
                "credential_values": {"api_key": CANARY, "api_base": "https://llm.test/v1"},
            }
        ],
    )
    (entry,) = entries_of(written)
    assert (entry["baseURL"], entry["apiKey"]) == ("https://llm.test/v1", "${LLM_TEST_API_KEY}")
    assert CANARY not in written.yaml + "".join(said(written))


@pytest.mark.parametrize(
    ("block", "key"),
    [(block, key) for block, told in WITHOUT_COUNTERPART.items() for key in told],
)
def test_each_setting_without_a_counterpart_is_told_in_its_place(block: str, key: str) -> None:
    text = f"model_list: []\n{block}:\n  {key}: {CANARY}\n"
    (told,) = said(imported(text))
    assert told.startswith("3:3: ")
    assert f"`{key}` has no counterpart: " in told
    assert CANARY not in told


def test_a_file_that_is_included_is_told_and_not_followed() -> None:
    written = imported("model_list: []\ninclude: [/etc/passwd]\n")
    assert said(written) == [
        "2:1: warning: `include` has no counterpart: other files are not followed: import each of"
        " them"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: error: the file holds nothing"),
        ("[1]", "1:1: error: the file must be a mapping with `model_list`"),
        ("model_list: 1", "1:13: error: `model_list` must be there, and be a list"),
        ("include: [a.yaml]", "import the files that it includes"),
        ("model_list: [", "1:14: error: "),
    ],
)
def test_a_file_with_errors_is_told_with_its_place(text: str, told: str) -> None:
    written = imported(text)
    assert written.yaml == ""
    assert told in " ".join(said(written, Level.ERROR))


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["os.environ/A", "*", "http://h.test/v1", "http://u:p@h/v1", "30d", "a", "$x"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["a", "*", "m"]), inner, max_size=3)
    ),
    max_leaves=6,
)
names = st.sampled_from(
    ["gpt-4o", "openai/*", "azure/x", "ollama/q", "anthropic/c", "gemini/g", "x/y", "*", "/"]
)
parameters = st.dictionaries(
    st.sampled_from([*sorted(READ | SENT), *RATES.values()]) | st.text(max_size=4), values
)
models = st.fixed_dictionaries(
    {
        "model_name": st.sampled_from(["a", "b", "a/b"]) | scalars,
        "litellm_params": st.builds(lambda said, name: said | {"model": name}, parameters, names)
        | values,
    },
    optional={"model_info": st.dictionaries(st.sampled_from(sorted(KNOWN)), values) | values},
)
blocks = {
    block: st.dictionaries(st.sampled_from(sorted(known)), values, max_size=5) | values
    for block, known in SETTINGS.items()
}
files = st.fixed_dictionaries(
    {"model_list": st.lists(models | values, max_size=4)},
    optional=blocks | {"credential_list": values, "environment_variables": values},
)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(files | values)
def test_no_file_is_too_odd_and_what_is_written_is_always_served(file: Any) -> None:
    written = imported(json.dumps(file))
    assert has_errors(written.report) == (written.yaml == "")
    if written.yaml:
        catalog_of(written)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(parameters, names)
def test_no_key_comes_out_whatever_stands_beside_it(said_beside: Any, name: str) -> None:
    written = of(said_beside | {"model": name, "api_key": CANARY})
    assert CANARY not in written.yaml + "".join(said(written))
