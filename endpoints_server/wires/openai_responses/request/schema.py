"""What a caller may ask in the Responses API, as far as this server understands it."""

from typing import Any

from msgspec import Raw, Struct

from endpoints_server.wires.openai_responses.schema import ABSENT


class Request(Struct):
    """The body of a request; what stands here in full is read, the rest becomes extras."""

    model: str
    input: str | list[Raw] | None = None
    instructions: str | list[Raw] | None = None
    tools: list[Raw] | None = None
    tool_choice: Raw = ABSENT
    parallel_tool_calls: bool | None = None
    text: Raw = ABSENT
    reasoning: Raw = ABSENT
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    user: str | None = None
    service_tier: str | None = None
    stream: bool | None = None


class FunctionTool(Struct):
    """A function the model may call."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Named(Struct):
    """One of the tools to choose among; those that run at the vendor have no name."""

    type: str = "function"
    name: str = ""


class Allowed(Struct):
    """A choice among some of the tools."""

    tools: list[Named]
    mode: str = "auto"


class TextAsked(Struct):
    """The body's `text`."""

    format: Raw = ABSENT


class FormatAsked(Struct):
    """The shape of the answer."""

    type: str
    name: str = ""
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class ReasoningAsked(Struct):
    """The body's `reasoning`."""

    effort: str | None = None
