"""The prompt that asks for a title, by the endpoint's rules."""

from msgspec.structs import replace

from endpoints_server.calls.titles.words import CONVO, Talked, fill, instruction, write_talk
from endpoints_server.domain.talk.prompt import (
    Format,
    Message,
    Prompt,
    Role,
    Text,
    Tool,
    ToolChoice,
)
from endpoints_server.domain.title import TitleRules

NAME = "extract"
CEILING_TOKENS = 1024
"""Room for a title and for the thoughts of a model that cannot do without, and for no more."""
SCHEMA = {
    "type": "object",
    "properties": {
        "language": {"type": "string", "description": "The language of the conversation."},
        "title": {
            "type": "string",
            "description": "The title: five words at most, without punctuation or quotes.",
        },
    },
    "required": ["language", "title"],
}
FORCED_WIRES = frozenset({"anthropic_messages"})
"""Wires on which a shape is asked for by a tool that must be called."""


def title_prompt(
    rules: TitleRules, talked: Talked, model: str, wire: str, *, is_plain: bool
) -> Prompt:
    """Write the prompt; a plain one asks for nothing that an upstream might not know."""
    is_structured = rules.is_structured and not is_plain
    words = instruction(rules, is_structured=is_structured)
    talk = write_talk(rules, talked)
    prompt = Prompt(
        model=model,
        messages=(user(fill(words, {"convo": talk})),),
        ceiling_tokens=None if is_plain else CEILING_TOKENS,
    )
    if rules.role == "system":
        prompt = in_two(prompt, words, talk)
    return shaped(prompt, wire) if is_structured else prompt


def in_two(prompt: Prompt, words: str, talk: str) -> Prompt:
    """Say the instruction as the system and the talk as the user.

    Wires want a user's turn, and no user's words belong into a system's.
    """
    told = fill(words.replace(CONVO, "").strip(), {})
    system = (Text(text=told),) if told else ()
    return replace(prompt, system=system, messages=(user(talk),))


def user(text: str) -> Message:
    """Say something as the user."""
    return Message(role=Role.USER, parts=(Text(text=text),))


def shaped(prompt: Prompt, wire: str) -> Prompt:
    """Ask for the shape: by a schema, or by a tool where that is the surer way."""
    if wire not in FORCED_WIRES and not has_tools_alone(prompt.model):
        return replace(prompt, format=Format(kind="schema", name=NAME, schema=SCHEMA))
    choice = ToolChoice(mode="tool", name=NAME)
    return replace(prompt, tools=(Tool(name=NAME, parameters=SCHEMA),), tool_choice=choice)


def has_tools_alone(model: str) -> bool:
    """Say whether a model knows tools, but no schema of an answer."""
    return model == "gpt-4" or model.startswith(("gpt-3", "gpt-4-"))
