"""What pi says of a model, as the Dialect that it compiles into."""

from typing import Any

from endpoints_server.domain.dialect import (
    CacheRules,
    Dialect,
    ThinkingRules,
    ToolRules,
    TurnRules,
)

SESSIONS = {
    "openai": ("session_id", "x-client-request-id", "x-session-affinity"),
    "openai-nosession": ("x-client-request-id", "x-session-affinity"),
    "openrouter": ("x-session-id",),
}


def dialect_of(model: dict[str, Any], wire: str) -> Dialect:
    c = model.get("compat", {})
    is_chat = wire == "openai_chat"
    able = model.get("reasoning", False)
    refuse = []
    if c.get("supportsStore") is False:
        refuse.append("store")
    if c.get("supportsTemperature") is False:
        refuse.append("temperature")
    if c.get("promptCacheKeyMode") == "disabled":
        refuse.append("prompt_cache_key")
    if c.get("supportsUsageInStreaming") is False:
        refuse.append("stream_options")
    add = {}
    if c.get("openRouterRouting"):
        add["provider"] = c["openRouterRouting"]
    if c.get("vercelGatewayRouting"):
        add["providerOptions.gateway"] = c["vercelGatewayRouting"]
    if "vllmPriority" in c:
        add["priority"] = c["vllmPriority"]
    form = c.get("thinkingFormat")
    store = {"store": False} if c.get("supportsStore") else {}
    session = ()
    if c.get("sendSessionAffinityHeaders"):
        session = SESSIONS[c.get("sessionAffinityFormat", "openai")]
        if not is_chat:
            session = tuple(s for s in session if s in ("x-session-affinity", "x-session-id"))
    return Dialect(
        defaults={**store, **(model.get("samplingParams", {}) if is_chat else {})},
        level_defaults=model.get("samplingParamsByThinkingLevel", {}),
        add=add,
        refuse=tuple(refuse),
        ceiling_name=c.get("maxTokensField"),
        ceiling_tokens=model.get("maxTokens"),
        context_tokens=model.get("contextWindow"),
        has_stream_usage=c.get("supportsUsageInStreaming", True),
        thinking=ThinkingRules(
            is_able=able,
            form="effort" if form == "openai" else form,
            levels=model.get("thinkingLevelMap", {}),
            has_effort=c.get("supportsReasoningEffort"),
            template=c.get("chatTemplateArgs" if form == "baseten" else "chatTemplateKwargs", {}),
            budget_name=c.get("thinkingTokenBudgetField")
            or ("thinking_token_budget" if c.get("supportsThinkingTokenBudget") else ""),
            is_adaptive=c.get("forceAdaptiveThinking", False),
            is_said=c.get("requiresThinkingAsText", False),
            is_always_there=bool(c.get("requiresReasoningContentOnAssistantMessages")) and able,
            may_be_unsealed=c.get("allowEmptySignature", False),
        ),
        turns=TurnRules(
            has_developer_role=(c["supportsDeveloperRole"] and able)
            if "supportsDeveloperRole" in c
            else None,
            has_late_system=c.get("supportsMidConvoSystemMessages"),
            has_images="image" in model.get("input", ["text"]),
            has_result_names=c.get("requiresToolResultName", False),
            has_bridge=c.get("requiresAssistantAfterToolResult", False),
            has_content=c.get("requiresNonNullAssistantContent", False),
        ),
        tools=ToolRules(
            has_strict=c.get("supportsStrictMode"),
            has_eager_input=c.get("supportsEagerToolInputStreaming"),
            is_streamed=c.get("zaiToolStream", False),
            is_listed=c.get("requiresToolsWithToolHistory", False),
        ),
        cache=CacheRules(
            is_marked=c.get("cacheControlFormat") == "anthropic",
            has_hour=c.get("supportsLongCacheRetention"),
            has_tool_marks=c.get("supportsCacheControlOnTools"),
            session_headers=session,
        ),
    )
