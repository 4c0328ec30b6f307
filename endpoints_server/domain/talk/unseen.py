"""A prompt for a model that cannot see: words for every picture."""

from msgspec.structs import replace

from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.prompt import Image, Message, Part, Prompt, Text, ToolResult

UNSEEN = "(image omitted: model does not support images)"
UNSEEN_OF_TOOL = "(tool image omitted: model does not support images)"


def without_images(prompt: Prompt, lose: Lose) -> Prompt:
    """Say of every picture that it was there; several that follow each other are said once."""
    return replace(
        prompt, messages=tuple(without_pictures(message, lose) for message in prompt.messages)
    )


def without_pictures(message: Message, lose: Lose) -> Message:
    """Put words for the pictures of one turn."""
    parts: list[Part] = []
    for part in message.parts:
        shown = worded(part, lose)
        if not (isinstance(part, Image) and parts[-1:] == [shown]):
            parts.append(shown)
    return replace(message, parts=tuple(parts))


def worded(part: Part, lose: Lose) -> Part:
    """Give words for a picture, and other parts as they are."""
    match part:
        case Image():
            lose("content.image")
            return Text(text=UNSEEN, cache=part.cache)
        case ToolResult() if any(isinstance(inner, Image) for inner in part.parts):
            lose("content.image")
            seen = [inner for inner in part.parts if not isinstance(inner, Image)]
            words = Text(text=UNSEEN_OF_TOOL)
            return replace(part, parts=(*seen, words))
        case _:  # nothing to see in it
            return part
