"""A command of HTTPie, whose words say by their separators what they are."""

import re
from typing import Any

from endpoints_server.samples.commands.curl import header_of
from endpoints_server.samples.languages.shell import Command
from endpoints_server.samples.meaning.body import read_body, read_json
from endpoints_server.samples.request import Request

ITEM = re.compile(r"(?P<name>[^\s:=@]+?)(?P<sign>:=@|=@|:=|==|=|:)(?P<value>.*)", re.DOTALL)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
WITH_VALUE = frozenset(
    {"-a", "--auth", "-A", "--auth-type", "--raw", "--timeout", "-o", "--output"}
)


def read_httpie(command: Command) -> list[Request]:
    """Give what HTTPie would ask."""
    words, options = split(command.words[1:])
    words = [word for word in words if word not in METHODS]
    if not words:
        return []
    headers, body, query = items_of(words[1:])
    if options.get("auth"):
        is_bearer = options.get("auth-type") == "bearer"
        headers.append(("Authorization", f"{'Bearer' if is_bearer else 'Basic'} {options['auth']}"))
    raw = options.get("raw") or (command.stdin if not body else None)
    sent, warnings = read_body(raw) if raw else (body, ())
    return [
        Request(
            url=address(words[0], command.words[0]),
            headers=tuple(headers),
            body=sent,
            query=query,
            warnings=warnings,
        )
    ]


def address(word: str, name: str) -> str:
    """Give an address; `:3000/x` is on this machine, and `https` is a scheme."""
    if word.startswith(":"):
        return f"http://localhost{word.removeprefix(':') if word[1:2] == '/' else word}"
    is_secure = name in ("https", "xhs") and "://" not in word
    return f"https://{word}" if is_secure else word


def split(words: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Tell options from the rest."""
    plain: list[str] = []
    options: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, is_joined, value = word.partition("=")
        if not word.startswith("-"):
            plain.append(word)
        elif name in WITH_VALUE:
            long = {"-a": "auth", "-A": "auth-type"}.get(name, name.lstrip("-"))
            options[long] = value if is_joined else next(rest, "")
    return plain, options


def items_of(
    words: list[str],
) -> tuple[list[tuple[str, str]], dict[str, Any], dict[str, str]]:
    """Read headers, fields and query parameters."""
    headers: list[tuple[str, str]] = []
    body: dict[str, Any] = {}
    query: dict[str, str] = {}
    for word in words:
        item = ITEM.fullmatch(word)
        if item is None:
            continue
        match item["sign"]:
            case ":":
                headers.append(header_of(word))
            case ":=":
                body[item["name"]] = read_json(item["value"])
            case "==":
                query[item["name"]] = item["value"]
            case "=":
                body[item["name"]] = item["value"]
            case _:
                pass  # the value is in another file
    return headers, body, query
