"""What an example shows that its model can do."""

from collections.abc import Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]

KIND_OF_PART = {
    "image_url": "vision",
    "input_image": "vision",
    "image": "vision",
    "input_audio": "audio_in",
    "audio_url": "audio_in",
    "audio": "audio_in",
    "file": "file",
    "input_file": "file",
    "document": "file",
}
KIND_OF_MEDIA = {"image": "vision", "audio": "audio_in", "application": "file", "text": "file"}
MEDIA = ("inlineData", "inline_data", "fileData", "file_data")
MEDIA_TYPES = ("mimeType", "mime_type")
CONVERSATIONS = ("messages", "input", "contents")
SCHEMAS = frozenset({"guided_json", "json_schema"})
FORMATS = ("responseSchema", "responseJsonSchema", "response_schema", "response_json_schema")
MOST_PARTS = 10_000


def read_capabilities(body: Body) -> dict[str, bool]:
    """Give what is shown; what is not shown is not said."""
    return dict.fromkeys(shown(body), True)


def shown(body: Body) -> Iterator[str]:
    """Give the names of what is shown."""
    for name in CONVERSATIONS:
        yield from shown_in(body.get(name))
    if body.get("tools") or body.get("functions"):
        yield "tools"
    if has_schema(body):
        yield "json_schema"
    modalities = body.get("modalities")
    if body.get("audio") or (isinstance(modalities, list) and "audio" in modalities):
        yield "audio_out"
    config = body.get("generationConfig")
    if isinstance(config, dict) and is_spoken(config):
        yield "audio_out"


def is_spoken(config: Body) -> bool:
    """Say whether Google's model is asked to speak."""
    wanted = config.get("responseModalities")
    return "speechConfig" in config or (isinstance(wanted, list) and "AUDIO" in wanted)


def shown_in(conversation: object) -> Iterator[str]:
    """Give the kinds of parts in a conversation."""
    rest, left = [conversation], MOST_PARTS
    while rest and left:
        left -= 1
        match rest.pop():
            case dict() as part:
                yield from shown_by(part)
                rest += [part[name] for name in ("content", "parts") if name in part]
            case list() as parts:
                rest += reversed(parts)
            case _:
                pass  # words show nothing


def shown_by(part: Body) -> Iterator[str]:
    """Give what one part shows."""
    kind = part.get("type")
    if isinstance(kind, str) and kind in KIND_OF_PART:
        yield KIND_OF_PART[kind]
    if part.get("images"):
        yield "vision"
    for media in (part, *(part.get(name) for name in MEDIA)):
        if isinstance(media, dict):
            said = str(next((media[each] for each in MEDIA_TYPES if each in media), ""))
            if said.partition("/")[0] in KIND_OF_MEDIA:
                yield KIND_OF_MEDIA[said.partition("/")[0]]


def has_schema(body: Body) -> bool:
    """Say whether the answer is held to a schema."""
    text, config, output = (body.get(n) for n in ("text", "generationConfig", "output_config"))
    formats = [body.get("response_format"), body.get("text_format"), body.get("format")]
    formats += [said.get("format") for said in (text, output) if isinstance(said, dict)]
    is_google = isinstance(config, dict) and any(name in config for name in FORMATS)
    return is_google or bool(SCHEMAS & set(body)) or any(map(is_schema, formats))


def is_schema(said: object) -> bool:
    """Say whether a format is a schema: by its type, or as a class that an SDK makes one of."""
    if isinstance(said, dict):
        return said.get("type") == "json_schema" or "properties" in said or "schema" in said
    return (said is not None and not isinstance(said, str | bool)) or (
        isinstance(said, str) and said.startswith("<")
    )
