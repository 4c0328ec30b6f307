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


class Said(Struct, frozen=True, kw_only=True):
    """What the names of some headers come to: those that are sent, and the lines they leave to us.

    Without what frames a body, which is ours to say.
    """

    names: tuple[str, ...]
    defaults: tuple[str, ...]
    has_host: bool
    has_authorization: bool


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
    said = said_by(tuple(headers))
    lines = [f"{method} {target.path} HTTP/1.1"]
    if not said.has_host:
        lines.append(target.host)
    lines += [f"{name}: {headers[name]}" for name in said.names]
    lines += said.defaults
    if target.credentials and not said.has_authorization:
        lines.append(target.credentials)
    if body_bytes or method not in BODILESS:
        lines.append(f"Content-Length: {body_bytes}")
    return encode(lines)


@lru_cache(maxsize=1024)
def said_by(names: tuple[str, ...]) -> Said:
    """Look at the names of headers, once for the many requests that have the same.

    Raises httpx2.LocalProtocolError where one can be none.
    """
    if not all(map(NAME.fullmatch, names)):
        raise httpx2.LocalProtocolError("a header has no valid name")
    said = {name.lower() for name in names}
    return Said(
        names=tuple(name for name in names if name.lower() not in FRAMING),
        defaults=tuple(line for name, line in DEFAULTS if name not in said),
        has_host="host" in said,
        has_authorization="authorization" in said,
    )


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
