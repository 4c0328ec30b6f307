"""pi's flags: each acts in the Dialect, a model's over the endpoint's, and mistakes are told."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from endpoints_server.config.checks.compat import IDLE
from endpoints_server.config.problem import Level
from endpoints_server.config.schema.compat import Compat
from endpoints_server.domain.dialect import Dialect
from tests.config.files import ENTRY, only_endpoint, told, with_keys

FLAGS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "supportsStore": ("true", {"defaults": {"store": False}}),
    "supportsDeveloperRole": ("false", {"turns": {"has_developer_role": False}}),
    "supportsReasoningEffort": ("false", {"thinking": {"has_effort": False}}),
    "supportsUsageInStreaming": (
        "false",
        {"has_stream_usage": False, "refuse": ("stream_options",)},
    ),
    "maxTokensField": ("max_tokens", {"ceiling_name": "max_tokens"}),
    "requiresToolResultName": ("true", {"turns": {"has_result_names": True}}),
    "requiresAssistantAfterToolResult": ("true", {"turns": {"has_bridge": True}}),
    "requiresNonNullAssistantContent": ("true", {"turns": {"has_content": True}}),
    "requiresToolsWithToolHistory": ("true", {"tools": {"is_listed": True}}),
    "requiresThinkingAsText": ("true", {"thinking": {"is_said": True}}),
    "requiresReasoningContentOnAssistantMessages": (
        "true",
        {"thinking": {"is_always_there": True}},
    ),
    "thinkingFormat": ("zai", {"thinking": {"form": "zai"}}),
    "chatTemplateKwargs": (
        "{a: {$var: thinking.enabled}}",
        {"thinking": {"template": {"a": {"$var": "thinking.enabled", "omitWhenOff": False}}}},
    ),
    "chatTemplateArgs": (
        "{b: 1}, thinkingFormat: baseten",
        {"thinking": {"form": "baseten", "template": {"b": 1}}},
    ),
    "thinkingTokenBudgetField": (
        "thinking_budget",
        {"thinking": {"budget_name": "thinking_budget"}},
    ),
    "supportsThinkingTokenBudget": (
        "true",
        {"thinking": {"budget_name": "thinking_token_budget"}},
    ),
    "thinkTags": ("true", {"thinking": {"has_tags": True}}),
    "zaiToolStream": ("true", {"tools": {"is_streamed": True}}),
    "supportsStrictMode": ("false", {"tools": {"has_strict": False}}),
    "supportsStrictTools": ("true", {"tools": {"has_strict": True}}),
    "supportsMidConvoSystemMessages": ("false", {"turns": {"has_late_system": False}}),
    "cacheControlFormat": ("anthropic", {"cache": {"is_marked": True}}),
    "supportsLongCacheRetention": ("false", {"cache": {"has_hour": False}}),
    "promptCacheKeyMode": ("disabled", {"refuse": ("prompt_cache_key",)}),
    "supportsCacheControlOnTools": ("false", {"cache": {"has_tool_marks": False}}),
    "sendSessionAffinityHeaders": (
        "true",
        {"cache": {"session_headers": ("session_id", "x-client-request-id", "x-session-affinity")}},
    ),
    "sessionAffinityFormat": (
        "openrouter, sendSessionAffinityHeaders: true",
        {"cache": {"session_headers": ("x-session-id",)}},
    ),
    "openRouterRouting": ("{only: [a]}", {"add": {"provider": {"only": ["a"]}}}),
    "vercelGatewayRouting": (
        "{order: [a]}",
        {"add": {"providerOptions.gateway": {"order": ["a"]}}},
    ),
    "vllmPriority": ("-1", {"add": {"priority": -1}}),
    "supportsMaxOutputTokens": ("false", {"refuse": ("max_output_tokens",)}),
    "supportsEagerToolInputStreaming": ("false", {"tools": {"has_eager_input": False}}),
    "supportsTemperature": ("false", {"refuse": ("temperature",)}),
    "forceAdaptiveThinking": ("true", {"thinking": {"is_adaptive": True}}),
    "allowEmptySignature": ("true", {"thinking": {"may_be_unsealed": True}}),
}
"""Each flag that acts, a value of it that is not the usual one, and what it changes."""


def unusual(dialect: Dialect) -> dict[str, Any]:
    """Tell what acts and is not as in the dialect of an endpoint of which nothing is said."""
    usual = msgspec.to_builtins(only_endpoint(ENTRY).dialect)
    return changed(usual, msgspec.to_builtins(replace(dialect, sources={})))


def changed(usual: Any, ours: dict[str, Any]) -> dict[str, Any]:
    rules = ("thinking", "turns", "tools", "cache")
    return {
        key: changed(usual[key], value) if key in rules else value
        for key, value in ours.items()
        if value != usual[key]
    }


def dialect_of(*lines: str) -> Dialect:
    return only_endpoint(with_keys(*lines)).dialect


def modelled(settings: str, *lines: str) -> Dialect:
    """Compile an endpoint with one model of which something is said, and give its dialect."""
    text = with_keys(*lines).replace("[acme-large]", f"[{{name: m, {settings}}}]")
    endpoint = only_endpoint(text)
    return endpoint.models[0].dialect or endpoint.dialect


@pytest.mark.parametrize("flag", FLAGS)
def test_each_flag_acts_alone(flag: str) -> None:
    value, effect = FLAGS[flag]
    assert unusual(dialect_of(f"compat: {{{flag}: {value}}}")) == effect


def test_each_default_and_added_field_knows_the_key_that_says_it() -> None:
    dialect = dialect_of(
        "compat: {supportsStore: true, vllmPriority: 1, openRouterRouting: {only: [a]}}",
        "samplingParams: {top_k: 1, seed: 2}",
        "addParams: {priority: 2, seed: 3}",
    )
    assert dialect.sources == {"store": "compat", "provider": "compat", "top_k": "samplingParams"}


def test_each_flag_acts_or_is_known_to_do_nothing() -> None:
    flags = {field.encode_name for field in msgspec.structs.fields(Compat)}
    assert flags == FLAGS.keys() | IDLE.keys()


@pytest.mark.parametrize("flag", IDLE)
def test_a_flag_that_does_nothing_is_noted(flag: str) -> None:
    value = "[]" if flag == "allowedFallbackModels" else "true"
    (note,) = told(with_keys(f"compat: {{{flag}: {value}}}"), Level.NOTE)
    assert "changes nothing here" in note


def test_a_model_stands_over_its_endpoint_and_an_override_over_both() -> None:
    lines = (
        "compat: {supportsStore: true, maxTokensField: max_tokens, supportsStrictMode: false}",
        "thinkingLevelMap: {low: l, high: h, off: null}",
        "samplingParams: {top_k: 1, seed: 1}",
        "modelOverrides: {m: {compat: {supportsStrictMode: true}, thinkingLevelMap: {low: null}}}",
    )
    dialect = modelled(
        "compat: {maxTokensField: max_completion_tokens}, thinkingLevelMap: {high: x},"
        " samplingParams: {top_k: 2}",
        *lines,
    )
    assert dialect.defaults == {"store": False, "top_k": 2, "seed": 1}
    assert dialect.ceiling_name == "max_completion_tokens"
    assert dialect.tools.has_strict is True
    assert dialect.thinking.levels == {"low": None, "high": "x", "off": None}


def test_routing_and_templates_are_merged_one_level_deeper() -> None:
    dialect = modelled(
        "compat: {openRouterRouting: {only: [b]}, vercelGatewayRouting: {only: [c]}}",
        "compat: {openRouterRouting: {order: [a]}, vercelGatewayRouting: {order: [d]}}",
    )
    assert dialect.add["provider"] == {"order": ["a"], "only": ["b"]}
    assert dialect.add["providerOptions.gateway"] == {"only": ["c"], "order": ["d"]}


def test_what_the_administrator_adds_wins_over_routing() -> None:
    dialect = dialect_of(
        "compat: {openRouterRouting: {order: [a]}}", "addParams: {provider: {order: [z]}}"
    )
    assert dialect.add == {"provider": {"order": ["z"]}}


@pytest.mark.parametrize(
    ("settings", "role"),
    [
        ("reasoning: true", True),
        ("reasoning: false", False),
        ("description: d", None),
    ],
)
def test_the_role_of_developers_is_for_models_that_think(settings: str, role: bool | None) -> None:
    dialect = modelled(settings, "compat: {supportsDeveloperRole: true}")
    assert dialect.turns.has_developer_role is role


def test_a_format_of_thinking_wins_over_librechats() -> None:
    lines = ("customParams: {reasoningFormat: disabled}", "compat: {thinkingFormat: openai}")
    assert dialect_of(*lines).thinking.form == "effort"
    assert dialect_of(lines[0]).thinking.form == "none"


def test_fields_of_one_wire_do_not_go_to_another() -> None:
    dialect = dialect_of(
        "provider: anthropic",
        "compat: {openRouterRouting: {only: [a]}, sendSessionAffinityHeaders: true}",
        "samplingParams: {top_k: 1}",
    )
    assert (dialect.add, dialect.defaults) == ({}, {})
    assert dialect.cache.session_headers == ("x-session-affinity",)


@pytest.mark.parametrize(
    ("compat", "problem"),
    [
        (
            "{maxTokensField: max_tokns}",
            "8:32: error: `maxTokensField` must be `max_completion_tokens` or `max_tokens`"
            " (did you mean `max_tokens`?)",
        ),
        (
            "{suportsStore: true}",
            "8:16: error: `suportsStore` is not a key of `compat` (did you mean `supportsStore`?)",
        ),
        (
            "{supportsStore: 'no'}",
            "8:31: error: `supportsStore` must be `true` or `false`, not text"
            " (write `true` or `false`, without quotes)",
        ),
        (
            "{openRouterRouting: {data_collection: denny}}",
            "8:53: error: `data_collection` must be `allow` or `deny` (did you mean `deny`?)",
        ),
        (
            "{openRouterRouting: {ordr: [a]}}",
            "8:36: warning: `ordr` is no key that OpenRouter is known to have; it is sent on"
            " (did you mean `order`?)",
        ),
        (
            "{thinkingFormat: chat-template, chatTemplateKwargs: {a: {$var: nope}}}",
            "8:78: error: `$var` must be `thinking.budget` or `thinking.effort` or"
            " `thinking.enabled`",
        ),
        (
            "{chatTemplateKwargs: {a: 1}}",
            "8:16: warning: `chatTemplateKwargs` is sent only with `thinkingFormat: chat-template`",
        ),
        (
            "{reasoningEffortMap: {high: max}}",
            "8:16: warning: `reasoningEffortMap` has no effect any more:"
            " `thinkingLevelMap` of the model took its place (remove it)",
        ),
    ],
)
def test_a_wrong_flag_is_told_with_its_place(compat: str, problem: str) -> None:
    assert told(with_keys(f"compat: {compat}")) == [problem]


def test_a_flag_that_is_gone_keeps_no_file_from_being_used() -> None:
    text = with_keys("compat: {reasoningEffortMap: {high: max}, supportsStore: true}")
    assert only_endpoint(text).dialect.defaults == {"store": False}


def test_fields_go_with_a_level_of_thinking() -> None:
    dialect = modelled("samplingParamsByThinkingLevel: {high: {top_k: 9}}")
    assert dialect.level_defaults == {"high": {"top_k": 9}}
    (problem,) = told(
        ENTRY.replace("[acme-large]", "[{name: m, samplingParamsByThinkingLevel: {hihg: {}}}]")
    )
    assert "did you mean `high`?" in problem
