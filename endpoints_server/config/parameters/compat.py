"""What is said of a model in pi's words becomes part of its Dialect."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from endpoints_server.config.parameters.lay import said
from endpoints_server.config.schema.compat import Compat
from endpoints_server.config.schema.model import ModelFacts
from endpoints_server.domain.dialect import (
    CacheRules,
    Dialect,
    Form,
    ThinkingRules,
    ToolRules,
    TurnRules,
)

OPENAI_WIRES = ("openai_chat", "openai_responses")
BUDGET = "thinking_token_budget"
FORMS: Mapping[str, Form] = MappingProxyType({"openai": "effort"})
"""Formats of thinking that are called otherwise here."""

SAMPLING = "samplingParams"
SESSIONS = {
    "openai": ("session_id", "x-client-request-id", "x-session-affinity"),
    "openai-nosession": ("x-client-request-id", "x-session-affinity"),
    "openrouter": ("x-session-id",),
}
"""Headers that tell of a conversation, by what they are called after."""


def with_facts(dialect: Dialect, facts: ModelFacts, wire: str) -> Dialect:
    """Lay what is said of a model over the dialect that its endpoint's other keys make."""
    compat, is_openai = facts.compat, wire in OPENAI_WIRES
    store = {"store": False} if compat.supports_store is True else {}
    sampling = facts.sampling_params if is_openai else {}
    routing = dict(added(compat)) if wire == "openai_chat" else {}
    said_twice = dialect.add.keys() | (dialect.defaults.keys() - sampling.keys())
    sources = {**dict.fromkeys((*store, *routing), "compat"), **dict.fromkeys(sampling, SAMPLING)}
    return replace(
        dialect,
        defaults={**store, **dialect.defaults, **sampling},
        level_defaults=by_level(facts) if is_openai else {},
        add={**routing, **dialect.add},
        refuse=tuple(refused(compat)),
        ceiling_name=said(compat.max_tokens_field, dialect.ceiling_name),
        ceiling_tokens=whole(facts.max_tokens),
        context_tokens=whole(facts.context_window),
        has_stream_usage=said(compat.supports_usage_in_streaming, dialect.has_stream_usage),
        thinking=thinking_of(dialect.thinking, facts),
        turns=turns_of(dialect.turns, facts),
        tools=tools_of(compat),
        cache=cache_of(compat, wire),
        sources={name: key for name, key in sources.items() if name not in said_twice},
    )


def by_level(facts: ModelFacts) -> dict[str, dict[str, object]]:
    """Give the fields of each level of thinking that has some."""
    levels: dict[str, dict[str, object]] = msgspec.to_builtins(
        facts.sampling_params_by_thinking_level
    )
    return levels


def added(compat: Compat) -> Iterator[tuple[str, object]]:
    """Give the fields that a gateway or a server takes beside those of the wire."""
    if compat.open_router_routing:
        yield "provider", compat.open_router_routing
    gateway: dict[str, Any] = msgspec.to_builtins(compat.vercel_gateway_routing)
    if gateway:
        yield "providerOptions.gateway", gateway
    if not isinstance(compat.vllm_priority, UnsetType):
        yield "priority", compat.vllm_priority


def refused(compat: Compat) -> Iterator[str]:
    """Name the fields that the API would refuse."""
    if compat.supports_store is False:
        yield "store"
    if compat.supports_usage_in_streaming is False:
        yield "stream_options"
    if compat.supports_temperature is False:
        yield "temperature"
    if compat.supports_max_output_tokens is False:
        yield "max_output_tokens"
    if compat.prompt_cache_key_mode == "disabled":
        yield "prompt_cache_key"


def thinking_of(rules: ThinkingRules, facts: ModelFacts) -> ThinkingRules:
    """Say how a model is asked to think; a `thinkingFormat` wins over a `reasoningFormat`."""
    compat = facts.compat
    form = said(compat.thinking_format, None)
    template = compat.chat_template_args if form == "baseten" else compat.chat_template_kwargs
    budget = BUDGET if compat.supports_thinking_token_budget is True else ""
    needs_content = compat.requires_reasoning_content_on_assistant_messages is True
    return replace(
        rules,
        is_able=said(facts.reasoning, None),
        form=rules.form if form is None else FORMS.get(form, form),
        levels=msgspec.to_builtins(facts.thinking_level_map),
        has_effort=said(compat.supports_reasoning_effort, None),
        template=msgspec.to_builtins(template),
        budget_name=said(compat.thinking_token_budget_field, budget),
        is_adaptive=compat.force_adaptive_thinking is True,
        has_tags=said(compat.think_tags, None),
        is_said=compat.requires_thinking_as_text is True,
        is_always_there=needs_content and facts.reasoning is not False,
        may_be_unsealed=compat.allow_empty_signature is True,
    )


def turns_of(rules: TurnRules, facts: ModelFacts) -> TurnRules:
    """Say what turns must be like; the role `developer` is for models that can think."""
    compat = facts.compat
    has_developer = said(compat.supports_developer_role, rules.has_developer_role)
    if has_developer and facts.reasoning is not True:
        has_developer = None if isinstance(facts.reasoning, UnsetType) else False
    return replace(
        rules,
        has_developer_role=has_developer,
        has_late_system=said(compat.supports_mid_convo_system_messages, None),
        has_images=None if isinstance(facts.input, UnsetType) else "image" in facts.input,
        has_result_names=compat.requires_tool_result_name is True,
        has_bridge=compat.requires_assistant_after_tool_result is True,
        has_content=compat.requires_non_null_assistant_content is True,
    )


def tools_of(compat: Compat) -> ToolRules:
    """Say what tools are offered like."""
    strict = said(compat.supports_strict_tools, None)
    return ToolRules(
        has_strict=said(compat.supports_strict_mode, strict),
        has_eager_input=said(compat.supports_eager_tool_input_streaming, None),
        is_streamed=compat.zai_tool_stream is True,
        is_listed=compat.requires_tools_with_tool_history is True,
    )


def cache_of(compat: Compat, wire: str) -> CacheRules:
    """Say how prompts are cached."""
    names: tuple[str, ...] = ()
    if compat.send_session_affinity_headers is True:
        names = SESSIONS[said(compat.session_affinity_format, "openai")]
    if wire == "anthropic_messages":
        names = tuple(name for name in names if name in ("x-session-affinity", "x-session-id"))
    return CacheRules(
        is_marked=compat.cache_control_format == "anthropic",
        has_hour=said(compat.supports_long_cache_retention, None),
        has_tool_marks=said(compat.supports_cache_control_on_tools, None),
        session_headers=names,
    )


def whole(amount: float | UnsetType) -> int | None:
    """Give an amount of tokens, of which pi allows fractions; None where nothing is said."""
    return None if isinstance(amount, UnsetType) else max(1, int(amount))
