"""The words that ask for a title: instructions, and how a talk is put into them."""

import re
from collections.abc import Mapping

from msgspec import Struct

from endpoints_server.domain.talk.prompt import Document, Message, Part, Prompt, Role, Text
from endpoints_server.domain.title import TitleRules

COMPLETION = (
    "Give this conversation a title of five words at most, in the language that the user writes "
    "in. Answer with the title alone: no quotes, no markup, no explanation.\n\n"
    "Conversation:\n{convo}"
)
STRUCTURED = (
    "Find out which language this conversation is held in, and give it a title in that language: "
    "five words at most, without punctuation or quotes.\n\nConversation:\n{convo}"
)
TEMPLATE = "User: {input}\nAI: {output}"
CONVO = "{convo}"
PLACES = re.compile(r"\{\{|\}\}|\{(\w+)\}")
MOST_CHARACTERS = 20_000
"""How much of what either side said is shown; a title needs no more."""


class Talked(Struct, frozen=True, kw_only=True):
    """What a conversation begins with; `is_first` says that nothing came after it."""

    said: str = ""
    answered: str = ""
    is_first: bool = True


def talked_in(prompt: Prompt) -> Talked:
    """Read what the user said first, and what was answered."""
    said: list[Message] = []
    for message in prompt.messages:
        match message.role:
            case Role.USER:
                said.append(message)
            case Role.ASSISTANT:
                words = text_of(message.parts)
                return Talked(said=said_in(said), answered=words, is_first=False)
            case Role.SYSTEM:
                continue
    return Talked(said=said_in(said))


def said_in(messages: list[Message]) -> str:
    """Join the words of a user, or name the files where there are no words."""
    parts = tuple(part for message in messages for part in message.parts)
    names = [part.name for part in parts if isinstance(part, Document) and part.name]
    return text_of(parts) or (f"Files: {', '.join(names)}" if names else "")


def text_of(parts: tuple[Part, ...]) -> str:
    """Join the words among the parts; thoughts and tools are none."""
    return "\n".join(part.text for part in parts if isinstance(part, Text) and part.text.strip())


def instruction(rules: TitleRules, *, is_structured: bool) -> str:
    """Give the instruction, which always has a place for the conversation."""
    usual = STRUCTURED if is_structured else COMPLETION
    prompt = rules.prompt if rules.prompt.strip() else usual
    has_place = any(found[0] == CONVO for found in PLACES.finditer(prompt))
    return prompt if has_place else f"{prompt}\n\n{CONVO}"


def write_talk(rules: TitleRules, talked: Talked) -> str:
    """Write the conversation out."""
    said, answered = talked.said[:MOST_CHARACTERS], talked.answered[:MOST_CHARACTERS]
    template = rules.template if rules.template.strip() else TEMPLATE
    return fill(template, {"input": said, "output": answered})


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values into their places in one pass; what is put in is never looked at again.

    A doubled brace stands for one, and braces that name no value stay as they are.
    """

    def put(found: re.Match[str]) -> str:
        name = found[1]
        return found[0][0] if name is None else values.get(name, found[0])

    return PLACES.sub(put, template)
