"""Canonical parts become the parts of a turn."""

from msgspec import Struct

from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.prompt import (
    Audio,
    Document,
    Extras,
    Foreign,
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.google_generative.calls import (
    read_arguments,
    write_call,
)
from endpoints_server.wires.google_generative.request.media import type_of_picture, type_of_url
from endpoints_server.wires.google_generative.schema import NAME, Object
from endpoints_server.wires.google_generative.write_part import write_foreign, write_thinking


class Items(Struct, frozen=True):
    """Writes parts; `names` tells a call's function by its id."""

    names: dict[str, str]
    has_rich_results: bool
    lose: Lose

    def write(self, part: Part) -> list[Object]:
        """Write one part; a text without a word is left out, as the API refuses it."""
        if getattr(part, "cache", None) is not None:
            self.lose("cache_control")
        match part:
            case Text() | Refusal() | Thinking():
                return write_words(part)
            case ToolCall():
                return [self.write_call(part)]
            case ToolResult():
                return self.write_result(part)
            case Foreign():
                return [write_foreign(part)]
            case Image() | Document() | Audio():
                return self.write_media(part)

    def write_call(self, part: ToolCall) -> Object:
        """Write a call; arguments that are no JSON object cannot be said here."""
        self.names[part.id] = part.name
        if part.arguments and read_arguments(part.arguments) is None:
            self.lose("tool_call.arguments")
        return beside(write_call(part), part.extras)

    def write_result(self, part: ToolResult) -> list[Object]:
        """Write what a function gave; pictures stand in it, or behind it for older models."""
        words = [one.text for one in part.parts if isinstance(one, Text)]
        answer = {"error" if part.is_error else "output": "\n".join(words)}
        name = self.names.get(part.call_id, part.call_id)
        response: Object = {"id": part.call_id, "name": name, "response": answer}
        others = [
            item for one in part.parts if not isinstance(one, Text) for item in self.write(one)
        ]
        if others and self.has_rich_results:
            response["parts"] = others
            others = []
        response |= part.extras.get(NAME, {})
        return [{"functionResponse": response}, *others]

    def write_media(self, part: Image | Document | Audio) -> list[Object]:
        """Write what is seen, heard or read, along with the request or by its address."""
        match part:
            case Image():
                if part.detail not in ("", "auto"):
                    self.lose("content.image.detail")
                kind = part.media_type or type_of_picture(part.data)
                return [beside(media(part.url, part.data, part.media_type or kind), part.extras)]
            case Audio():
                return [inline(part.data, f"audio/{part.format}")]
            case Document():
                return self.write_document(part)

    def write_document(self, part: Document) -> list[Object]:
        """Write a file; what is plain text is said as text."""
        if part.name:
            self.lose("document.name")
        if part.text and not part.data:
            return [beside({"text": part.text}, part.extras)]
        if not (part.file_id or part.url or part.data):
            return []
        kind = part.media_type or "application/pdf"
        return [beside(media(part.file_id or part.url, part.data, kind), part.extras)]


def write_words(part: Text | Refusal | Thinking) -> list[Object]:
    """Write words or reasoning."""
    written: Object | None = {"text": part.text}
    if isinstance(part, Thinking):
        written = write_thinking(part)
    elif isinstance(part, Text):
        written = beside({"text": part.text}, part.extras)
    is_empty = not part.text and "thoughtSignature" not in (written or {})
    return [] if is_empty or written is None else [written]


def media(url: str, data: str, media_type: str) -> Object:
    """Write a picture or a file; by its address, if it has one."""
    if not url:
        return inline(data, media_type)
    return {"fileData": {"fileUri": url, "mimeType": type_of_url(url) or media_type}}


def inline(data: str, media_type: str) -> Object:
    """Write what is sent along."""
    return {"inlineData": {"mimeType": media_type, "data": data}}


def beside(written: Object, extras: Extras) -> Object:
    """Lay what only this API knows beside what a part holds."""
    return {**written, **extras.get(NAME, {})}
