"""The parts of a turn become canonical ones."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw

from endpoints_server.domain.talk.prompt import (
    Audio,
    Document,
    Extras,
    Foreign,
    Image,
    Part,
    Text,
    Thinking,
    ToolResult,
)
from endpoints_server.wires.google_generative.calls import Conversation, read_call, read_seal
from endpoints_server.wires.google_generative.decode import (
    Fields,
    items_of,
    on_one_line,
    open_object,
    optional,
    refusal,
    rest_of,
    take,
)
from endpoints_server.wires.google_generative.request.media import SOUNDS, type_of_url
from endpoints_server.wires.google_generative.schema import NAME, FunctionCall, Object

UPLOADED = re.compile(r"gs://|https?://[^/]+/v1(?:beta)?/files/")
"""How the address begins of a file that only this API can read."""

WORDS = ("output", "result", "error")
"""What a function's answer is called where it is nothing but words."""


def read_parts(value: Raw | None, where: str, calls: Conversation) -> tuple[Part, ...]:
    """Read the parts of one turn, in order; raises Failed(bad_request)."""
    parts: list[Part] = []
    for item, place in items_of(value, where):
        parts += read_part(item, place, calls)
    return tuple(parts)


def read_part(value: Raw, where: str, calls: Conversation) -> list[Part]:
    """Read one part; its signature may make a second one of it."""
    fields = open_object(value, where)
    signature = optional(fields, "thoughtSignature", str, where)
    is_thought = bool(optional(fields, "thought", bool, where))
    if "text" in fields:
        return read_words(fields, signature, where, is_thought=is_thought)
    kind = next((name for name in fields if name in READERS), None)
    if kind is None:
        return read_rare(fields, signature, where)
    inner = fields.pop(kind)
    part = READERS[kind](inner, f"{where}.{kind}", calls)
    return [sealed(part, signature, filed(rest_of(fields)))]


def read_words(
    fields: Fields, signature: str | None, where: str, *, is_thought: bool
) -> list[Part]:
    """Read words or reasoning; a signature on words seals reasoning that is not shown."""
    text = optional(fields, "text", str, where) or ""
    seal = read_seal(signature, is_redacted=not is_thought) if signature else None
    if is_thought:
        return [Thinking(text=text, seal=seal)]
    parts: list[Part] = []
    if text or not seal:
        parts.append(Text(text=text, extras=filed(rest_of(fields))))
    if seal:
        parts.append(Thinking(seal=seal))
    return parts


def read_rare(fields: Fields, signature: str | None, where: str) -> list[Part]:
    """Read a bare signature, or keep a part of a kind that only this API knows."""
    if not fields:
        if signature is None:
            raise refusal(where, "a part must hold something")
        return [Thinking(seal=read_seal(signature, is_redacted=True))]
    told = rest_of(fields)
    if signature:
        told["thoughtSignature"] = signature
    return [foreign(next(iter(told)), told)]


def sealed(part: Part, signature: str | None, extras: Extras) -> Part:
    """Put what stood beside a part onto it."""
    match part:
        case Foreign():
            beside = {**extras.get(NAME, {})}
            beside |= {"thoughtSignature": signature} if signature else {}
            return msgspec.structs.replace(part, value={**part.value, **beside})
        case Audio():
            return part
        case _ if hasattr(part, "seal"):
            seal = read_seal(signature) if signature else None
            return msgspec.structs.replace(part, seal=seal, extras=extras)
        case _:  # a picture or a file, which may be the model's own
            kept = {**extras.get(NAME, {})}
            kept |= {"thoughtSignature": signature} if signature else {}
            return msgspec.structs.replace(part, extras=filed(kept))


def read_function_call(value: Raw, where: str, calls: Conversation) -> Part:
    """Read a call; one without an id is given one."""
    fields = open_object(value, where)
    call = FunctionCall(
        name=optional(fields, "name", str, where) or "",
        id=optional(fields, "id", str, where) or "",
        args=fields.get("args", Raw()),
    )
    if not call.name:
        raise refusal(f"{where}.name", "a function must be named")
    if call.args:
        take(call.args, Object, f"{where}.args")
    return read_call(call, calls.call(call.id or "", call.name), None)


def read_function_response(value: Raw, where: str, calls: Conversation) -> Part:
    """Read what a function gave, as the words it is or as JSON, and the pictures beside it."""
    fields = open_object(value, where)
    name = optional(fields, "name", str, where) or ""
    id = optional(fields, "id", str, where) or ""
    answer = fields.pop("response", Raw(b"{}"))
    told = take(answer, Object, f"{where}.response")
    inner = read_parts(fields.pop("parts", None), f"{where}.parts", calls)
    words = next((told[key] for key in WORDS if told.keys() == {key}), None)
    text = words if isinstance(words, str) else on_one_line(bytes(answer)).decode()
    return ToolResult(
        call_id=calls.result(id, name),
        parts=(
            *([Text(text=text)] if text not in ("", "{}") else []),
            *(part for part in inner if isinstance(part, Text | Image | Document | Foreign)),
        ),
        is_error=told.keys() == {"error"},
        extras=filed(rest_of(fields)),
    )


def read_inline(value: Raw, where: str, _calls: Conversation) -> Part:
    """Read what was sent along, by its media type."""
    fields = open_object(value, where)
    data = optional(fields, "data", str, where) or ""
    media_type = optional(fields, "mimeType", str, where) or ""
    name = optional(fields, "displayName", str, where) or ""
    match media_type.partition("/")[0]:
        case "image":
            return Image(media_type=media_type, data=data)
        case "audio":
            sound = media_type.partition(";")[0].removeprefix("audio/")
            return Audio(format=SOUNDS.get(sound, sound), data=data)
        case "video":
            return foreign("inlineData", {"inlineData": take(value, object, where)})
        case _:  # a text, a document, or something that is called so
            return Document(media_type=media_type, data=data, name=name)


def read_file(value: Raw, where: str, _calls: Conversation) -> Part:
    """Read the address of a picture or a file; one in the API's own store is of use to it alone."""
    fields = open_object(value, where)
    url = optional(fields, "fileUri", str, where) or ""
    media_type = optional(fields, "mimeType", str, where) or ""
    name = optional(fields, "displayName", str, where) or ""
    if not url:
        raise refusal(f"{where}.fileUri", "a file must have an address")
    if UPLOADED.match(url):
        return Document(media_type=media_type, file_id=url, wire=NAME, name=name)
    told = "" if media_type == type_of_url(url) else media_type
    if (media_type or type_of_url(url)).startswith("image/"):
        return Image(media_type=told, url=url)
    if media_type.startswith(("audio/", "video/")) or not media_type:
        return foreign("fileData", {"fileData": take(value, object, where)})
    return Document(media_type=told, url=url, name=name)


def foreign(kind: str, fields: Object) -> Foreign:
    """Keep a part that only this API knows, under the name of what it holds."""
    return Foreign(wire=NAME, value={"type": kind, **fields})


def filed(fields: Object) -> Extras:
    """File what is left over under the name of this wire."""
    return {NAME: fields} if fields else {}


READERS: Mapping[str, Callable[[Raw, str, Conversation], Part]] = MappingProxyType(
    {
        "functionCall": read_function_call,
        "functionResponse": read_function_response,
        "inlineData": read_inline,
        "fileData": read_file,
    }
)
