"""Look for a real key anywhere in a text, comments and messages included."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from endpoints_server.samples.draft import KeyKind
from endpoints_server.samples.keys.kind import has_known_key, is_key, is_secret_name, judge

VALUE = r"[^\s\"'`\\,;&<>(){}\[\]|]{16,}+(?![(\[])"
NAMED = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<name>[A-Za-z_-][A-Za-z0-9_-]{1,60})"
    r"(?=(?:\\*[\"']?\]?\s{0,8}(?::=|=>|[:=(])|\\*[\"']\s{0,8},|(?<=[A-Z_])[ \t]+\"?)\s{0,8}"
    r"(?:[A-Za-z_.]{0,30}\()?[fbru]?\\*[\"'`]{0,3}(?i:(?:bearer|basic|token)\s+)?"
    rf"(?P<value>{VALUE}))"
)
DEFAULT = re.compile(
    rf"(?i:getenv|environ|env|fetch)[^\n]{{0,80}}?[\"'](?:,|\)?\s*(?:\|\||\?\?|or)|:-)\s*[\"'](?P<value>{VALUE})[\"']"
)
SHELL_DEFAULT = re.compile(rf"\$\{{[A-Za-z_][A-Za-z0-9_]*:?[-=](?P<value>{VALUE})\}}")
FALLBACK = re.compile(
    rf"(?<![A-Za-z0-9_])(?P<name>[A-Za-z_][A-Za-z0-9_]{{1,60}})[\"')\]]{{0,3}}\s{{0,4}}(?:\|\||\?\?|or)\s{{0,4}}"
    rf"[\"'`](?P<value>{VALUE})[\"'`]"
)
SCHEMED = re.compile(rf"\b(?i:bearer|basic)[\s\\\"'`,+]{{1,8}}(?P<value>{VALUE})")
FIRST_ARGUMENT = re.compile(
    rf"(?:Client|AI|Anthropic|Groq|Mistral|Credential)\(\s{{0,8}}[\"'](?P<value>{VALUE})[\"']"
)
LOGIN = re.compile(r"://[^\s/\"'@:]*:(?P<value>[^\s/\"'@]+)@|://(?P<only>[^\s/\"'@:]+)@")
LOGIN_OPTION = re.compile(r"(?:\s-[a-zA-Z]*u|--user)[\s=]*[\"']?[^\s:\"']*:(?P<value>[^\s\"']+)")
PATH = re.compile(r"https?://[^\s/\"'`]+(?P<path>/[^\s\"'`?#]*)")
SEGMENT_SHORTEST = 24


def has_key(text: str) -> bool:
    """Say whether something in a text seems to be a real key."""
    return has_known_key(text) or any(map(is_real, values_in(text))) or has_key_in_path(text)


def values_in(text: str) -> Iterator[str]:
    """Give every text that stands where a key belongs, in whichever language."""
    for found in NAMED.finditer(text):
        if is_secret_name(found["name"]):
            yield found["value"]
    for found in FALLBACK.finditer(text):
        if is_secret_name(found["name"]):
            yield found["value"]
    for shape in (DEFAULT, SHELL_DEFAULT, SCHEMED, FIRST_ARGUMENT, LOGIN_OPTION):
        yield from (found["value"] for found in shape.finditer(text))
    for found in LOGIN.finditer(text):
        yield unquote(found["value"] or found["only"])


def is_real(value: str) -> bool:
    """Say whether what stands in a key's place is a key."""
    return judge(value) is KeyKind.REAL_LOOKING


def has_key_in_path(text: str) -> bool:
    """Say whether a part of an address's path is a key rather than a name."""
    return any(
        is_secret_segment(segment)
        for found in PATH.finditer(text)
        for segment in found["path"].split("/")
    )


def is_secret_segment(segment: str) -> bool:
    """Say whether a part of a path mixes signs as no name does."""
    if len(segment) < SEGMENT_SHORTEST or not segment.isalnum():
        return has_known_key(segment)
    kinds = (str.isdigit, str.islower, str.isupper)
    return is_key(segment) and all(any(map(kind, segment)) for kind in kinds)
