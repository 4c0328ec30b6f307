"""Parts become content blocks."""

from base64 import b64decode
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw

from endpoints_server.domain.talk.prompt import (
    Audio,
    CacheMark,
    Document,
    Extras,
    Foreign,
    Image,
    Part,
    Refusal,
    Seal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.anthropic_messages.schema import NAME, Object
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.foreign_seal import enclose
from endpoints_server.wires.sse import frame

MAGIC: Mapping[str, str] = MappingProxyType(
    {
        "/9j/": "image/jpeg",
        "iVBOR": "image/png",
        "R0lGOD": "image/gif",
        "UklGR": "image/webp",
    }
)
"""How the base64 of each kind of picture that the API takes begins."""


def write_block(part: Part) -> Object | None:
    """Write one part as a block, or give None where this wire has none for it."""
    block: Object | None = None
    match part:
        case Text():
            block = marked({"type": "text", "text": part.text}, part.cache, part.extras)
        case Refusal():
            block = {"type": "text", "text": part.text}
        case Image():
            source: Object = {"type": "image", "source": image_source(part)}
            block = marked(source, part.cache, part.extras)
        case Document():
            block = write_document(part)
        case Thinking():
            block = write_thinking(part)
        case ToolCall():
            block = write_call(part)
        case ToolResult():
            block = write_result(part)
        case Foreign():
            block = dict(part.value) if part.wire == NAME else None
        case Audio():
            block = None
    return block


def write_document(part: Document) -> Object:
    """Write a file with its name as the title."""
    block: Object = {"type": "document", "source": document_source(part)}
    if part.name:
        block["title"] = part.name
    written = marked(block, part.cache, part.extras)
    return {**written, "source": part.extras.get(NAME, {}).get("source", block["source"])}


def write_thinking(part: Thinking) -> Object | None:
    """Write reasoning; clients expect a signature even where there is none."""
    value = seal_of(part.seal)
    if part.seal and part.seal.is_redacted and not (part.text and part.seal.wire != NAME):
        return {"type": "redacted_thinking", "data": value} if value else None
    return {"type": "thinking", "thinking": part.text, "signature": value}


def write_call(part: ToolCall) -> Object:
    """Write a call; its input keeps the bytes of its arguments, or is empty where they are none."""
    block: Object = {"type": "tool_use", "id": part.id, "name": part.name}
    block["input"] = read_input(part.arguments) or Raw(b"{}")
    return marked(block, part.cache, part.extras)


def write_result(part: ToolResult) -> Object:
    """Write what a tool gave; texts that are empty are left out, as the API refuses them."""
    inner = [found for each in part.parts if (found := write_block(each)) and not is_blank(found)]
    block: Object = {"type": "tool_result", "tool_use_id": part.call_id, "content": plain(inner)}
    if part.is_error:
        block["is_error"] = True
    return marked(block, part.cache, part.extras)


def image_source(part: Image) -> Object:
    """Tell where a picture comes from; a missing media type is told by how the picture begins."""
    if part.url:
        return {"type": "url", "url": part.url}
    seen = next((kind for start, kind in MAGIC.items() if part.data.startswith(start)), "image/png")
    return {"type": "base64", "media_type": part.media_type or seen, "data": part.data}


def document_source(part: Document) -> Object:
    """Tell where a file comes from; the API takes plain text as text, not as base64."""
    if part.file_id:
        return {"type": "file", "file_id": part.file_id}
    if part.url:
        return {"type": "url", "url": part.url}
    text = part.text or plain_text(part)
    if text or not part.data:
        return {"type": "text", "media_type": "text/plain", "data": text}
    media_type = part.media_type or "application/pdf"
    return {"type": "base64", "media_type": media_type, "data": part.data}


def plain_text(part: Document) -> str:
    """Decode a text file that came as base64; empty where it is none."""
    if not part.media_type.startswith("text/"):
        return ""
    try:
        return b64decode(part.data, validate=True).decode()
    except ValueError:
        return ""


def read_input(arguments: str) -> Raw | None:
    """Give arguments as a JSON object with their bytes kept, or None where they are none."""
    try:
        msgspec.json.decode(arguments, type=Object)
    except DECODE_ERRORS:
        return None
    return Raw(arguments)


def write_call_seal(seal: Seal) -> Object:
    """Write the seal of a call, which has no place for one, as reasoning that stands before it."""
    return {"type": "redacted_thinking", "data": enclose(seal, is_of_call=True)}


def seal_of(seal: Seal | None) -> str:
    """Give a seal, in an envelope where it is another wire's; empty without one."""
    if seal is None:
        return ""
    return seal.value if seal.wire == NAME else enclose(seal)


def marked(block: Object, cache: CacheMark | None, extras: Extras) -> Object:
    """Put the cache mark and the extras of this wire on a block."""
    if cache:
        block["cache_control"] = {"type": "ephemeral"} | (
            {"ttl": "1h"} if cache.ttl == "1h" else {}
        )
    return overlaid(extras.get(NAME, {}), block)


def overlaid(lower: Mapping[str, object], upper: Object) -> Object:
    """Lay an object over another; where both hold an object under a name, one level deeper."""
    result = {**lower, **upper}
    for name, below in lower.items():
        above = upper.get(name)
        if isinstance(below, Mapping) and isinstance(above, Mapping):
            result[name] = {**below, **above}
    return result


def plain(blocks: list[Object]) -> object:
    """Give a lone text as a string, and anything else as the list it is."""
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        return blocks[0]["text"]
    return blocks or ""


def is_blank(block: Object) -> bool:
    """Say whether a block is a text without a word, which the API refuses."""
    return block["type"] == "text" and not str(block["text"]).strip()


def write_event(event: Object) -> bytes:
    """Write one event of a stream under its own name."""
    return frame(msgspec.json.encode(event), str(event["type"]).encode())
