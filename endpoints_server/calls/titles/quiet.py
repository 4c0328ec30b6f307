"""An endpoint as it is asked for a title: no thinking, no tools, no limits but ours."""

from collections.abc import Mapping

from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.route import Route

THINKING = frozenset(
    {
        *("reasoning_effort", "reasoning", "include_reasoning", "effort", "verbosity"),
        *(
            "thinking",
            "thinkingConfig",
            "thinkingBudget",
            "thinkingLevel",
            "includeThoughts",
            "enable_thinking",
        ),
        *("output_config", "chat_template_kwargs", "think"),
    }
)
"""What asks for thoughts; what switches them off is kept."""
OTHERS = frozenset(
    {
        *("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"),
        *("maxTokens", "maxCompletionTokens", "n", "logprobs", "top_logprobs", "stop"),
        *("stop_sequences", "stream", "streaming", "stream_options", "response_format"),
        *("tools", "tool_choice", "parallel_tool_calls", "functions", "function_call"),
        *("candidateCount", "stopSequences", "responseMimeType", "responseSchema"),
        *("responseJsonSchema", "responseModalities", "toolConfig", "cachedContent"),
        *("web_search", "web_search_options", "plugins", "modalities", "audio", "prediction"),
    }
)
OFF = frozenset({"none", "off", "disabled", "false"})


def quiet(route: Route, limit_seconds: float) -> Route:
    """Give a route as a title takes it, within a time limit."""
    endpoint = replace(route.endpoint, timeouts=route.endpoint.timeouts.within(limit_seconds))
    model = replace(route.model, dialect=quiet_dialect(route.dialect))
    return Route(endpoint=endpoint, model=model)


def quiet_dialect(dialect: Dialect) -> Dialect:
    """Take out of a dialect what is meant for the conversation itself."""
    return replace(
        dialect,
        add=fit_for_titles(dialect.add),
        defaults=fit_for_titles(dialect.defaults),
        turns=replace(dialect.turns, opening=""),
    )


def fit_for_titles(parameters: Mapping[str, object]) -> dict[str, object]:
    """Keep the parameters that a title is asked for with too."""
    return {name: value for name, value in parameters.items() if is_fit(name, value)}


def is_fit(path: str, value: object) -> bool:
    """Say whether a parameter concerns a title."""
    names = frozenset(path.split("."))
    return names.isdisjoint(OTHERS) and (names.isdisjoint(THINKING) or is_off(value))


def is_off(value: object) -> bool:
    """Say whether a value of a parameter for thinking switches it off."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value == 0
        case str():
            return value.lower() in OFF
        case dict():
            return any(is_off(inner) for inner in value.values())
        case _:  # nothing else says so
            return False
