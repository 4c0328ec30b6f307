"""`!command` in a key or a header: told from text, and read as a program and its arguments."""

import re
import shlex

from endpoints_server.domain.command import Command

MARK = "!"
MARKED = re.compile(r"\$*!")
ESCAPED = re.compile(r"\$+!")
QUOTED = re.compile(r"'[^']*'|\\.|\"((?:\\.|[^\"\\])*)\"", re.DOTALL)
WORDLESS = re.compile(r"[^$`]")
SHELL = re.compile(r"[|&;<>()$`*?\[\n]|(?:^|\s)[~#]")
LONGEST = 4096


def is_command(text: str) -> bool:
    """Say whether a value, as `literal` leaves them, is a command."""
    return text.startswith(MARK)


def literal(text: str) -> str:
    """Write text so that it is never taken for a command, whatever it begins with."""
    return "$" + text if MARKED.match(text) else text


def plain(text: str) -> str:
    """Read text that `literal` wrote."""
    return text[1:] if ESCAPED.match(text) else text


def read_command(text: str) -> Command:
    """Read a value that is a command.

    Words are told apart as a shell does it, but no shell is asked: what only a shell would do is
    refused, and not done some other way. Raises ValueError, in words for a person.
    """
    line = text.removeprefix(MARK).strip()
    if len(line) > LONGEST or "\0" in line:
        raise ValueError("is too long, or holds what no command can")
    if needs_shell(line):
        raise ValueError("wants a shell, and is run without one")
    try:
        argv = shlex.split(line)
    except ValueError:
        raise ValueError("has a quote without its other half") from None
    if not argv or not argv[0]:
        raise ValueError("names no program")
    return Command(tuple(argv))


def needs_shell(line: str) -> bool:
    """Say whether a shell would do more with a line than cut it into words."""
    return SHELL.search(QUOTED.sub(rest_of, line)) is not None


def rest_of(match: re.Match[str]) -> str:
    """Leave of a quoted piece what a shell would still act on: variables in double quotes."""
    return WORDLESS.sub("", re.sub(r"\\.", "", match.group(1) or ""))
