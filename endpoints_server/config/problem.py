"""Something wrong in the configuration file, with its place."""

import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

MASK = "•••"
LONGEST_SHOWN = 60
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_[A-Z0-9_]*")
KEYLIKE_RUN = re.compile(r"[A-Za-z0-9+/=_-]{12,}")
SECRET_START = re.compile(r"(?i)\b(?:sk|pk|gsk|xai|es|key|ghp|hf|aiza|bearer)[-_ ]")


class Level(StrEnum):
    """How bad it is: an error keeps the file from being used, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Problem(Struct, frozen=True, kw_only=True):
    """One thing to say about the file; lines and columns count from one.

    Neither `message` nor `suggestion` ever holds a value of the file or of the environment.
    """

    file: str
    line: int = 1
    column: int = 1
    message: str
    suggestion: str = ""
    level: Level = Level.ERROR


def has_errors(problems: Iterable[Problem]) -> bool:
    """Say whether a file with these problems must not be used."""
    return any(problem.level is Level.ERROR for problem in problems)


def render(problem: Problem) -> str:
    """Write a problem as compilers do: `file:line:column: level: message (suggestion)`."""
    hint = f" ({problem.suggestion})" if problem.suggestion else ""
    place = f"{problem.file}:{problem.line}:{problem.column}"
    return f"{place}: {problem.level}: {problem.message}{hint}"


def shown(text: str) -> str:
    """Quote a name from the file for a message, masked where it could be a credential."""
    if VARIABLE.fullmatch(text) and len(text) <= LONGEST_SHOWN:
        return f"`{text}`"
    is_long = len(text) > LONGEST_SHOWN or not text.isprintable()
    if is_long or SECRET_START.search(text) or any(map(is_keylike, KEYLIKE_RUN.findall(text))):
        return f"`{MASK}`"
    return f"`{text}`"


def is_keylike(run: str) -> bool:
    """Say whether a run of letters and digits is mixed as credentials are and words are not."""
    digits = sum(character.isdigit() for character in run)
    return digits >= 3 and digits < len(run)
