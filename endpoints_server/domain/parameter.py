"""What each parameter is called on each wire, whichever of its names it was written under."""

from collections.abc import Mapping
from types import MappingProxyType

WEB_SEARCH = "web_search"
"""A wish that every wire has, each in a form of its own; a wire's request writer gives it that."""

CEILINGS = ("max_tokens", "max_completion_tokens")
"""The names of the token ceiling: one parameter, of which a request carries one."""

UNSENT = (
    *("promptCache", "promptCacheTtl", "useResponsesApi"),
    *("disableStreaming", "streaming", "streamUsage"),
    *("promptPrefix", "modelLabel", "chatGptLabel", "resendFiles", "imageDetail"),
    *("maxContextTokens", "fileTokenLimit", "artifacts"),
)
"""What LibreChat's own client acts on; no request carries it."""

SHARED = {
    "maxTokens": "max_tokens",
    "maxOutputTokens": "max_tokens",
    "maxCompletionTokens": "max_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "webSearch": WEB_SEARCH,
    "toolChoice": "tool_choice",
    "serviceTier": "service_tier",
} | dict.fromkeys(UNSENT, "")

WITHIN = "generationConfig."
NAMES_WITHIN = (
    *("temperature", "topP", "topK", "seed", "candidateCount", "stopSequences"),
    *("frequencyPenalty", "presencePenalty", "responseMimeType", "responseSchema"),
    *("responseJsonSchema", "responseModalities", "mediaResolution"),
)
"""What is asked for inside an object there, under the name it has elsewhere at the top."""

CEILINGS_ELSEWHERE = (*CEILINGS, "maxTokens", "maxOutputTokens", "maxCompletionTokens")
EVERY_CEILING = (*CEILINGS_ELSEWHERE, "max_output_tokens", WITHIN + "maxOutputTokens")
"""The ceiling under the names of all wires, and of those who write for them."""

NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "openai_chat": SHARED
        | {
            "frequencyPenalty": "frequency_penalty",
            "presencePenalty": "presence_penalty",
            "logitBias": "logit_bias",
            "topLogprobs": "top_logprobs",
            "stopSequences": "stop",
            "promptCacheKey": "prompt_cache_key",
            "promptCacheRetention": "prompt_cache_retention",
            "safetyIdentifier": "safety_identifier",
            "parallelToolCalls": "parallel_tool_calls",
            "responseFormat": "response_format",
            "reasoningEffort": "reasoning_effort",
            "thinkingBudget": "thinking.budget_tokens",
            "reasoning_summary": "reasoning.summary",
            "reasoning_mode": "reasoning.mode",
            "reasoning_context": "reasoning.context",
        },
        "openai_responses": SHARED
        | {
            "max_tokens": "max_output_tokens",
            "max_completion_tokens": "max_output_tokens",
            "maxTokens": "max_output_tokens",
            "maxOutputTokens": "max_output_tokens",
            "maxCompletionTokens": "max_output_tokens",
            "topLogprobs": "top_logprobs",
            "promptCacheKey": "prompt_cache_key",
            "promptCacheRetention": "prompt_cache_retention",
            "safetyIdentifier": "safety_identifier",
            "parallelToolCalls": "parallel_tool_calls",
            "effort": "reasoning.effort",
            "reasoningEffort": "reasoning.effort",
            "reasoning_effort": "reasoning.effort",
            "reasoning_summary": "reasoning.summary",
            "reasoning_mode": "reasoning.mode",
            "reasoning_context": "reasoning.context",
            "verbosity": "text.verbosity",
        },
        "anthropic_messages": SHARED
        | {
            "max_completion_tokens": "max_tokens",
            "stop": "stop_sequences",
            "stopSequences": "stop_sequences",
            "thinkingBudget": "thinking.budget_tokens",
            "thinkingDisplay": "thinking.display",
            "effort": "output_config.effort",
            "reasoningEffort": "output_config.effort",
            "reasoning_effort": "output_config.effort",
            "user": "metadata.user_id",
        },
        "google_generative": SHARED
        | dict.fromkeys(CEILINGS_ELSEWHERE, WITHIN + "maxOutputTokens")
        | {name: WITHIN + name for name in NAMES_WITHIN}
        | {
            "top_p": WITHIN + "topP",
            "top_k": WITHIN + "topK",
            "n": WITHIN + "candidateCount",
            "stop": WITHIN + "stopSequences",
            "frequency_penalty": WITHIN + "frequencyPenalty",
            "presence_penalty": WITHIN + "presencePenalty",
            "thinking": WITHIN + "thinkingConfig.includeThoughts",
            "thinkingBudget": WITHIN + "thinkingConfig.thinkingBudget",
            "thinkingLevel": WITHIN + "thinkingConfig.thinkingLevel",
        },
    }
)
"""Per wire, what is called otherwise there: a name, a dotted path, or nothing where it is not sent.

Every name that does not stand here is the wire's own.
"""

SHARED_BY_OPENAI = (
    *("metadata", "top_logprobs", "safety_identifier"),
    *("prompt_cache_key", "prompt_cache_retention"),
)
OWN_WORDS = ("effort", "thinkingDisplay")
"""LibreChat's words for how a model thinks, which each wire understands as far as it can."""

KINDRED: Mapping[tuple[str, str], Mapping[str, str]] = MappingProxyType(
    {
        ("openai_chat", "openai_responses"): {name: name for name in SHARED_BY_OPENAI}
        | {"verbosity": "text.verbosity", "effort": "effort"},
        ("openai_chat", "anthropic_messages"): {name: name for name in OWN_WORDS},
        ("openai_responses", "openai_chat"): {name: name for name in SHARED_BY_OPENAI}
        | {"text.verbosity": "verbosity"},
    }
)
"""By two wires, what means the same on both though no other wire has it."""


def wire_name(wire: str, name: str) -> str:
    """Give the wire's name or dotted path for a parameter; empty for what is never sent."""
    return NAMES.get(wire, {}).get(name, name)
