"""Header templates: text with placeholders, resolved in one pass over the template."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import chain

from msgspec import Struct

from endpoints_server.domain.command import Command
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret

LAST_LATIN_1 = "\xff"
PUBLIC = frozenset(
    {
        *("accept", "accept-language", "content-type", "user-agent", "origin", "referer"),
        *("http-referer", "x-title", "anthropic-version", "anthropic-beta", "openai-beta"),
    }
)
"""Headers whose values are no secret, and may stand in an upstream's words."""
LISTED = "anthropic-beta"
"""The one header whose values add up."""
FORBIDDEN = re.compile(r"[\r\n\x00]")


class Source(StrEnum):
    """Where a placeholder's value comes from."""

    USER = "user"
    BODY = "body"
    OPENID = "openid"


class Placeholder(Struct, frozen=True):
    """One `{{LIBRECHAT_…}}`; `is_credential` marks those without which the header must not go."""

    source: Source
    name: str
    is_credential: bool = False


Piece = str | Placeholder | Command


class HeaderTemplate(Struct, frozen=True):
    """One configured header: its name and the pieces of its value, in order.

    A command is the only piece of its header, and stands for what it gives when it is run; from
    then on the header `is_secret`, whatever its name. One that `is_own` is a person's, and nothing
    of the house's is in it.
    """

    name: str
    pieces: tuple[Piece, ...]
    is_secret: bool = False
    is_own: bool = False

    @property
    def command(self) -> Command | None:
        """The command that gives its value, where there is one."""
        return next((piece for piece in self.pieces if isinstance(piece, Command)), None)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Its configured words: each may be a credential, unless the name says otherwise."""
        if self.name.lower() in PUBLIC and not self.is_secret:
            return ()
        texts = (piece for piece in self.pieces if isinstance(piece, str))
        return tuple(Secret(word) for text in texts for word in text.split())

    def __repr__(self) -> str:
        return f"HeaderTemplate({self.name!r}, …)"


class Conversation(Struct, frozen=True, kw_only=True):
    """Which conversation a call belongs to, as its caller told."""

    id: str = ""
    parent_message_id: str = ""
    message_id: str = ""

    def field(self, name: str) -> str:
        """Give a field by its placeholder name; what was not told is empty."""
        match name:
            case "CONVERSATIONID":
                return self.id
            case "PARENTMESSAGEID":
                return self.parent_message_id
            case _:  # the templates hold known names only, and this is the last
                return self.message_id


def render(
    templates: Iterable[HeaderTemplate], person: Person, conversation: Conversation
) -> dict[str, str]:
    """Resolve each template once; values put in are never looked at again.

    A header is left out where a value would break the line (CR, LF, NUL), a credential is missing,
    or a command was not run. Text beyond Latin-1 goes as `b64:` and the base64 of its UTF-8 bytes,
    as LibreChat sends it.
    """
    rendered: dict[str, str] = {}
    for template in templates:
        value = render_value(template.pieces, person, conversation)
        if value is not None and not FORBIDDEN.search(value):
            rendered[template.name] = value
    return rendered


def render_value(
    pieces: tuple[Piece, ...], person: Person, conversation: Conversation
) -> str | None:
    """Join the pieces of one value, or give None where what must be there is missing."""
    texts: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        if isinstance(piece, Command):
            return None
        value = look_up(piece, person, conversation)
        if value is None and piece.is_credential:
            return None
        texts.append(encode(value or ""))
    return "".join(texts)


def look_up(piece: Placeholder, person: Person, conversation: Conversation) -> str | None:
    """Find a placeholder's value, or None where it is not known."""
    match piece.source:
        case Source.USER:
            return person.field(piece.name)
        case Source.BODY:
            return conversation.field(piece.name)
        case Source.OPENID:
            return None


def encode(value: str) -> str:
    """Make a value fit for a header line."""
    if all(character <= LAST_LATIN_1 for character in value):
        return value
    return "b64:" + b64encode(value.encode()).decode()


def overlay(lower: Mapping[str, str], upper: Mapping[str, str]) -> dict[str, str]:
    """Lay one set of headers over another; names are compared without case, the upper wins.

    What `anthropic-beta` asks for is asked for together, as LibreChat does.
    """
    laid: dict[str, tuple[str, str]] = {}
    for name, value in chain(lower.items(), upper.items()):
        key = name.lower()
        adds_up = key == LISTED and key in laid
        laid[key] = name, joined(laid[key][1], value) if adds_up else value
    return dict(laid.values())


def joined(one: str, other: str) -> str:
    """Join two lists with commas, each word once."""
    words = (word.strip() for word in f"{one},{other}".split(","))
    return ",".join(dict.fromkeys(filter(None, words)))
