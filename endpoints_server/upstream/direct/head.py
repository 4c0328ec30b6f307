"""The bytes before a request's body, and where they go."""

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import httpx2
from msgspec import Struct

from endpoints_server.upstream.bounds import SPOKEN, UNLESS_SENT

PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
FRAMING = frozenset({"content-length", "transfer-encoding"})
BODILESS = frozenset({"GET", "HEAD"})
DEFAULTS = tuple((name.lower(), f"{name}: {value}") for name, value in UNLESS_SENT)


class Place(NamedTuple):
    """What a connection leads to; `host` is without brackets."""

    is_tls: bool
    host: str
    port: int


class Target(Struct, frozen=True, kw_only=True):
    """A URL as a request names it."""

    place: Place
    path: str
    host: str
    credentials: str


@lru_cache(maxsize=1024)
def target_of(url: str) -> Target:
    """Take a URL apart, once for the many calls that go there.

    Raises httpx2's InvalidURL and UnsupportedProtocol.
    """
    read = httpx2.URL(url)
    if read.scheme not in SPOKEN or not read.raw_host:
        raise httpx2.UnsupportedProtocol("neither http nor https")
    port = read.port or PORTS[read.scheme]
    words = f"{read.username}:{read.password}".encode() if read.userinfo else b""
    return Target(
        place=Place(read.scheme == "https", read.raw_host.decode(), port),
        path=read.raw_path.decode(),
        host=f"Host: {read.netloc.decode()}",
        credentials=f"Authorization: Basic {b64encode(words).decode()}" if words else "",
    )


def head_of(method: str, target: Target, headers: Mapping[str, str], body_bytes: int) -> bytes:
    """Write the request line and the headers, with what HTTP needs and they do not say.

    The length is always the body's own. Raises httpx2.LocalProtocolError for what would end a line.
    """
    lines = [f"{method} {target.path} HTTP/1.1", target.host]
    said = set()
    for name, value in headers.items():
        lower = spelt_small(name)
        if lower not in FRAMING:
            said.add(lower)
            lines.append(f"{name}: {value}")
    if "host" in said:
        del lines[1]
    lines += [line for name, line in DEFAULTS if name not in said]
    if target.credentials and "authorization" not in said:
        lines.append(target.credentials)
    if body_bytes or method not in BODILESS:
        lines.append(f"Content-Length: {body_bytes}")
    return encode(lines)


@lru_cache(maxsize=1024)
def spelt_small(name: str) -> str:
    """Give a header's name in lower case; raises httpx2.LocalProtocolError where it can be none."""
    if NAME.fullmatch(name) is None:
        raise httpx2.LocalProtocolError("a header has no valid name")
    return name.lower()


def encode(lines: list[str]) -> bytes:
    """Join the lines of a head; a line that Latin-1 cannot write is written in UTF-8."""
    lines += ("", "")
    text = "\r\n".join(lines)
    ends = len(lines) - 1
    if text.count("\n") != ends or text.count("\r") != ends or "\0" in text:
        raise httpx2.LocalProtocolError("a header would end its line")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\r\n".join(encode_line(line) for line in lines)


def encode_line(line: str) -> bytes:
    """Write one line in the narrowest of the two encodings that can."""
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode()
