"""A curl command becomes the request that it would send."""

from collections.abc import Sequence

from endpoints_server.samples.commands.options import Option, read_options
from endpoints_server.samples.languages.shell import CODE, Command
from endpoints_server.samples.meaning.body import read_body
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import BODY_ELSEWHERE, SHELL_CODE

BODIES = frozenset({"data", "data-ascii", "data-binary", "data-raw", "json"})
STANDARD_INPUT = frozenset({"@-", "@/dev/stdin"})


def read_curl(command: Command) -> list[Request]:
    """Give what curl would ask: one request for each address, `--next` apart."""
    options = list(read_options(command.words[1:]))
    found: list[Request] = []
    start = 0
    for at, option in enumerate([*options, Option("next")]):
        if option.name == "next":
            found += read_part(options[start:at], command)
            start = at + 1
    return found


def read_part(options: Sequence[Option], command: Command) -> list[Request]:
    """Read the options of one transfer."""
    urls = [each.value for each in options if each.name in ("", "url") and is_address(each.value)]
    texts = [each for each in options if each.name in BODIES]
    body, warnings = body_of(texts, command)
    if command.has_code or any(CODE in each.value for each in options):
        warnings = (*warnings, SHELL_CODE)
    headers = [header_of(each.value) for each in options if each.name == "header"]
    headers += [("Cookie", each.value) for each in options if each.name == "cookie"]
    users = [each.value for each in options if each.name == "user"]
    tokens = [each.value for each in options if each.name == "oauth2-bearer"]
    headers += [("Authorization", f"Bearer {token}") for token in tokens[:1]]
    headers += [("Authorization", f"Basic {user}") for user in users[:1]]
    return [
        Request(url=url, headers=tuple(headers), body=body, warnings=warnings) for url in urls[:2]
    ]


def is_address(text: str) -> bool:
    """Say whether a word is an address rather than a stray piece of a broken command."""
    return (
        any(sign in text for sign in "./$:") and not any(sign in text for sign in " \n{\"'")
    ) or ("${" in text and " " not in text)


def header_of(text: str) -> tuple[str, str]:
    """Cut a header line; one that ends in `;` is sent empty."""
    name, _, value = text.partition(":")
    return name.strip(), value.strip(" \t")


def body_of(texts: Sequence[Option], command: Command) -> tuple[dict[str, object], tuple[str, ...]]:
    """Read what is sent: written out, or from where it says."""
    pieces: list[str] = []
    for each in texts:
        if each.value in STANDARD_INPUT and command.stdin is not None:
            pieces.append(command.stdin)
        elif each.value.startswith("@") and each.name != "data-raw":
            return {}, (BODY_ELSEWHERE,)
        else:
            pieces.append(each.value)
    return read_body("&".join(pieces)) if pieces else ({}, ())
