"""How an answer ended: why it stopped and what it used, both ways."""

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import Stop, StopKind
from endpoints_server.wires.number import tokens
from endpoints_server.wires.openai_chat.reply_schema import Chunk, Counts
from endpoints_server.wires.reported_cost import nano_usd_of

NAME = "openai_chat"

KINDS = {
    "": StopKind.END,
    "stop": StopKind.END,
    "end": StopKind.END,
    "eos": StopKind.END,
    "end_turn": StopKind.END,
    "length": StopKind.LENGTH,
    "max_tokens": StopKind.LENGTH,
    "model_length": StopKind.LENGTH,
    "tool_calls": StopKind.TOOL,
    "tool_use": StopKind.TOOL,
    "function_call": StopKind.TOOL,
    "stop_sequence": StopKind.STOP_SEQUENCE,
    "content_filter": StopKind.FILTER,
    "refusal": StopKind.REFUSAL,
}

REASONS = {
    StopKind.END: "stop",
    StopKind.LENGTH: "length",
    StopKind.TOOL: "tool_calls",
    StopKind.STOP_SEQUENCE: "stop",
    StopKind.FILTER: "content_filter",
    StopKind.REFUSAL: "content_filter",
    StopKind.PAUSE: "stop",
    StopKind.UNKNOWN: "stop",
}


def read_stop(reason: str, *, has_calls: bool) -> Stop:
    """Understand a finish reason; vendors say `stop` or nothing though tools were called."""
    kind = KINDS.get(reason, StopKind.UNKNOWN)
    if has_calls and kind is StopKind.END:
        kind = StopKind.TOOL
    return Stop(kind=kind, raw=reason, wire=NAME)


def write_stop(stop: Stop | None, *, has_calls: bool) -> str:
    """Give the finish reason for a stop; a reply that says none is taken to be whole."""
    if stop is None:
        return "tool_calls" if has_calls else "stop"
    if stop.kind is StopKind.UNKNOWN and stop.wire == NAME and stop.raw:
        return stop.raw
    return REASONS[stop.kind]


def counts_in(chunk: Chunk) -> Counts | None:
    """Find the counts of a chunk in the places vendors put them."""
    if chunk.usage is not None:
        return chunk.usage
    if chunk.x_groq is not None and chunk.x_groq.usage is not None:
        return chunk.x_groq.usage
    for choice in chunk.choices or ():
        if choice.usage is not None:
            return choice.usage
    return None


def read_usage(counts: Counts) -> Usage | None:
    """Make counts disjoint; None where nothing was counted yet.

    Cached tokens are inside `prompt_tokens`, reasoning inside `completion_tokens`, except where
    the total shows that reasoning was left out of both, or that cached tokens stand beside.
    Whatever is said to be cached is counted so, also where it is more than all that went in.
    """
    if counts.prompt_tokens is None and counts.completion_tokens is None:
        return None
    prompt, completion = tokens(counts.prompt_tokens), tokens(counts.completion_tokens)
    details = counts.completion_tokens_details
    reasoning = tokens(details.reasoning_tokens) if details else 0
    cache_read, cache_write = cached_in(counts), written_in(counts)
    unsaid = tokens(counts.total_tokens) - prompt - completion
    if unsaid == cache_read + cache_write != reasoning:
        prompt, unsaid = prompt + unsaid, 0
    spoken = completion + max(0, unsaid)
    reasoning = min(reasoning, spoken)
    return Usage(
        input=max(0, prompt - cache_read - cache_write),
        cache_read=cache_read,
        cache_write=cache_write,
        output=spoken - reasoning,
        reasoning=reasoning,
    )


def read_cost(counts: Counts) -> int | None:
    """Read what the upstream says it charges, in nano-USD; None where it does not, or nonsense."""
    return nano_usd_of(counts.cost, counts.cost_in_usd_ticks)


def cached_in(counts: Counts) -> int:
    """Find what was read from a cache, by the first name that says so."""
    details = counts.prompt_tokens_details
    named = (
        details.cached_tokens if details else None,
        counts.cached_tokens,
        counts.prompt_cache_hit_tokens,
        counts.cache_read_input_tokens,
    )
    return next((tokens(count) for count in named if count is not None), 0)


def written_in(counts: Counts) -> int:
    """Find what was written to a cache, by the first name that says so."""
    details = counts.prompt_tokens_details
    named = (
        details.cache_write_tokens if details else None,
        details.cache_creation_tokens if details else None,
        counts.cache_creation_input_tokens,
    )
    return next((tokens(count) for count in named if count is not None), 0)


def write_usage(usage: Usage) -> dict[str, object]:
    """Write counts in the shape of this wire, where details are part of the sums."""
    details = {"cached_tokens": usage.cache_read}
    if written := usage.cache_write + usage.cache_write_hour:
        details["cache_write_tokens"] = written
    return {
        "prompt_tokens": usage.total_input,
        "completion_tokens": usage.total_output,
        "total_tokens": usage.total,
        "prompt_tokens_details": details,
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }
