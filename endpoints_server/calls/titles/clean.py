"""What a model gave for a title becomes one: a short line of text, or nothing."""

import re

import msgspec

from endpoints_server.domain.talk.prompt import Text, ToolCall
from endpoints_server.domain.talk.reply import Reply

LONGEST = 200
CUT = 197
MOST_CHARACTERS = 100_000
MOST_IN_LINE = 2000
"""What is looked at of an answer, and of what is left without its thoughts; a title is shorter."""
THOUGHT = re.compile(r"<(/?)(?:think|thinking|thought|reasoning)\b[^<>]*>", re.IGNORECASE)
FENCE = re.compile(r"^```[\w-]*\s|```$")
TITLE_FIELD = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.)*")')
LABEL = re.compile(
    r"^(?:(\*\*|__)title\s*:\s*\1|(\*\*|__)title\2\s*:|title\s*:)\s*(?=\S)", re.IGNORECASE
)
HEADING = re.compile(r"^(?:#{1,6}\s+|>\s+)")
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
AROUND = (
    *(("**", "**"), ("__", "__"), ("*", "*"), ("_", "_"), ("`", "`")),
    *(('"', '"'), ("'", "'"), ("“", "”"), ("„", "“"), ("«", "»"), ("»", "«")),
    ("\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}"),
    *(("「", "」"), ("『", "』")),
)
"""Quotes and marks that may stand around a whole title."""
MARKS = "".join(mark for pair in AROUND for mark in pair) + "#>{}[]():;,.-"


def title_of(reply: Reply) -> str:
    """Give the title in a reply, whatever form it came in; empty where there is none."""
    calls = [part.arguments for part in reply.parts if isinstance(part, ToolCall)]
    words = "\n".join(part.text for part in reply.parts if isinstance(part, Text))
    found = without_thoughts(calls[0] if calls else words)
    return clean_title(title_field(found) if is_object(found) else found)


def without_thoughts(text: str) -> str:
    """Take out what a model thought aloud: whole, from its middle on, or cut off."""
    kept: list[str] = []
    position, is_thinking = 0, False
    for tag in THOUGHT.finditer(text[:MOST_CHARACTERS]):
        if not is_thinking:
            kept = [] if tag[1] else [*kept, text[position : tag.start()]]
        position, is_thinking = tag.end(), not tag[1]
    rest = "" if is_thinking else text[position:MOST_CHARACTERS]
    return FENCE.sub("", "".join((*kept, rest)).strip()).strip()


def is_object(text: str) -> bool:
    """Say whether a text is a JSON object, or was to become one."""
    return text.startswith("{") and '"' in text


def title_field(text: str) -> str:
    """Find the title in a JSON object, even in one that is cut off or has words around it."""
    try:
        read = msgspec.json.decode(text[: text.rfind("}") + 1])
    except (msgspec.DecodeError, RecursionError):
        found = TITLE_FIELD.search(text)
        read = {"title": read_text(found[1])} if found else {}
    title = read.get("title")
    return title if isinstance(title, str) else ""


def read_text(quoted: str) -> str:
    """Read JSON text, or give nothing where it is none."""
    try:
        return msgspec.json.decode(quoted, type=str)
    except msgspec.DecodeError:
        return ""


def clean_title(text: str) -> str:
    """Make one line of a title, without what stands around it, of at most 200 characters."""
    line = " ".join(UNSEEN.sub("", without_thoughts(text)[:MOST_IN_LINE]).split())
    before = ""
    while before != line:
        before = line
        line = unwrapped(HEADING.sub("", LABEL.sub("", line)))
    if not line.strip(MARKS):
        return ""
    if len(line) <= LONGEST:
        return line
    return line[:CUT].rstrip() + "..."


def unwrapped(line: str) -> str:
    """Take off one pair of quotes or marks around a whole line."""
    for opening, closing in AROUND:
        inner = line[len(opening) : len(line) - len(closing)]
        is_around = line.startswith(opening) and line.endswith(closing)
        is_whole = len(line) >= len(opening) + len(closing)
        if is_around and is_whole and opening not in inner and closing not in inner:
            return inner.strip()
    return line
