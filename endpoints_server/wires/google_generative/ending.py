"""How an answer ends: why the model stopped, and token counts, which are told cumulatively."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import Stop, StopKind
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.google_generative.decode import is_there
from endpoints_server.wires.google_generative.schema import NAME, Counts, Feedback, Object
from endpoints_server.wires.number import tokens

FILTERED = (
    *("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
    *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR"),
)
KINDS: Mapping[str, StopKind] = MappingProxyType(
    {"STOP": StopKind.END, "MAX_TOKENS": StopKind.LENGTH} | dict.fromkeys(FILTERED, StopKind.FILTER)
)
"""What else there is (a malformed call, for one) has no counterpart, and keeps its own word."""

WORDS: Mapping[StopKind, str] = MappingProxyType(
    {
        StopKind.LENGTH: "MAX_TOKENS",
        StopKind.FILTER: "SAFETY",
        StopKind.REFUSAL: "SAFETY",
        StopKind.UNKNOWN: "OTHER",
    }
)


def read_stop(reason: str, *, has_calls: bool) -> Stop:
    """Read a `finishReason`, which is the same for an answer and for a call of a function."""
    kind = KINDS.get(reason, StopKind.UNKNOWN)
    if has_calls and kind is StopKind.END:
        kind = StopKind.TOOL
    return Stop(kind=kind, raw=reason, wire=NAME)


def read_block(feedback: Raw) -> Stop | None:
    """Read why a prompt was blocked, if it was."""
    if not is_there(feedback):
        return None
    try:
        reason = msgspec.json.decode(feedback, type=Feedback).block_reason
    except DECODE_ERRORS:
        return None
    return Stop(kind=StopKind.FILTER, raw=reason, wire=NAME) if reason else None


def write_stop(stop: Stop | None) -> str:
    """Give the `finishReason`: this wire's own word where there is one, or the nearest to ours."""
    if stop and stop.wire == NAME and stop.raw:
        return stop.raw
    return WORDS.get(stop.kind, "STOP") if stop else "STOP"


def read_usage(value: Raw) -> Usage | None:
    """Sort counts into buckets that never overlap; None where nobody counted.

    Cached tokens are inside `promptTokenCount`; what tools brought into the prompt is not.
    """
    if not is_there(value):
        return None
    try:
        counts = msgspec.json.decode(value, type=Counts)
    except DECODE_ERRORS:
        return None
    if counts.prompt_token_count is None and counts.candidates_token_count is None:
        return None
    prompt = tokens(counts.prompt_token_count)
    cache_read = tokens(counts.cached_content_token_count)
    cache_write = tokens(counts.cache_write_token_count)
    fresh = max(0, prompt - cache_read - cache_write)
    return Usage(
        input=fresh + tokens(counts.tool_use_prompt_token_count),
        cache_read=cache_read,
        cache_write=cache_write,
        output=tokens(counts.candidates_token_count),
        reasoning=tokens(counts.thoughts_token_count),
    )


def write_usage(usage: Usage) -> Object:
    """Write a `usageMetadata` object; what is zero stays away, as in the API's own answers."""
    written: Object = {"promptTokenCount": usage.total_input}
    if usage.cache_read:
        written["cachedContentTokenCount"] = usage.cache_read
    if cache_write := usage.cache_write + usage.cache_write_hour:
        written["cacheWriteTokenCount"] = cache_write
    written["candidatesTokenCount"] = usage.output
    if usage.reasoning:
        written["thoughtsTokenCount"] = usage.reasoning
    written["totalTokenCount"] = usage.total
    return written
