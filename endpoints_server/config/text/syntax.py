"""What the parser itself refuses, in words that quote nothing of the file."""

import re

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from endpoints_server.config.problem import MASK, Problem
from endpoints_server.config.text.document import Mark, Source

QUOTED_WORDS = re.compile(r"'(?!<)[^'\s]{4,}'")


def line_at(text: str, mark: Mark) -> str:
    """Give the line a mark is in."""
    lines = text.split("\n", mark.line)
    return lines[mark.line - 1] if len(lines) >= mark.line else ""


def is_braced(text: str, mark: Mark) -> bool:
    """Say whether two braces open at a mark, or just before it."""
    start = max(0, mark.column - 2)
    return "{{" in line_at(text, mark)[start : mark.column + 1]


def problem_at(source: Source, mark: Mark, message: str, suggestion: str = "") -> Problem:
    """Make a problem that points at a mark."""
    return Problem(
        file=source.file,
        line=mark.line,
        column=mark.column,
        message=message,
        suggestion=suggestion,
    )


def syntax_problem(source: Source, error: MarkedYAMLError) -> Problem:
    """Tell a syntax error in words that quote nothing of the file, and what would mend it."""
    at = error.problem_mark or error.context_mark
    mark = Mark(at.line + 1, at.column + 1) if at else Mark(1, 1)
    message = QUOTED_WORDS.sub(MASK, str(error.problem or error.context or "this is not YAML"))
    return problem_at(source, mark, message, remedy(line_at(source.text, mark), message))


def remedy(line: str, message: str) -> str:
    """Guess from the line what its writer meant."""
    if "\\t" in message or line.lstrip(" ").startswith("\t"):
        return "indent with spaces, not tabs"
    if "{{" in line:
        return "put the whole value in quotes: `{{…}}` is a mapping to YAML"
    if "${" in line:
        return "put `${…}` in quotes inside a list or mapping"
    if "mapping values" in message:
        return "check the indentation, and quote text that holds `: `"
    return ""


def unreadable(source: Source, error: ReaderError) -> Problem:
    """Tell of a control character."""
    before = source.text[: error.position]
    mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
    return problem_at(source, mark, "a control character stands here; YAML does not allow it")
