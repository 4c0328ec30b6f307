"""The JSON of the Responses API as types, with only the fields that we understand."""

from typing import Any, Literal

from msgspec import Raw, Struct

NAME = "openai_responses"

Object = dict[str, object]

ABSENT = Raw()
"""A field that is not there; what is there is decoded later, and apart."""

Count = int | float | None


class Typed(Struct, gc=False):
    """What tells the kind of an item; a message may go without a type."""

    type: str | None = None
    role: str | None = None


class MessageItem(Struct):
    """A turn, an answer's where it does not say whose; a list holds content parts."""

    role: Literal["user", "assistant", "system", "developer"] = "assistant"
    content: str | list[Raw] | None = None
    type: str | None = None
    id: str | None = None
    status: str | None = None


class InputAudio(Struct):
    """Sound in base64."""

    data: str
    format: str


class ContentPart(Struct):
    """A piece of a turn or of what a tool gave; what a type needs is checked where it is read."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None
    detail: str | None = None
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    filename: str | None = None
    input_audio: InputAudio | None = None
    annotations: list[Any] | None = None
    logprobs: Raw = ABSENT


class ClosedPart(ContentPart, forbid_unknown_fields=True):
    """A content part that has nothing more."""


class ClosedMessage(MessageItem, forbid_unknown_fields=True):
    """A turn that has nothing more."""


class CallItem(Struct):
    """A function that the model calls; `id` is the item's own, and another than the call's."""

    name: str
    call_id: str | None = None
    id: str | None = None
    arguments: str | dict[str, Any] | None = None


class OutputItem(Struct):
    """What a called function gave: text, content parts, or any JSON at some clients."""

    call_id: str
    output: Any = None


class Worded(Struct, gc=False):
    """A piece of reasoning."""

    text: str | None = None


class ReasoningItem(Struct):
    """Reasoning: a summary, or the raw text, or only its sealed form."""

    summary: list[Worded] | None = None
    content: list[Worded] | None = None
    encrypted_content: str | None = None


class Incomplete(Struct, gc=False):
    """Why an answer is not complete."""

    reason: str | None = None


class InputDetails(Struct, gc=False):
    """How the input's tokens divide."""

    cached_tokens: Count = None
    cache_write_tokens: Count = None


class OutputDetails(Struct, gc=False):
    """How the output's tokens divide."""

    reasoning_tokens: Count = None


class Counts(Struct, gc=False):
    """A `usage` object, and what some vendors say they charge."""

    input_tokens: Count = None
    output_tokens: Count = None
    total_tokens: Count = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None
    cost: Any = None
    cost_in_usd_ticks: Count = None


class Answer(Struct):
    """A whole answer, which is also what the first and the last event of a stream hold."""

    id: str | None = None
    model: str | None = None
    created_at: Count = None
    status: str | None = None
    error: Any = None
    incomplete_details: Incomplete | None = None
    output: list[Raw] | None = None
    usage: Raw = ABSENT


class StreamEvent(Struct, gc=False):
    """One event of a stream, whatever its type."""

    type: str = ""
    sequence_number: int | None = None
    output_index: int | None = None
    content_index: int | None = None
    summary_index: int | None = None
    delta: str | None = None
    item: Raw = ABSENT
    part: Raw = ABSENT
    response: Raw = ABSENT
    error: Raw = ABSENT
