"""Items, of the input and of the output alike, become turns and their parts."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import msgspec
from msgspec import Raw

from endpoints_server.domain.talk.prompt import (
    Audio,
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
from endpoints_server.wires.decode import is_null
from endpoints_server.wires.openai_responses.decode import filed, refusal, take, take_all
from endpoints_server.wires.openai_responses.schema import (
    NAME,
    CallItem,
    ClosedPart,
    ContentPart,
    MessageItem,
    Object,
    OutputItem,
    ReasoningItem,
    Typed,
    Worded,
)
from endpoints_server.wires.openai_responses.seals import read_seal

T = TypeVar("T")

DATA_URL = re.compile(r"data:([^;,]*)(?:;[^;,]*)*;base64,")
PARAGRAPH = "\n\n"
"""What stands between the pieces of a reasoning's summary."""

TOLD_BY_CALLER = re.compile(r"_output$|^mcp_approval_response$")
"""Items that only this wire knows, and that come from the caller."""


def read_item(value: Raw, where: str) -> Message:
    """Read one item as a turn of its own; of a kind that we do not know, it stays as it is."""
    told = take(value, Typed, where)
    kind = told.type or ("message" if told.role else None)
    if kind is None:
        raise refusal(f"{where}.type", "an item needs a `type`")
    reader = READERS.get(kind)
    if reader is not None:
        return reader(value, where)
    role = Role.USER if TOLD_BY_CALLER.search(kind) else Role.ASSISTANT
    return Message(role=role, parts=(Foreign(wire=NAME, value=take(value, Object, where)),))


def read_message(value: Raw, where: str) -> Message:
    """Read a turn."""
    item = take(value, MessageItem, where)
    role = Role.SYSTEM if item.role == "developer" else Role(item.role)
    if isinstance(item.content, str):
        parts: tuple[Part, ...] = (Text(text=item.content),)
    else:
        parts = read_content(item.content or [], f"{where}.content")
    return Message(role=role, parts=parts)


def read_content(content: list[Raw], where: str) -> tuple[Part, ...]:
    """Read a list of content parts."""
    return tuple(read_part(part, f"{where}[{place}]") for place, part in enumerate(content))


def read_part(value: Raw, where: str) -> Part:
    """Read one content part; of a type that we do not know, it stays as it is."""
    part, rest = take_all(value, ContentPart, ClosedPart, where)
    match part.type:
        case "input_text" | "output_text" | "text":
            return read_text(part, rest, where)
        case "refusal":
            return Refusal(text=needed(part.refusal, where, "refusal"))
        case "input_image" if part.image_url:
            return read_image(part.image_url, part.detail)
        case "input_file" if part.file_id or part.file_data or part.file_url:
            return read_file(part)
        case "input_audio":
            sound = needed(part.input_audio, where, "input_audio")
            return Audio(format=sound.format, data=sound.data)
        case _:  # a picture in the vendor's own store, and what came after us
            return Foreign(wire=NAME, value=take(value, Object, where))


def read_text(part: ContentPart, rest: Object, where: str) -> Text:
    """Read words; citations, and probabilities where there are any, become extras."""
    kept = dict(rest)
    if part.annotations:
        kept["annotations"] = part.annotations
    if not is_null(part.logprobs) and bytes(part.logprobs) != b"[]":
        kept["logprobs"] = take(part.logprobs, object, f"{where}.logprobs")
    return Text(text=needed(part.text, where, "text"), extras=filed(kept))


def read_image(url: str, detail: str | None) -> Image:
    """Read a picture from a data URL, or keep its address; `auto` is what no detail means."""
    wanted = "" if detail in (None, "auto") else str(detail)
    if found := DATA_URL.match(url):
        return Image(media_type=found[1], data=url[found.end() :], detail=wanted)
    return Image(url=url, detail=wanted)


def read_file(part: ContentPart) -> Document:
    """Read a file that was sent along, is somewhere on the web, or was uploaded before."""
    name = part.filename or ""
    if part.file_id:
        return Document(file_id=part.file_id, wire=NAME, name=name)
    if part.file_url:
        return Document(url=part.file_url, name=name)
    content = part.file_data or ""
    if found := DATA_URL.match(content):
        return Document(media_type=found[1], data=content[found.end() :], name=name)
    return Document(media_type="application/pdf", data=content, name=name)


def read_call(value: Raw, where: str) -> Message:
    """Read a call; its own id is told by `call_id`, and by the item's where there is none."""
    item = take(value, CallItem, where)
    id = item.call_id or item.id
    arguments = item.arguments or ""
    if not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments).decode()
    call = ToolCall(id=needed(id, where, "call_id"), name=item.name, arguments=arguments)
    return Message(role=Role.ASSISTANT, parts=(call,))


def read_result(value: Raw, where: str) -> Message:
    """Read what a tool gave; what is neither text nor content is told as its JSON."""
    item = take(value, OutputItem, where)
    match item.output:
        case None | "":
            parts: tuple[Part, ...] = ()
        case str(text):
            parts = (Text(text=text),)
        case list():
            content = take(value, dict[str, Raw], where)["output"]
            parts = read_content(take(content, list[Raw], where), f"{where}.output")
        case other:
            parts = (Text(text=msgspec.json.encode(other).decode()),)
    inner = tuple(inner_part(part, f"{where}.output") for part in parts)
    return Message(role=Role.USER, parts=(ToolResult(call_id=item.call_id, parts=inner),))


def inner_part(part: Part, where: str) -> Text | Image | Document | Foreign:
    """Allow in a result what a result can hold."""
    if isinstance(part, Text | Image | Document | Foreign):
        return part
    raise refusal(where, "a tool's output holds text, pictures and files")


def read_reasoning(value: Raw, where: str) -> Message:
    """Read reasoning; of that which holds no word and no seal only its issuer can make anything."""
    item = take(value, ReasoningItem, where)
    text = words_in(item.summary) or words_in(item.content)
    if item.encrypted_content:
        seal = read_seal(item.encrypted_content, has_text=bool(text))
        return Message(role=Role.ASSISTANT, parts=(Thinking(text=text, seal=seal),))
    part = Thinking(text=text) if text else Foreign(wire=NAME, value=take(value, Object, where))
    return Message(role=Role.ASSISTANT, parts=(part,))


def words_in(pieces: list[Worded] | None) -> str:
    """Join the pieces of a reasoning."""
    return PARAGRAPH.join(piece.text for piece in pieces or () if piece.text)


def needed(value: T | None, where: str, key: str) -> T:
    """Give a value that must be there; raises Failed(bad_request)."""
    if value is None:
        raise refusal(f"{where}.{key}", f"missing required field `{key}`")
    return value


READERS: Mapping[str, Callable[[Raw, str], Message]] = MappingProxyType(
    {
        "message": read_message,
        "reasoning": read_reasoning,
        "function_call": read_call,
        "function_call_output": read_result,
    }
)
