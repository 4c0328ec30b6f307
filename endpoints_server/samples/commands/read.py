"""The commands of a shell's text become requests."""

import re

from msgspec.structs import replace

from endpoints_server.samples.commands.curl import read_curl
from endpoints_server.samples.commands.httpie import read_httpie
from endpoints_server.samples.commands.wget import read_wget
from endpoints_server.samples.commands.windows import is_windows, read_windows
from endpoints_server.samples.languages.shell import Command, read_shell
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import SHELL_CODE
from endpoints_server.samples.words import words

READERS = {
    "curl": read_curl,
    "curl.exe": read_curl,
    "http": read_httpie,
    "https": read_httpie,
    "xh": read_httpie,
    "xhs": read_httpie,
    "wget": read_wget,
}
HARMLESS = words(
    "echo printf cat jq python python3 pip pip3 npm npx yarn pnpm bun node export set cd"
    " source head tail tee grep sed awk column fold time sleep brew apt apt-get uv less base64"
    " true mkdir ollama docker vllm setx $env: #"
)
BEFORE = frozenset({"sudo", "time", "exec", "command", "nohup", "!"})
COMMAND = re.compile(
    r"(?:^|[|&;(]|\b(?:then|do|time|sudo)\s)[ \t]*(?:\w+=\S*[ \t]+)*"
    r"(?:[\w/.-]*/)?(?P<name>curl(?:\.exe)?|https?|xhs?|wget)[ \t\\^`]+\S",
    re.MULTILINE,
)
ASSIGNMENT = re.compile(
    r"^[ \t]*(?:export[ \t]+|set[ \t]+|local[ \t]+)?[A-Za-z_]\w*=", re.MULTILINE
)


def has_commands(text: str) -> bool:
    """Say whether a text has a command in it that asks an API."""
    return bool(COMMAND.search(text))


def read_commands(text: str) -> list[Request]:
    """Read every command that asks an API."""
    text = text[start_of(text) :]
    if is_windows(text):
        return requests_of(read_windows(text))
    whole = requests_of(read_shell(text).commands)
    if any(each.body for each in whole):
        return whole
    apart = [
        request
        for part in text.split("\n\n")
        if has_commands(part)
        for request in requests_of(read_shell(part).commands)
    ]
    return apart if any(each.body for each in apart) or not whole else whole


def start_of(text: str) -> int:
    """Find where prose ends and commands begin."""
    found = [shape.search(text) for shape in (COMMAND, ASSIGNMENT)]
    starts = [match.start() for match in found if match is not None]
    return text.rfind("\n", 0, min(starts) + 1) + 1 if starts else 0


def requests_of(commands: tuple[Command, ...]) -> list[Request]:
    """Give what the commands would ask."""
    found: list[Request] = []
    has_other = False
    for command in commands:
        words = command.words
        while words and words[0] in BEFORE:
            words = words[1:]
        name = words[0].rpartition("/")[2].lower() if words else ""
        reader = READERS.get(name)
        if reader is not None:
            found += reader(Command(words=words, stdin=command.stdin, has_code=command.has_code))
        has_other = has_other or (reader is None and bool(found) and is_harmful(name))
    return [with_note(each) for each in found] if has_other else found


def is_harmful(name: str) -> bool:
    """Say whether a command beside is one that would do something."""
    return bool(name) and name.replace("-", "").isalnum() and name not in HARMLESS


def with_note(request: Request) -> Request:
    """Say of a request that code stood beside it."""
    return replace(request, warnings=(*request.warnings, SHELL_CODE))
