"""Content blocks become parts."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Raw, Struct
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import (
    CacheMark,
    Document,
    Extras,
    Foreign,
    Image,
    Part,
    Seal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.anthropic_messages.decode import filed, refusal, take
from endpoints_server.wires.anthropic_messages.schema import (
    NAME,
    CacheControl,
    DocumentBlock,
    ImageBlock,
    Object,
    RedactedBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from endpoints_server.wires.decode import is_null, left_over
from endpoints_server.wires.foreign_seal import MARK, disclose


def read_content(content: str | Sequence[Raw], where: str) -> tuple[Part, ...]:
    """Read a turn's content, a string or a list of blocks; raises Failed(bad_request)."""
    if isinstance(content, str):
        return (Text(text=content),)
    parts: list[Part] = []
    seal: Seal | None = None
    for index, block in enumerate(content):
        path = f"{where}.{index}"
        found = call_seal_in(block, path)
        part = None if found else read_part(block, path)
        seal = found or seal
        if seal is not None and isinstance(part, ToolCall):
            part, seal = replace(part, seal=seal), None
        if part is not None:
            parts.append(part)
    return tuple(parts)


def call_seal_in(block: Raw, where: str) -> Seal | None:
    """Read reasoning that is nothing but the seal of the call behind it."""
    if MARK not in bytes(block):
        return None
    found = disclose(take(block, Object, where).get("data"))
    return found.seal if found and found.is_of_call else None


def read_part(value: Raw, where: str) -> Part:
    """Read one block; of a type that we do not know, it stays as it is."""
    fields = take(value, Object, where)
    kind = fields.get("type")
    if not isinstance(kind, str):
        raise refusal(f"{where}.type", "Expected `str`")
    reader = READERS.get(kind)
    return reader(value, fields, where) if reader else Foreign(wire=NAME, value=fields)


def read_text(value: Raw, fields: Object, where: str) -> Part:
    """Read words; citations and the like become extras."""
    block = take(value, TextBlock, where)
    return Text(
        text=block.text, cache=read_mark(block.cache_control), extras=extras_of(fields, TextBlock)
    )


def read_image(value: Raw, fields: Object, where: str) -> Part:
    """Read a picture; one in the vendor's own file store is of use to this wire alone."""
    block = take(value, ImageBlock, where)
    source = block.source
    if source.type not in ("base64", "url"):
        return Foreign(wire=NAME, value=fields)
    return Image(
        media_type=source.media_type,
        data=source.data,
        url=source.url,
        cache=read_mark(block.cache_control),
        extras=extras_of(fields, ImageBlock),
    )


def read_document(value: Raw, fields: Object, where: str) -> Part:
    """Read a file; `source.content` is read as its text, and kept for this wire as it was."""
    block = take(value, DocumentBlock, where)
    source = block.source
    document = Document(
        media_type=source.media_type,
        url=source.url,
        name=block.title or "",
        cache=read_mark(block.cache_control),
        extras=extras_of(fields, DocumentBlock),
    )
    match source.type:
        case "base64" | "url":
            return replace(document, data=source.data)
        case "text":
            return replace(document, text=source.data)
        case "file":
            return replace(document, file_id=source.file_id, wire=NAME)
        case "content":
            parts = read_content(source.content, f"{where}.source.content")
            text = "\n".join(part.text for part in parts if isinstance(part, Text))
            kept = {**document.extras.get(NAME, {}), "source": fields["source"]}
            return replace(document, text=text, extras={NAME: kept})
        case _:  # a kind of source that came after us
            return Foreign(wire=NAME, value=fields)


def read_thinking(value: Raw, _fields: Object, where: str) -> Part:
    """Read reasoning with its signature."""
    block = take(value, ThinkingBlock, where)
    return Thinking(text=block.thinking, seal=read_signature(block.signature))


def read_redacted(value: Raw, _fields: Object, where: str) -> Part:
    """Read reasoning that came in sealed form only."""
    data = take(value, RedactedBlock, where).data
    found = disclose(data)
    return Thinking(seal=found.seal if found else Seal(NAME, data, is_redacted=True))


def read_signature(signature: str | None) -> Seal | None:
    """Read a signature, which may be an envelope around the seal of another wire."""
    found = disclose(signature)
    if found is not None:
        return found.seal
    return Seal(NAME, signature) if signature else None


def read_call(value: Raw, fields: Object, where: str) -> Part:
    """Read a call; its input stays the text that the model wrote, and none is an empty one."""
    block = take(value, ToolUseBlock, where)
    arguments = b"{}" if is_null(block.input) else bytes(block.input)
    take(arguments, Object, f"{where}.input")
    return ToolCall(
        id=block.id,
        name=block.name,
        arguments=arguments.decode(),
        cache=read_mark(block.cache_control),
        extras=extras_of(fields, ToolUseBlock),
    )


def read_result(value: Raw, fields: Object, where: str) -> Part:
    """Read what a tool gave; empty content is no parts at all."""
    block = take(value, ToolResultBlock, where)
    parts = read_content(block.content, f"{where}.content") if block.content else ()
    return ToolResult(
        call_id=block.tool_use_id,
        parts=tuple(inner_part(part, f"{where}.content") for part in parts),
        is_error=bool(block.is_error),
        cache=read_mark(block.cache_control),
        extras=extras_of(fields, ToolResultBlock),
    )


def inner_part(part: Part, where: str) -> Text | Image | Document | Foreign:
    """Allow in a result what a result can hold."""
    if isinstance(part, Text | Image | Document | Foreign):
        return part
    raise refusal(where, "a tool result cannot hold thinking, calls or results")


def read_mark(control: CacheControl | None) -> CacheMark | None:
    """Read a cache mark; five minutes unless it says an hour."""
    return CacheMark(control.ttl or "5m") if control else None


def extras_of(fields: Object, shape: type[Struct]) -> Extras:
    """Keep what is left over of a block, and of its cache mark."""
    kept = left_over(fields, shape)
    control = fields.get("cache_control")
    if isinstance(control, dict) and (unknown := left_over(control, CacheControl)):
        kept["cache_control"] = unknown
    if kept.get("citations") == []:
        del kept["citations"]
    return filed(kept)


READERS: Mapping[str, Callable[[Raw, Object, str], Part]] = MappingProxyType(
    {
        "text": read_text,
        "image": read_image,
        "document": read_document,
        "thinking": read_thinking,
        "redacted_thinking": read_redacted,
        "tool_use": read_call,
        "tool_result": read_result,
    }
)
