"""The turns of a request become canonical messages."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.talk.prompt import (
    Audio,
    CacheMark,
    Document,
    Foreign,
    Image,
    Message,
    Part,
    Refusal,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.openai_chat.assembler import text_in
from endpoints_server.wires.openai_chat.calls import arguments_text, read_seal
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.reasoning import read_details
from endpoints_server.wires.openai_chat.request.extras import gather, unknown
from endpoints_server.wires.openai_chat.request.schema import (
    AskedCall,
    AskedMessage,
    CacheControl,
    CalledFunction,
    ContentPart,
    Fields,
    File,
    ImageUrl,
    InputAudio,
)

DATA_URL = re.compile(r"data:([^;,]*)(?:;[^;,]*)*;base64,")
T = TypeVar("T")
SYSTEM = {"system", "developer"}


def read_messages(
    asked: Sequence[AskedMessage], loose: Sequence[Fields]
) -> tuple[tuple[Part, ...], tuple[Message, ...]]:
    """Give the system text that leads, and the turns; tool results join the user's turn."""
    system: list[Part] = []
    messages: list[Message] = []
    legacy_ids: dict[str, str] = {}
    for place, (message, fields) in enumerate(zip(asked, loose, strict=True)):
        path = f"$.messages[{place}]"
        if message.function_call is not None:
            legacy_ids[message.function_call.name] = f"call_{place}"
        read = read_message(message, fields, path, legacy_ids)
        if message.role in SYSTEM and not messages and not message.name:
            system += read.parts
        else:
            messages.append(read)
    return tuple(system), tuple(join_results(messages))


def join_results(messages: Iterable[Message]) -> list[Message]:
    """Join tool results that follow each other, and the user's words after them."""
    joined: list[Message] = []
    for message in messages:
        last = joined[-1] if joined else None
        if last and message.role is Role.USER and not message.name and ends_in_result(last):
            joined[-1] = replace(last, parts=last.parts + message.parts)
        else:
            joined.append(message)
    return joined


def ends_in_result(message: Message) -> bool:
    """Say whether the last thing in a turn is a tool result."""
    return bool(message.parts) and isinstance(message.parts[-1], ToolResult)


def read_message(
    message: AskedMessage, fields: Fields, path: str, legacy_ids: dict[str, str]
) -> Message:
    """Read one turn; a mark on the whole turn goes to its last part."""
    if message.role in {"tool", "function"}:
        return Message(role=Role.USER, parts=(read_result(message, fields, path, legacy_ids),))
    if message.role == "assistant":
        role, parts = Role.ASSISTANT, read_assistant(message, fields, path, legacy_ids)
    else:
        role = Role.SYSTEM if message.role in SYSTEM else Role.USER
        parts = read_content(message, fields, path)
    parts += [
        Foreign(wire=NAME, value={"type": f"message.{key}", key: value})
        for key, value in unknown(fields, AskedMessage).items()
    ]
    return Message(role=role, parts=mark_last(parts, message), name=message.name or "")


def mark_last(parts: list[Part], message: AskedMessage) -> tuple[Part, ...]:
    """Put a cache mark that stands on a turn onto the last part that can bear it."""
    mark = mark_of(message.cache_control)
    if mark is None:
        return tuple(parts)
    for place in reversed(range(len(parts))):
        part = parts[place]
        if isinstance(part, Text | Image | Document | ToolCall | ToolResult):
            parts[place] = replace(part, cache=mark)
            break
    return tuple(parts)


def read_assistant(
    message: AskedMessage, fields: Fields, path: str, legacy_ids: dict[str, str]
) -> list[Part]:
    """Read what the model said: reasoning, words, a refusal, and its calls."""
    thought = message.reasoning_content or message.reasoning or message.reasoning_text or ""
    parts: list[Part] = list(read_details(message.reasoning_details or (), thought))
    calls = message.tool_calls or []
    has_more = bool(parts or calls or message.function_call or message.refusal)
    if not has_more or message.content:
        parts += read_content(message, fields, path)
    if message.refusal:
        parts.append(Refusal(text=message.refusal))
    for call, call_fields in zip(calls, fields.get("tool_calls") or (), strict=True):
        parts.append(read_call(call, call_fields))
    if message.function_call is not None:
        function = message.function_call
        arguments = arguments_text(function.arguments)
        id = legacy_ids[function.name]
        parts.append(ToolCall(id=id, name=function.name, arguments=arguments))
    return parts


def read_call(call: AskedCall, fields: Fields) -> Part:
    """Read one call; a call of a custom tool means nothing elsewhere."""
    if call.function is None:
        return Foreign(wire=NAME, value=fields)
    return ToolCall(
        id=call.id,
        name=call.function.name,
        arguments=arguments_text(call.function.arguments),
        cache=mark_of(call.cache_control),
        seal=read_seal(call.extra_content),
        extras=gather(fields, AskedCall, "function", CalledFunction),
    )


def read_result(
    message: AskedMessage, fields: Fields, path: str, legacy_ids: dict[str, str]
) -> ToolResult:
    """Read what a tool gave; before there were call ids the function's name told which."""
    call_id = message.tool_call_id
    if message.role == "function":
        call_id = legacy_ids.get(message.name or "", message.name)
    if not call_id:
        raise Failed(missing(path, "tool_call_id"))
    parts = read_content(message, fields, path)
    extras = gather(fields, AskedMessage)
    if message.role == "tool" and message.name:
        extras = {NAME: {**extras.get(NAME, {}), "name": message.name}}
    return ToolResult(
        call_id=call_id,
        parts=tuple(part for part in parts if isinstance(part, Text | Image | Document | Foreign)),
        cache=mark_of(message.cache_control),
        extras=extras,
    )


def read_content(message: AskedMessage, fields: Fields, path: str) -> list[Part]:
    """Read content that is text or a list of parts."""
    match message.content:
        case None:
            return []
        case str(text):
            return [Text(text=text)]
        case items:
            pairs = zip(items, fields["content"], strict=True)
            return [
                read_part(item, loose, f"{path}.content[{place}]")
                for place, (item, loose) in enumerate(pairs)
            ]


def read_part(item: ContentPart, fields: Fields, path: str) -> Part:
    """Read one item of a content list; types not known here stay as they are."""
    cache = mark_of(item.cache_control)
    match item.type:
        case "text" | "input_text" | "output_text":
            text = needed(item.text, path, "text")
            return Text(text=text, cache=cache, extras=gather(fields, ContentPart))
        case "image_url":
            if item.image_url is None:
                raise Failed(missing(path, "image_url"))
            extras = gather(fields, ContentPart, "image_url", ImageUrl)
            return replace(read_image(item.image_url), cache=cache, extras=extras)
        case "input_audio":
            sound: InputAudio = needed(item.input_audio, path, "input_audio")
            return Audio(format=sound.format, data=sound.data)
        case "file":
            document = read_file(needed(item.file, path, "file"), path)
            extras = gather(fields, ContentPart, "file", File)
            return replace(document, cache=cache, extras=extras)
        case _:
            return read_rare_part(item, fields, path)


def read_rare_part(item: ContentPart, fields: Fields, path: str) -> Part:
    """Read an item of the history, or keep one of a type that only this wire may know."""
    match item.type:
        case "refusal":
            return Refusal(text=needed(item.refusal, path, "refusal"))
        case "thinking":
            return Thinking(text=text_in(item.thinking))
        case _:  # audio of an earlier answer, video, and what comes next
            return Foreign(wire=NAME, value=fields)


def read_image(image: ImageUrl | str) -> Image:
    """Read a picture from a data URL, or keep its address."""
    url, detail = (image, "") if isinstance(image, str) else (image.url, image.detail or "")
    if found := DATA_URL.match(url):
        data = url[found.end() :]
        return Image(media_type=found[1], data=data, detail=detail)
    return Image(url=url, detail=detail)


def read_file(file: File, path: str) -> Document:
    """Read a file that was sent along, is somewhere on the web, or was uploaded before."""
    name = file.filename or ""
    if file.file_id:
        return Document(file_id=file.file_id, wire=NAME, name=name)
    content = needed(file.file_data, path, "file.file_data")
    if found := DATA_URL.match(content):
        data = content[found.end() :]
        return Document(media_type=found[1], data=data, name=name)
    if content.startswith(("http://", "https://")):
        return Document(url=content, name=name)
    return Document(media_type="application/pdf", data=content, name=name)


def mark_of(control: CacheControl | None) -> CacheMark | None:
    """Read the wish to cache."""
    if control is None:
        return None
    return CacheMark("1h" if control.ttl == "1h" else "5m")


def needed(value: T | None, path: str, key: str) -> T:
    """Give a value that must be there; raises Failed(bad_request)."""
    if value is None:
        raise Failed(missing(path, key))
    return value


def missing(path: str, key: str) -> Fault:
    """Say which field a request lacks."""
    message = f"The request body is not valid: missing required field `{key}` - at `{path}`"
    return Fault(kind=Kind.BAD_REQUEST, message=message, param=f"{path.removeprefix('$.')}.{key}")
