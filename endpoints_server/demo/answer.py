"""What the demo says to a request: the same words to the same request, counted to the token."""

import json
import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from endpoints_server.demo.sample import as_schema, items_of, kind_of, sample

Ending = Literal["end", "length", "stop", "tool"]

SHOWN_CHARACTERS = 60
SHOWN_RESULT_CHARACTERS = 240
LARGEST_CEILING = 1_000_000
WORD = re.compile(r"\S+\s*")
PIECE = re.compile(r".{1,6}", re.DOTALL)

REASONING = (
    "The request says {words}. I have no weights to think with, so I look at what was asked, "
    "whether a tool would help, and answer in plain words."
)
GREETING = (
    "You said {words}. I am the demo: an upstream inside this server that streams, calls tools, "
    "reasons and counts its tokens, with no key and no network. Write a librechat.yaml to reach "
    "real models."
)
RESULT = "The tool answered {words}. That is all I needed to know."
COMMAND_FIELDS = ("command", "cmd")
"""The arguments by which tools take a command to run."""
COMMAND = 'echo "6 times 7 is $((6 * 7))"'
"""The only command that the demo ever asks for: whatever was said, it does no harm."""


class Offer(Struct, frozen=True):
    """A tool offered: its name and the JSON Schema of its arguments."""

    name: str
    schema: Mapping[str, object] | None


class Ask(Struct, frozen=True, kw_only=True):
    """A request, whatever wire it came in.

    `words` are those of the last turn, `is_result` says that it is what a tool gave. `must_call`
    is the name of the tool that has to be called, empty where the choice is free. `form` is a JSON
    Schema that the answer must satisfy.
    """

    id: str
    model: str
    words: str
    is_result: bool = False
    offers: tuple[Offer, ...] = ()
    must_call: str = ""
    form: Mapping[str, object] | None = None
    has_reasoning: bool = False
    ceiling_tokens: int | None = None
    stops: tuple[str, ...] = ()
    input_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    is_stream: bool = False
    has_stream_usage: bool = False


class Answer(Struct, frozen=True, kw_only=True):
    """What is said, in the pieces it is streamed in; each piece is a token."""

    reasoning: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    tool: str = ""
    arguments: tuple[str, ...] = ()
    ending: Ending = "end"
    stopped_by: str = ""

    @property
    def reasoning_tokens(self) -> int:
        """What was spent on thinking."""
        return len(self.reasoning)

    @property
    def output_tokens(self) -> int:
        """Everything that came out, thinking included."""
        return len(self.reasoning) + len(self.text) + len(self.arguments)


def answer(ask: Ask) -> Answer:
    """Decide what to say: call a tool, satisfy a schema, or reply in words."""
    shown = quoted(ask.words, SHOWN_RESULT_CHARACTERS if ask.is_result else SHOWN_CHARACTERS)
    reasoning = words_of(REASONING.format(words=shown)) if ask.has_reasoning else ()
    tool = choose_tool(ask)
    if tool is not None:
        arguments = json.dumps(arguments_for(tool, ask.words), ensure_ascii=False)
        said = Answer(
            reasoning=reasoning,
            tool=tool.name,
            arguments=tuple(PIECE.findall(arguments)),
            ending="tool",
        )
    else:
        text, stopped_by = stop_at(speak(ask, shown), ask.stops)
        ending: Ending = "stop" if stopped_by else "end"
        said = Answer(
            reasoning=reasoning, text=words_of(text), ending=ending, stopped_by=stopped_by
        )
    return cut(said, ask.ceiling_tokens)


def choose_tool(ask: Ask) -> Offer | None:
    """Call the tool that must be called, else after a person's own words the one that shows most.

    That is one that runs commands, where there is one: coding clients offer dozens of tools, and
    most of them need more than made-up arguments.
    """
    if ask.must_call:
        return next((offer for offer in ask.offers if offer.name == ask.must_call), None)
    if ask.is_result or not ask.offers:
        return None
    return next((offer for offer in ask.offers if command_field(offer)), ask.offers[0])


def command_field(offer: Offer) -> str:
    """Name the argument by which a tool takes a command; empty for a tool that runs none."""
    properties = as_schema((offer.schema or {}).get("properties"))
    return next((name for name in COMMAND_FIELDS if name in properties), "")


def arguments_for(offer: Offer, words: str) -> object:
    """Make the arguments of a call; of a tool that runs commands only what it requires."""
    schema, field = offer.schema or {}, command_field(offer)
    if not field:
        return sample(schema, words)
    properties = as_schema(schema["properties"])
    required = [str(name) for name in items_of(schema, "required") if name in properties]
    made = sample({**schema, "properties": {name: properties[name] for name in required}}, words)
    is_list = kind_of(as_schema(properties[field])) == "array"
    return {**as_schema(made), field: ["sh", "-c", COMMAND] if is_list else COMMAND}


def speak(ask: Ask, shown: str) -> str:
    """Say the words of an answer without a tool."""
    if ask.form is not None:
        return json.dumps(sample(ask.form, ask.words), ensure_ascii=False)
    return (RESULT if ask.is_result else GREETING).format(words=shown)


def stop_at(text: str, stops: tuple[str, ...]) -> tuple[str, str]:
    """End before the first stop sequence; gives which one it was."""
    found = [(text.index(stop), stop) for stop in stops if stop and stop in text]
    if not found:
        return text, ""
    position, stop = min(found)
    return text[:position], stop


def cut(said: Answer, ceiling_tokens: int | None) -> Answer:
    """Break off where the ceiling is reached; thinking counts, as it does with real models."""
    left = LARGEST_CEILING if ceiling_tokens is None else ceiling_tokens
    if said.output_tokens <= left:
        return said
    reasoning = said.reasoning[:left]
    left -= len(reasoning)
    is_calling = left > 0 and bool(said.tool)
    return Answer(
        reasoning=reasoning,
        text=said.text[:left],
        tool=said.tool if is_calling else "",
        arguments=said.arguments[:left] if is_calling else (),
        ending="length",
    )


def words_of(text: str) -> tuple[str, ...]:
    """Split a text into the pieces it is streamed in, which join to the same text."""
    return tuple(WORD.findall(text.lstrip()))


def quoted(words: str, most_characters: int) -> str:
    """Repeat somebody's words, shortened."""
    flat = " ".join(words.split())
    if len(flat) > most_characters:
        flat = flat[:most_characters].rstrip() + "…"
    return f"“{flat}”" if flat else "nothing"
