"""Commands in keys and headers: allowed by the file, and such as run without a shell."""

from collections.abc import Iterator

from endpoints_server.config.checks.models import placed_models
from endpoints_server.config.problem import Level, Problem
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.values.command import is_command, read_command

ALLOWED: Path = ("server", "allowCommands")


def check_commands(document: Document) -> Iterator[Problem]:
    """Check every command of the endpoints; none is run."""
    entries = document.get(("endpoints", "custom"))
    yield from check_headers(document, ("endpoints", "all"))
    yield from check_spare_keys(document)
    for number in range(len(entries) if isinstance(entries, list) else 0):
        entry: Path = ("endpoints", "custom", number)
        yield from check_command(document, (*entry, "apiKey"))
        yield from note_fetch(document, entry)
        for place in (entry, *placed_models(document, entry)):
            yield from check_headers(document, place)


def check_spare_keys(document: Document) -> Iterator[Problem]:
    """Check the commands among the further keys of endpoints."""
    overrides = document.get(("server", "endpoints"))
    for name in overrides if isinstance(overrides, dict) else ():
        place: Path = ("server", "endpoints", name, "apiKeys")
        keys = document.get(place)
        for number in range(len(keys) if isinstance(keys, list) else 0):
            yield from check_command(document, (*place, number))
            yield from check_command(document, (*place, number, "apiKey"))


def check_headers(document: Document, place: Path) -> Iterator[Problem]:
    """Check the commands among some headers."""
    headers = document.get((*place, "headers"))
    for name in headers if isinstance(headers, dict) else ():
        yield from check_command(document, (*place, "headers", name))


def check_command(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of a command that is not allowed, or that only a shell could run."""
    text = document.get(path)
    if not isinstance(text, str) or not is_command(text):
        return
    if document.get(ALLOWED) is not True:
        message = "a value that begins with `!` is a command, and none is allowed"
        hint = "set `server.allowCommands: true`, or write `$!` for the text itself"
        yield document.problem(path, message, hint)
        return
    try:
        read_command(text)
    except ValueError as error:
        hint = "write `!sh -c '…'` to have one" if "shell" in str(error) else ""
        yield document.problem(path, f"the command {error}", hint)


def note_fetch(document: Document, entry: Path) -> Iterator[Problem]:
    """Note that models are not fetched where a command would have to be run for it."""
    if document.get((*entry, "models", "fetch")) is not True:
        return
    headers = document.get((*entry, "headers"))
    values = [document.get((*entry, "apiKey"))]
    values += list(headers.values()) if isinstance(headers, dict) else []
    if any(isinstance(value, str) and is_command(value) for value in values):
        message = "`fetch` has no effect here: no command is run for a list of models"
        yield document.problem((*entry, "models", "fetch"), message, level=Level.WARNING)
