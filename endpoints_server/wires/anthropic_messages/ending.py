"""How an answer ends: why the model stopped, and token counts, told early, again and cumulative."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import Stop, StopKind
from endpoints_server.wires.anthropic_messages.schema import NAME
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.decode import is_null
from endpoints_server.wires.number import tokens

KINDS: Mapping[str, StopKind] = MappingProxyType(
    {
        "end_turn": StopKind.END,
        "max_tokens": StopKind.LENGTH,
        "model_context_window_exceeded": StopKind.LENGTH,
        "tool_use": StopKind.TOOL,
        "stop_sequence": StopKind.STOP_SEQUENCE,
        "refusal": StopKind.REFUSAL,
        "pause_turn": StopKind.PAUSE,
    }
)


WORDS: Mapping[StopKind, str] = MappingProxyType(
    {
        StopKind.END: "end_turn",
        StopKind.LENGTH: "max_tokens",
        StopKind.TOOL: "tool_use",
        StopKind.STOP_SEQUENCE: "stop_sequence",
        StopKind.FILTER: "refusal",
        StopKind.REFUSAL: "refusal",
        StopKind.PAUSE: "pause_turn",
    }
)


class Creation(Struct):
    """Cache writes by how long they are kept."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class OutputDetails(Struct):
    """What part of the output was reasoning, under either of its names."""

    thinking_tokens: int | None = None
    reasoning_tokens: int | None = None


class Counts(Struct, kw_only=True):
    """A `usage` object; None where a count was not told."""

    input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: Creation | None = None
    output_tokens: int | None = None
    output_tokens_details: OutputDetails | None = None

    @property
    def hour(self) -> int:
        """Tokens written to the cache for an hour."""
        made = self.cache_creation
        return tokens(made.ephemeral_1h_input_tokens) if made else 0

    @property
    def written(self) -> int:
        """All tokens written to the cache; the total is believed before its parts."""
        if self.cache_creation_input_tokens is not None or self.cache_creation is None:
            return tokens(self.cache_creation_input_tokens)
        return tokens(self.cache_creation.ephemeral_5m_input_tokens) + self.hour

    @property
    def thought(self) -> int:
        """Output tokens that were reasoning."""
        details = self.output_tokens_details
        return tokens(details.thinking_tokens or details.reasoning_tokens) if details else 0

    @property
    def is_placeholder(self) -> bool:
        """Zeros with no word about a cache stand where nobody counted."""
        is_zero = not (self.input_tokens or self.output_tokens)
        has_cache = self.cache_read_input_tokens is not None
        return is_zero and not has_cache and self.cache_creation_input_tokens is None


def read_stop(reason: str, sequence: str | None) -> Stop:
    """Read a `stop_reason`; one that we do not know keeps its own word."""
    kind = KINDS.get(reason, StopKind.UNKNOWN)
    return Stop(kind=kind, raw=reason, wire=NAME, sequence=sequence or "")


def write_stop(stop: Stop | None, *, has_calls: bool) -> str:
    """Give the `stop_reason`: this wire's own word where there is one, or the nearest to ours."""
    if stop and stop.wire == NAME and stop.raw:
        return stop.raw
    fallback = "tool_use" if has_calls else "end_turn"
    return WORDS.get(stop.kind, fallback) if stop else fallback


def read_counts(value: Raw) -> Counts:
    """Decode a `usage` object; one of the wrong shape tells nothing, and breaks nothing."""
    if is_null(value):
        return Counts()
    try:
        return msgspec.json.decode(value, type=Counts)
    except DECODE_ERRORS:
        return Counts()


def merge(earlier: Counts, later: Counts) -> Counts:
    """Lay later counts over earlier ones; counts only grow, so a zero does not undo a number."""
    told = {
        name: count
        for name in Counts.__struct_fields__
        if (count := getattr(later, name)) or (count == 0 and getattr(earlier, name) is None)
    }
    return replace(earlier, **told)


def read_usage(counts: Counts) -> Usage | None:
    """Sort counts into buckets that never overlap, or give None where nobody counted."""
    if counts.is_placeholder:
        return None
    output = tokens(counts.output_tokens)
    reasoning = min(counts.thought, output)
    return Usage(
        input=tokens(counts.input_tokens),
        cache_read=tokens(counts.cache_read_input_tokens),
        cache_write=max(0, counts.written - counts.hour),
        cache_write_hour=counts.hour,
        output=output - reasoning,
        reasoning=reasoning,
    )


def write_usage(usage: Usage | None) -> dict[str, object]:
    """Write a `usage` object; where nothing is known, the zeros that clients insist on."""
    if usage is None:
        return {"input_tokens": 0, "output_tokens": 0}
    written: dict[str, object] = {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write + usage.cache_write_hour,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write,
            "ephemeral_1h_input_tokens": usage.cache_write_hour,
        },
        "output_tokens": usage.total_output,
    }
    if usage.reasoning:
        written["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return written
