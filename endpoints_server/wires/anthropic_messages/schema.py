"""The JSON of the Messages API as types, with only the fields that we understand."""

from typing import Literal

from msgspec import Raw, Struct

NAME = "anthropic_messages"

Object = dict[str, object]

ABSENT = Raw()
"""A field that is not there; what is there is decoded later, and apart."""


class CacheControl(Struct):
    """Where to cache the prompt up to, and for how long."""

    type: Literal["ephemeral"] = "ephemeral"
    ttl: Literal["5m", "1h"] | None = None


class Turn(Struct):
    """One element of `messages`; a list holds blocks."""

    role: Literal["user", "assistant", "system"]
    content: str | list[Raw]


class Request(Struct):
    """The body of a request; what stands here in full is read, the rest becomes extras."""

    model: str
    messages: list[Turn]
    system: str | list[Raw] | None = None
    max_tokens: int | None = None
    stop_sequences: list[str] | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    tools: list[Raw] | None = None
    tool_choice: Raw = ABSENT
    thinking: Raw = ABSENT
    output_config: Raw = ABSENT
    output_format: Raw = ABSENT
    metadata: Raw = ABSENT
    service_tier: str | None = None


class Choice(Struct):
    """The body's `tool_choice`."""

    type: Literal["auto", "any", "tool", "none"]
    name: str = ""
    disable_parallel_tool_use: bool | None = None


class ToolEntry(Struct):
    """A tool of the caller's own."""

    name: str
    type: str | None = None
    description: str | None = None
    input_schema: Object | None = None
    strict: bool | None = None
    cache_control: CacheControl | None = None


class ThinkingAsked(Struct):
    """The body's `thinking`."""

    type: str
    budget_tokens: int | None = None


class OutputAsked(Struct):
    """The body's `output_config`."""

    effort: str | None = None
    format: Raw = ABSENT


class FormatAsked(Struct):
    """The body's `output_config.format`, or `output_format` as it was called before."""

    type: str
    schema: Object | None = None


class Metadata(Struct):
    """The body's `metadata`."""

    user_id: str | None = None


class TextBlock(Struct):
    """Words."""

    text: str
    cache_control: CacheControl | None = None


class Source(Struct):
    """Where an image or a document comes from."""

    type: str
    media_type: str = ""
    data: str = ""
    url: str = ""
    file_id: str = ""
    content: str | list[Raw] = ""


class ImageBlock(Struct):
    """A picture."""

    source: Source
    cache_control: CacheControl | None = None


class DocumentBlock(Struct):
    """A file to read."""

    source: Source
    title: str | None = None
    cache_control: CacheControl | None = None


class ThinkingBlock(Struct):
    """Reasoning in the open, signed."""

    thinking: str
    signature: str | None = None


class RedactedBlock(Struct):
    """Reasoning in sealed form only."""

    data: str


class ToolUseBlock(Struct):
    """A call of one of the caller's tools."""

    id: str
    name: str
    input: Raw = ABSENT
    cache_control: CacheControl | None = None


class ToolResultBlock(Struct):
    """What a called tool gave."""

    tool_use_id: str
    content: str | list[Raw] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None


class WholeReply(Struct):
    """The body of a whole answer."""

    id: str | None = None
    type: str | None = None
    role: str | None = None
    model: str | None = None
    content: list[Raw] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: Raw = ABSENT
    error: Raw = ABSENT


class StartedMessage(Struct):
    """What `message_start` tells of the answer."""

    id: str | None = None
    model: str | None = None
    usage: Raw = ABSENT


class Delta(Struct, gc=False):
    """What a `content_block_delta` or a `message_delta` brings."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    signature: str | None = None
    citation: Raw = ABSENT
    stop_reason: str | None = None
    stop_sequence: str | None = None


class StreamEvent(Struct, gc=False):
    """One event of a stream, whatever its type."""

    type: str = ""
    index: int = 0
    delta: Delta | None = None
    content_block: Raw = ABSENT
    message: Raw = ABSENT
    usage: Raw = ABSENT
    error: Raw = ABSENT

    @property
    def is_error(self) -> bool:
        """Say whether this is an error, by its type or by what it holds."""
        return self.type == "error" or (bool(self.error) and bytes(self.error) != b"null")
