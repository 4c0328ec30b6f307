"""The JSON of an answer of the Generative Language API as types, with what we understand of it."""

from msgspec import Raw, Struct

NAME = "google_generative"

Object = dict[str, object]

ABSENT = Raw()
"""A field that is not there; what is there is decoded later, and apart."""


class FunctionCall(Struct, gc=False):
    """A call of one of the caller's functions; it comes whole, and often without an id."""

    name: str | None = None
    id: str | None = None
    args: Raw = ABSENT


class Piece(Struct, rename="camel", gc=False):
    """One part of an answer, or a piece of one; of another kind than these it has no field here."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCall | None = None


class Content(Struct):
    """What a candidate says; there may be no parts at all."""

    parts: list[Piece] | None = None


class Candidate(Struct, rename="camel"):
    """One of the answers; what is told about its words stays as it is."""

    content: Content | None = None
    finish_reason: str | None = None
    index: int | None = None
    citation_metadata: Raw = ABSENT
    grounding_metadata: Raw = ABSENT
    url_context_metadata: Raw = ABSENT


class Chunk(Struct, rename="camel"):
    """A whole answer, or one element of a stream, which looks the same."""

    candidates: list[Candidate] | None = None
    prompt_feedback: Raw = ABSENT
    usage_metadata: Raw = ABSENT
    model_version: str | None = None
    response_id: str | None = None
    error: Raw = ABSENT


class Feedback(Struct, rename="camel"):
    """What is said of a prompt; one that was blocked has no candidates."""

    block_reason: str | None = None


class Counts(Struct, rename="camel"):
    """A `usageMetadata` object; None where a count was not told.

    `cache_write_token_count` is our own, for an upstream of another wire that tells it.
    """

    prompt_token_count: int | None = None
    cached_content_token_count: int | None = None
    cache_write_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
