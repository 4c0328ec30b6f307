"""How an answer ended: why it stopped and what it used, both ways."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import Stop, StopKind
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.decode import is_null
from endpoints_server.wires.number import tokens
from endpoints_server.wires.openai_responses.schema import (
    NAME,
    Answer,
    Counts,
    InputDetails,
    Object,
    OutputDetails,
)
from endpoints_server.wires.reported_cost import nano_usd_of

INCOMPLETE = "incomplete"

KINDS: Mapping[str, StopKind] = MappingProxyType(
    {
        "max_output_tokens": StopKind.LENGTH,
        "max_tokens": StopKind.LENGTH,
        "content_filter": StopKind.FILTER,
    }
)
"""What is told of an answer that is not complete."""

REASONS: Mapping[StopKind, str] = MappingProxyType(
    {
        StopKind.LENGTH: "max_output_tokens",
        StopKind.FILTER: "content_filter",
        StopKind.REFUSAL: "content_filter",
    }
)
"""The stops that leave an answer incomplete; all others complete it."""


def read_stop(answer: Answer, *, has_calls: bool) -> Stop:
    """Read why a model stopped; there is no word for calls, which complete an answer."""
    if answer.status == INCOMPLETE:
        reason = (answer.incomplete_details and answer.incomplete_details.reason) or ""
        return Stop(kind=KINDS.get(reason, StopKind.LENGTH), raw=reason or INCOMPLETE, wire=NAME)
    kind = StopKind.TOOL if has_calls else StopKind.END
    return Stop(kind=kind, raw=answer.status or "completed", wire=NAME)


def write_stop(stop: Stop | None) -> Object:
    """Write an answer's `status`, and why it is not complete."""
    reason = REASONS.get(stop.kind) if stop else None
    if reason is None:
        return {"status": "completed", "incomplete_details": None}
    return {"status": INCOMPLETE, "incomplete_details": {"reason": reason}}


def read_counts(value: Raw) -> Counts:
    """Decode a `usage` object; one of the wrong shape tells nothing, and breaks nothing."""
    if is_null(value):
        return Counts()
    try:
        return msgspec.json.decode(value, type=Counts)
    except DECODE_ERRORS:
        return Counts()


def read_usage(counts: Counts) -> Usage | None:
    """Sort counts into buckets that never overlap; None where nothing was counted.

    Cached tokens are inside `input_tokens`, reasoning inside `output_tokens`, except where the
    total shows that it was left out of both. Whatever is said to be cached is counted so.
    """
    if counts.input_tokens is None and counts.output_tokens is None:
        return None
    cached = counts.input_tokens_details or InputDetails()
    thought = counts.output_tokens_details or OutputDetails()
    given, answered = tokens(counts.input_tokens), tokens(counts.output_tokens)
    answered += max(0, tokens(counts.total_tokens) - given - answered)
    cache_read, cache_write = tokens(cached.cached_tokens), tokens(cached.cache_write_tokens)
    reasoning = min(tokens(thought.reasoning_tokens), answered)
    return Usage(
        input=max(0, given - cache_read - cache_write),
        cache_read=cache_read,
        cache_write=cache_write,
        output=answered - reasoning,
        reasoning=reasoning,
    )


def read_cost(counts: Counts) -> int | None:
    """Read what the upstream says it charges, in nano-USD; None where it does not, or nonsense."""
    return nano_usd_of(counts.cost, counts.cost_in_usd_ticks)


def write_usage(usage: Usage | None) -> Object | None:
    """Write counts in the shape of this wire, where details are part of the sums."""
    if usage is None:
        return None
    written = usage.cache_write + usage.cache_write_hour
    return {
        "input_tokens": usage.total_input,
        "input_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": written},
        "output_tokens": usage.total_output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }
