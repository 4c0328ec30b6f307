"""LibreChat's names for parameters become the names each wire has for them."""

from collections.abc import Iterator, Mapping

from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.domain.endpoint import Dialect

WIRE_NAMES: Mapping[str, Mapping[str, str]] = {
    "openai_chat": {
        "maxTokens": "max_tokens",
        "maxCompletionTokens": "max_completion_tokens",
        "topP": "top_p",
        "topK": "top_k",
        "frequencyPenalty": "frequency_penalty",
        "presencePenalty": "presence_penalty",
        "logitBias": "logit_bias",
        "topLogprobs": "top_logprobs",
        "stopSequences": "stop",
    },
    "anthropic_messages": {
        "maxTokens": "max_tokens",
        "maxOutputTokens": "max_tokens",
        "maxCompletionTokens": "max_tokens",
        "max_completion_tokens": "max_tokens",
        "topP": "top_p",
        "topK": "top_k",
        "stop": "stop_sequences",
        "stopSequences": "stop_sequences",
    },
}
"""Per wire, what LibreChat calls otherwise; every other name is sent as it is."""

SWITCHES = frozenset(
    {
        "web_search",
        "promptCache",
        "promptCacheTtl",
        "useResponsesApi",
        "disableStreaming",
        "streaming",
        "streamUsage",
    }
)
"""What LibreChat's own client acts on and never sends."""

UNTOUCHABLE = frozenset({"messages", "stream", "apiKey"})
"""What neither `addParams` nor `dropParams` may change: it belongs to the caller."""


def dialect_of(entry: CustomEndpoint, wire: str) -> Dialect:
    """Compile what an endpoint adds to requests and drops from them."""
    names = WIRE_NAMES.get(wire, {})
    added = dict(renamed(entry.add_params, names))
    dropped = [names.get(name, name) for name in entry.drop_params if is_sent(name)]
    return Dialect(add=added, drop=tuple(dict.fromkeys(dropped)))


def renamed(
    parameters: Mapping[str, object], names: Mapping[str, str]
) -> Iterator[tuple[str, object]]:
    """Rename parameters; where both spellings stand, the wire's own comes last and wins."""
    sent = {name: value for name, value in parameters.items() if is_sent(name)}
    yield from ((names[name], value) for name, value in sent.items() if name in names)
    yield from ((name, value) for name, value in sent.items() if name not in names)


def is_sent(name: str) -> bool:
    """Say whether a parameter is one that requests carry and endpoints may change."""
    return name not in SWITCHES and name not in UNTOUCHABLE
