"""A wget command."""

from collections.abc import Iterator

from endpoints_server.samples.commands.curl import header_of, is_address
from endpoints_server.samples.languages.shell import Command
from endpoints_server.samples.meaning.body import read_body
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import BODY_ELSEWHERE

BODIES = frozenset({"--post-data", "--body-data"})
FILES = frozenset({"--post-file", "--body-file"})
WITH_VALUE = BODIES | FILES | {"--header", "-O", "--method", "-o", "--output-document", "--timeout"}


def read_wget(command: Command) -> list[Request]:
    """Give what wget would ask."""
    pairs = list(pairs_of(command.words[1:]))
    bodies = [value for name, value in pairs if name in BODIES]
    body, warnings = read_body(bodies[0]) if bodies else ({}, ())
    if any(name in FILES for name, _ in pairs):
        warnings = (*warnings, BODY_ELSEWHERE)
    headers = tuple(header_of(value) for name, value in pairs if name == "--header")
    urls = [value for name, value in pairs if not name and is_address(value)]
    return [Request(url=url, headers=headers, body=body, warnings=warnings) for url in urls[:1]]


def pairs_of(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give options with their values; what is none has no name."""
    rest = iter(words)
    for word in rest:
        name, is_joined, value = word.partition("=")
        if not word.startswith("-"):
            yield "", word
        elif name in WITH_VALUE:
            yield name, value if is_joined else next(rest, "")
