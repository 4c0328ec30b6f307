"""The canonical request: what a caller wants, whatever wire it was said in."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from msgspec import Struct

Extras = Mapping[str, Mapping[str, object]]
"""What only one wire understands, filed under the name of that wire."""


class Seal(Struct, frozen=True):
    """A wire's opaque proof on a part; shown again only to the wire that issued it.

    `is_redacted` marks reasoning that arrived only in sealed form.
    """

    wire: str
    value: str
    is_redacted: bool = False


class CacheMark(Struct, frozen=True):
    """The caller's wish to cache the prompt up to here, for `5m` or `1h`."""

    ttl: Literal["5m", "1h"] = "5m"


class Text(Struct, frozen=True, kw_only=True, tag="text"):
    """Words."""

    text: str
    cache: CacheMark | None = None
    extras: Extras = {}


class Image(Struct, frozen=True, kw_only=True, tag="image"):
    """A picture: base64 `data` with its media type, or a `url`."""

    media_type: str = ""
    data: str = ""
    url: str = ""
    detail: str = ""
    cache: CacheMark | None = None
    extras: Extras = {}


class Document(Struct, frozen=True, kw_only=True, tag="document"):
    """A file to read: base64 `data`, a `url`, plain `text`, or a `file_id` of `wire`."""

    media_type: str = ""
    data: str = ""
    url: str = ""
    text: str = ""
    file_id: str = ""
    wire: str = ""
    name: str = ""
    cache: CacheMark | None = None
    extras: Extras = {}


class Audio(Struct, frozen=True, kw_only=True, tag="audio"):
    """Sound: base64 `data` in a named format."""

    format: str
    data: str


class Thinking(Struct, frozen=True, kw_only=True, tag="thinking"):
    """Reasoning, with the seal of the wire that issued it where there is one."""

    text: str = ""
    seal: Seal | None = None


class Refusal(Struct, frozen=True, kw_only=True, tag="refusal"):
    """The model's own words for declining."""

    text: str = ""


class ToolCall(Struct, frozen=True, kw_only=True, tag="tool_call"):
    """A function the model wants called; `arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str = ""
    cache: CacheMark | None = None
    seal: Seal | None = None
    extras: Extras = {}


class ToolResult(Struct, frozen=True, kw_only=True, tag="tool_result"):
    """What a called function gave."""

    call_id: str
    parts: "tuple[Text | Image | Document | Foreign, ...]" = ()
    is_error: bool = False
    cache: CacheMark | None = None
    extras: Extras = {}


class Foreign(Struct, frozen=True, kw_only=True, tag="foreign"):
    """A part only one wire understands, kept as it was (server tools and their results)."""

    wire: str
    value: Mapping[str, object]


Part = Text | Image | Document | Audio | Thinking | Refusal | ToolCall | ToolResult | Foreign


class Role(StrEnum):
    """Who speaks; tool results are a user's parts."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Message(Struct, frozen=True, kw_only=True):
    """One turn; a system turn in the middle of a conversation stays where it was."""

    role: Role
    parts: tuple[Part, ...]
    name: str = ""


class Tool(Struct, frozen=True, kw_only=True):
    """A function the model may call; `parameters` is a JSON Schema object."""

    name: str
    description: str = ""
    parameters: Mapping[str, object] | None = None
    is_strict: bool | None = None
    cache: CacheMark | None = None
    extras: Extras = {}


class ForeignTool(Struct, frozen=True, kw_only=True):
    """A tool only one wire understands, kept as it was.

    One that searches the web has `details`, the names of what it says beyond that; the search
    itself is `has_web_search` of the prompt, and other wires have it too.
    """

    wire: str
    value: Mapping[str, object]
    details: tuple[str, ...] | None = None


class ToolChoice(Struct, frozen=True, kw_only=True):
    """Whether tools are offered (`auto`), withheld (`none`), required, or one is named (`tool`)."""

    mode: Literal["auto", "none", "required", "tool"] = "auto"
    name: str = ""


class Sampling(Struct, frozen=True, kw_only=True):
    """How the next token is drawn; None leaves it to the model."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: tuple[str, ...] = ()
    count: int = 1


class Reasoning(Struct, frozen=True, kw_only=True):
    """How much to think.

    `effort` is one of off, minimal, low, medium, high, xhigh, max, or empty where only a token
    budget was given; `is_adaptive` leaves the amount to the model.
    """

    effort: str = ""
    budget_tokens: int | None = None
    is_adaptive: bool = False


class Format(Struct, frozen=True, kw_only=True):
    """The shape asked of the answer: any JSON object, or JSON after a schema."""

    kind: Literal["json", "schema"]
    name: str = ""
    description: str = ""
    schema: Mapping[str, object] | None = None
    is_strict: bool | None = None


class Prompt(Struct, frozen=True, kw_only=True):
    """One request in canonical form; `ceiling_tokens` bounds the output."""

    model: str
    messages: tuple[Message, ...]
    system: tuple[Part, ...] = ()
    tools: tuple[Tool | ForeignTool, ...] = ()
    tool_choice: ToolChoice | None = None
    is_parallel: bool | None = None
    sampling: Sampling = Sampling()
    ceiling_tokens: int | None = None
    reasoning: Reasoning | None = None
    format: Format | None = None
    has_web_search: bool = False
    is_stream: bool = False
    has_stream_usage: bool = False
    user: str = ""
    service_tier: str = ""
    extras: Extras = {}


def texts_of(prompt: Prompt) -> list[str]:
    """Gather every piece of text a model would read, for estimating tokens."""
    found: list[str] = []
    for part in prompt.system:
        gather(part, found)
    for message in prompt.messages:
        for part in message.parts:
            gather(part, found)
    for tool in prompt.tools:
        match tool:
            case Tool():
                found += [tool.name, tool.description, str(tool.parameters or "")]
            case ForeignTool():
                found.append(str(tool.value))
    return found


def gather(part: Part, found: list[str]) -> None:
    """Add the texts of one part to those found."""
    match part:
        case Text() | Thinking() | Refusal() | Document():
            found.append(part.text)
        case ToolCall():
            found += [part.name, part.arguments]
        case ToolResult():
            for inner in part.parts:
                gather(inner, found)
        case Foreign():
            found.append(str(part.value))
        case Image() | Audio():
            return
