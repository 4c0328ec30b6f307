"""A pasted text without what copying did to it."""

import re

BLANKS = str.maketrans(dict.fromkeys("\xa0\u2007\u202f\u2002\u2003\u2009\u3000", " "))
INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f", ""))
DOUBLE = "\u201c\u201d\u201e\u201f\u2033"
SINGLE = "\u2018\u2019\u201a\u201b\u2032"
QUOTES = str.maketrans(
    {**dict.fromkeys(DOUBLE, '"'), **dict.fromkeys(SINGLE, "'"), "–": "-", "—": "--"}
)
CURLED = frozenset(DOUBLE + SINGLE)
PROMPT = re.compile(
    r"^[ \t]*(?:\([\w.-]+\)[ \t]*)?(?:\$|%|\u276f|\u279c|PS(?: [A-Z]:[^>\n]*)?>|[A-Z]:\\[^>\n]*>"
    r"|[\w.-]+@[\w.-]+:[^$#\n]*[$#]|>>>|\.\.\.|In \[\d+\]:)[ \t]+(?=\S)"
)
CONTINUED = re.compile(r"^[ \t]*>(?:[ \t]+|$)")
CONTINUATIONS = ("\\", "^", "`")
LOOSE_END = re.compile(r"\\[ \t]+$", re.MULTILINE)


def clean(text: str) -> str:
    """Give a text with plain line ends and blanks, and without a shell's prompts."""
    text = text.encode(errors="replace").decode()
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    text = (
        text.translate(BLANKS).translate(INVISIBLE).replace("\u2028", "\n").replace("\u2029", "\n")
    )
    return without_prompts(LOOSE_END.sub(r"\\", text))


def without_prompts(text: str) -> str:
    """Take out what a terminal shows before a command, and before the lines it goes on in."""
    lines: list[str] = []
    was_prompted = False
    for line in text.split("\n"):
        bare = PROMPT.sub("", line, count=1)
        if bare != line:
            was_prompted = True
        elif CONTINUED.match(line) and (was_prompted or is_continued(lines)):
            bare = CONTINUED.sub("", line, count=1)
        lines.append(bare)
    return "\n".join(lines)


def is_continued(lines: list[str]) -> bool:
    """Say whether the line before goes on in the next."""
    return bool(lines) and lines[-1].rstrip().endswith(CONTINUATIONS)


def has_curled_quotes(text: str) -> bool:
    """Say whether a text has quotes that a word processor set."""
    return not CURLED.isdisjoint(text)


def with_plain_quotes(text: str) -> str:
    """Give a text with the quotes and dashes that a shell reads."""
    return text.translate(QUOTES)
