"""Canonical messages become the turns of a request."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.prompt import (
    Audio,
    CacheMark,
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
from endpoints_server.wires.openai_chat.calls import write_whole_call
from endpoints_server.wires.openai_chat.reasoning import write_details
from endpoints_server.wires.openai_chat.request.extras import lay
from endpoints_server.wires.openai_chat.request.schema import Fields

FIELD = "message."
"""What begins the type of a foreign part that is a field of its turn."""


def write_messages(prompt: Prompt, dialect: Dialect, lose: Lose) -> list[Fields]:
    """Write the system text and every turn."""
    written: list[Fields] = []
    if prompt.system:
        written.append(write_system(Message(role=Role.SYSTEM, parts=prompt.system), dialect, lose))
    for message in replayed(prompt.messages, dialect):
        match message.role:
            case Role.SYSTEM:
                written.append(write_system(message, dialect, lose))
            case Role.USER:
                written += write_user(message, dialect, lose)
            case Role.ASSISTANT:
                written.append(write_assistant(message, dialect, lose))
    return written


def replayed(messages: Sequence[Message], dialect: Dialect) -> Sequence[Message]:
    """Take out the reasoning that the endpoint is not to be shown again."""
    if dialect.thinking.replay == "all":
        return messages
    start = len(messages)
    if dialect.thinking.replay == "loop":
        spoken = [number for number, message in enumerate(messages) if is_asking(message)]
        start = spoken[-1] if spoken else 0
    return [
        message if number >= start else without_thinking(message)
        for number, message in enumerate(messages)
    ]


def is_asking(message: Message) -> bool:
    """Say whether a person speaks here, rather than a tool."""
    return message.role is Role.USER and any(
        not isinstance(part, ToolResult) for part in message.parts
    )


def without_thinking(message: Message) -> Message:
    """Give a turn without its reasoning."""
    kept = tuple(part for part in message.parts if not isinstance(part, Thinking))
    return message if len(kept) == len(message.parts) else replace(message, parts=kept)


def write_system(message: Message, dialect: Dialect, lose: Lose) -> Fields:
    """Write instructions, in the role that the endpoint knows."""
    role = "developer" if dialect.turns.has_developer_role else "system"
    words = [part for part in message.parts if isinstance(part, Text | Foreign)]
    lose_all(message.parts, words, "system", lose)
    return {"role": role, **named(message), **write_content(words, "\n\n", dialect, lose)}


def write_user(message: Message, dialect: Dialect, lose: Lose) -> list[Fields]:
    """Write tool results first, since they must follow their calls, and then the user's words."""
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    words = [part for part in message.parts if not isinstance(part, ToolResult)]
    written = [write_result(result, dialect, lose) for result in results]
    shown = [part for result in results for part in result.parts if is_shown(part)]
    kept = [part for part in words if isinstance(part, Text | Image | Document | Audio | Foreign)]
    lose_all(words, kept, "user", lose)
    if shown or words or not results:
        content = write_content([*shown, *kept], "\n\n", dialect, lose)
        written.append({"role": "user", **named(message), **content})
    return written


def write_result(result: ToolResult, dialect: Dialect, lose: Lose) -> Fields:
    """Write what a tool gave as text; pictures and files follow in the user's turn."""
    if result.is_error:
        lose("tool_result.is_error")
    marked = write_mark(result.cache, dialect, lose)
    words = [part for part in result.parts if not is_shown(part)]
    content = write_content(words, "\n\n", dialect, lose)
    written = {"role": "tool", "tool_call_id": result.call_id, **content, **marked}
    return lay(written, result.extras)


def is_shown(part: Part) -> bool:
    """Say whether a part of a tool result has no place in a tool's turn."""
    return isinstance(part, Image) or (isinstance(part, Document) and not part.text)


def write_assistant(message: Message, dialect: Dialect, lose: Lose) -> Fields:
    """Write what the model said; content beside calls or a refusal may be missing."""
    parts = message.parts
    words = [part for part in parts if isinstance(part, Text | Foreign) and not is_call(part)]
    calls = [part for part in parts if isinstance(part, ToolCall)]
    foreign_calls = [part for part in parts if isinstance(part, Foreign) and is_call(part)]
    thinking = [part for part in parts if isinstance(part, Thinking)]
    refusal = "".join(part.text for part in parts if isinstance(part, Refusal))
    kept = [
        part for part in parts if isinstance(part, Text | Foreign | ToolCall | Thinking | Refusal)
    ]
    lose_all(parts, kept, "assistant", lose)
    written: Fields = {
        "role": "assistant",
        **named(message),
        **write_content(words, "", dialect, lose),
    }
    if not written["content"] and (calls or foreign_calls or refusal):
        written["content"] = None
    if refusal:
        written["refusal"] = refusal
    written |= write_thinking(thinking, dialect.thinking.key)
    if any(call.cache for call in calls):
        lose("cache_control")
    if calls or foreign_calls:
        tail = [dict(part.value) for part in foreign_calls]
        written["tool_calls"] = [lay(write_whole_call(call), call.extras) for call in calls] + tail
    return written


def write_thinking(thinking: Sequence[Thinking], key: str) -> Fields:
    """Write reasoning as text, and with its seals where it has any."""
    written: Fields = {}
    if text := "".join(part.text for part in thinking):
        written[key] = text
    if sealed := write_details(thinking):
        written["reasoning_details"] = sealed
    return written


def write_content(parts: Iterable[Part], joint: str, dialect: Dialect, lose: Lose) -> Fields:
    """Write content as text where it is only that, since many upstreams know no lists."""
    items: list[Fields] = []
    beside: Fields = {}
    for part in parts:
        marked = write_mark(getattr(part, "cache", None), dialect, lose)
        match part:
            case Foreign() if is_field(part):
                key = str(part.value["type"]).removeprefix(FIELD)
                beside[key] = part.value[key]
            case Foreign():
                items.append(dict(part.value))
            case _:
                items += [{**item, **marked} for item in write_item(part, lose)]
    if all(item.keys() == {"type", "text"} for item in items):
        return {"content": joint.join(item["text"] for item in items), **beside}
    return {"content": items, **beside}


def write_mark(cache: CacheMark | None, dialect: Dialect, lose: Lose) -> Fields:
    """Write the wish to cache up to here, where the endpoint takes it."""
    if cache is None:
        return {}
    if not dialect.cache.is_marked:
        lose("cache_control")
        return {}
    lasting = {"ttl": "1h"} if cache.ttl == "1h" else {}
    return {"cache_control": {"type": "ephemeral", **lasting}}


def write_item(part: Part, lose: Lose) -> list[Fields]:
    """Write one item of a content list; none for what this wire cannot hold."""
    match part:
        case Text():
            return [lay({"type": "text", "text": part.text}, part.extras)]
        case Image():
            return [lay(write_image(part), part.extras)]
        case Audio():
            sound = {"data": part.data, "format": part.format}
            return [{"type": "input_audio", "input_audio": sound}]
        case Document():
            return write_document(part, lose)
        case _:  # what is no content was sorted out before
            return []


def write_image(image: Image) -> Fields:
    """Write a picture by its address, or in one."""
    data_url = f"data:{image.media_type or 'image/png'};base64,{image.data}"
    inner = {"url": image.url or data_url}
    if image.detail:
        inner["detail"] = image.detail
    return {"type": "image_url", "image_url": inner}


def write_document(document: Document, lose: Lose) -> list[Fields]:
    """Write a file; plain text goes as text, and an address has no place here."""
    if document.name and not document.data:
        lose("document.name")
    if document.file_id:
        file = {"file_id": document.file_id}
        return [lay({"type": "file", "file": file}, document.extras)]
    if document.text:
        return [{"type": "text", "text": document.text}]
    if not document.data:
        lose("document.url")
        return []
    data_url = f"data:{document.media_type or 'application/pdf'};base64,{document.data}"
    file = {"filename": document.name or "document", "file_data": data_url}
    return [lay({"type": "file", "file": file}, document.extras)]


def lose_all(parts: Sequence[Part], kept: Sequence[Part], where: str, lose: Lose) -> None:
    """Name every part that a turn on this wire has no place for."""
    for part in parts:
        if part not in kept:
            lose(f"{where}.{type(part).__name__.lower()}")


def named(message: Message) -> Fields:
    """Give the name of who speaks, if there is one."""
    return {"name": message.name} if message.name else {}


def is_field(part: Foreign) -> bool:
    """Say whether a foreign part is a field of its turn."""
    return str(part.value.get("type", "")).startswith(FIELD)


def is_call(part: Part) -> bool:
    """Say whether a part is a call of a custom tool."""
    return isinstance(part, Foreign) and part.value.get("type") == "custom" and "id" in part.value
