"""Canonical messages become the items of an input."""

from collections.abc import Iterable, Iterator, Sequence

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.prompt import (
    Audio,
    Document,
    Foreign,
    Image,
    Message,
    Part,
    Prompt,
    Refusal,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.openai_responses.schema import NAME, Object
from endpoints_server.wires.openai_responses.seals import write_seal
from endpoints_server.wires.openai_responses.write_items import summary_part

SYSTEM = (Text, Foreign)
USER = (Text, Image, Document, Audio, Foreign)
ON_A_TURN = "message."
"""What begins the name of a field that stands on a turn, kept on its first words."""

CONTENT_TYPES = frozenset({"input_image", "input_file", "input_text"})
"""Foreign parts that are content; every other is an item."""


def write_input(prompt: Prompt, dialect: Dialect, lose: Lose) -> list[Object]:
    """Write the system text and every turn."""
    role = "developer" if dialect.turns.has_developer_role else "system"
    items: list[Object] = []
    if prompt.system:
        items += write_turn(prompt.system, role, SYSTEM, lose)
    for message in prompt.messages:
        if message.name:
            lose("messages.name")
        match message.role:
            case Role.SYSTEM:
                items += write_turn(message.parts, role, SYSTEM, lose)
            case Role.USER:
                items += write_user(message, lose)
            case Role.ASSISTANT:
                items += write_assistant(message, lose)
    return items


def write_user(message: Message, lose: Lose) -> Iterator[Object]:
    """Write tool results first, since they must follow their calls, and then the user's words."""
    words: list[Part] = []
    for part in message.parts:
        match part:
            case ToolResult():
                yield write_result(part, lose)
            case Foreign() if part.value.get("type") not in CONTENT_TYPES:
                yield dict(part.value)
            case _:
                words.append(part)
    if words or not message.parts:
        yield from write_turn(words, "user", USER, lose)


def write_assistant(message: Message, lose: Lose) -> Iterator[Object]:
    """Write what the model said and did, in order."""
    words: list[Object] = []
    for part in message.parts:
        if isinstance(part, Text | Refusal):
            words.append(spoken(part, lose))
            continue
        if words:
            yield turn("assistant", words)
            words = []
        item = write_deed(part, lose)
        if item is not None:
            yield item
    if words:
        yield turn("assistant", words)


def write_deed(part: Part, lose: Lose) -> Object | None:
    """Write a part of the assistant's that is an item of its own."""
    match part:
        case ToolCall():
            lose_mark(part.cache, lose)
            item: Object = {"type": "function_call", "call_id": part.id, "name": part.name}
            return item | {"arguments": part.arguments or "{}"}
        case Thinking() if part.seal is not None:
            return write_reasoning(part, write_seal(part.seal))
        case Thinking():  # the API takes back only what it sealed
            lose("reasoning.history")
            return None
        case Foreign():
            return dict(part.value)
        case _:
            lose(f"assistant.{type(part).__name__.lower()}")
            return None


def write_reasoning(part: Thinking, sealed: str) -> Object:
    """Write reasoning as the API gave it, but for its id: nothing is kept under it."""
    summary = [summary_part(part.text)] if part.text else []
    return {"type": "reasoning", "summary": summary, "encrypted_content": sealed}


def spoken(part: Text | Refusal, lose: Lose) -> Object:
    """Write what the model said."""
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    lose_mark(part.cache, lose)
    return {"type": "output_text", "text": part.text, **part.extras.get(NAME, {})}


def write_turn(
    parts: Iterable[Part], role: str, kinds: tuple[type[Part], ...], lose: Lose
) -> list[Object]:
    """Write a turn of words, pictures and files, naming what has no place in it."""
    content: list[Object] = []
    for part in parts:
        if isinstance(part, kinds):
            content += write_content(part, lose)
        else:
            lose(f"{role}.{type(part).__name__.lower()}")
    return [turn(role, content)] if content else []


def turn(role: str, content: list[Object]) -> Object:
    """Write a turn; fields of its own were kept on its first words."""
    first = content[0]
    own = {name: first.pop(name) for name in [*first] if name.startswith(ON_A_TURN)}
    plain = first.get("text") if len(content) == 1 and first.keys() == {"type", "text"} else None
    is_plain = plain is not None and role != "assistant"
    written: Object = {"type": "message", "role": role, "content": plain if is_plain else content}
    return written | {name.removeprefix(ON_A_TURN): value for name, value in own.items()}


def write_content(part: Part, lose: Lose) -> list[Object]:
    """Write one content part; none for what this wire cannot hold."""
    lose_mark(getattr(part, "cache", None), lose)
    match part:
        case Text():
            return [{"type": "input_text", "text": part.text, **part.extras.get(NAME, {})}]
        case Image():
            url = part.url or f"data:{part.media_type or 'image/png'};base64,{part.data}"
            return [{"type": "input_image", "image_url": url, "detail": part.detail or "auto"}]
        case Document():
            return [write_document(part, lose)]
        case Audio():
            sound = {"data": part.data, "format": part.format}
            return [{"type": "input_audio", "input_audio": sound}]
        case Foreign():
            return [dict(part.value)]
        case _:  # what is no content was sorted out before
            return []


def write_document(document: Document, lose: Lose) -> Object:
    """Write a file; plain text goes as text."""
    if document.name and not document.data:
        lose("document.name")
    if document.file_id:
        return {"type": "input_file", "file_id": document.file_id}
    if document.url:
        return {"type": "input_file", "file_url": document.url}
    if not document.data:
        return {"type": "input_text", "text": document.text}
    data_url = f"data:{document.media_type or 'application/pdf'};base64,{document.data}"
    return {"type": "input_file", "filename": document.name or "document", "file_data": data_url}


def write_result(result: ToolResult, lose: Lose) -> Object:
    """Write what a tool gave: its words, or a list where there are pictures and files in it."""
    if result.is_error:
        lose("tool_result.is_error")
    lose_mark(result.cache, lose)
    return {
        "type": "function_call_output",
        "call_id": result.call_id,
        "output": output_of(result.parts, lose),
    }


def output_of(parts: Sequence[Part], lose: Lose) -> str | list[Object]:
    """Write the parts of a result."""
    content = [item for part in parts for item in write_content(part, lose)]
    if not content:
        return ""
    plain = content[0].get("text") if content[0].keys() == {"type", "text"} else None
    return str(plain) if len(content) == 1 and plain is not None else content


def lose_mark(cache: object, lose: Lose) -> None:
    """Name a wish to cache, which this wire has no place for."""
    if cache is not None:
        lose("cache_control")
