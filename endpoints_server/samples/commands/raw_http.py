"""A request as it goes over the line, and an address alone."""

import re

from endpoints_server.samples.meaning.body import read_body
from endpoints_server.samples.meaning.place import read_place
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import WIRE_ASSUMED

FIRST_LINE = re.compile(
    r"^[ \t]*(?:POST|GET|PUT)[ \t]+(?P<target>\S+)(?:[ \t]+HTTP/[\d.]+)?[ \t]*$", re.MULTILINE
)
HEADER = re.compile(r"^[ \t]*(?P<name>[A-Za-z][\w-]*)[ \t]*:[ \t]*(?P<value>[^\n]*)$")
ADDRESS = re.compile(r"https?://[^\s\"'`<>()\[\],]+")
COMMENT = ("#", "//", "--", "<!--")


def read_raw_http(text: str) -> list[Request]:
    """Read a request line, headers, an empty line and a body."""
    start = FIRST_LINE.search(text)
    if start is None:
        return []
    lines = text[start.end() :].lstrip("\n").split("\n")
    headers: list[tuple[str, str]] = []
    while lines and (header := HEADER.match(lines[0])):
        headers.append((header["name"], header["value"].strip()))
        lines.pop(0)
    host = next((value for name, value in headers if name.lower() == "host"), "")
    target = start["target"]
    url = target if "://" in target else f"https://{host}{target}"
    body, warnings = read_body("\n".join(lines))
    return (
        [Request(url=url, headers=tuple(headers), body=body, warnings=warnings)]
        if host or "://" in target
        else []
    )


def read_bare(text: str) -> list[Request]:
    """Read an address that stands alone, or one in prose that no doubt is an endpoint's."""
    whole = text.strip().strip("<>`'\"").strip()
    if ADDRESS.fullmatch(whole):
        return [Request(url=whole, is_bare=True)]
    lines = [line for line in text.split("\n") if not line.lstrip().startswith(COMMENT)]
    found = (each[0].rstrip(".;:!?") for line in lines for each in ADDRESS.finditer(line))
    return [Request(url=url, is_bare=True) for url in found if is_certain(url)][:1]


def is_certain(url: str) -> bool:
    """Say whether an address is one of a wire."""
    place = read_place(url)
    return place.error is None and WIRE_ASSUMED not in place.warnings
