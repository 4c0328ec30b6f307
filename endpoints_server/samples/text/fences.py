"""The pieces of code in a page of prose."""

import re

from msgspec import Struct

FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)[^\n]*$")


class Piece(Struct, frozen=True):
    """A piece of code, and the language it is said to be in."""

    code: str
    language: str = ""


def pieces_of(text: str) -> list[Piece]:
    """Cut out what stands between fences; a text without any is one piece."""
    pieces: list[Piece] = []
    lines: list[str] = []
    mark = language = ""
    for line in text.split("\n"):
        fence = FENCE.match(line)
        if fence is None or (mark and not fence["mark"].startswith(mark)):
            lines.append(line)
            continue
        if mark:
            pieces.append(Piece("\n".join(lines), language))
        lines = []
        mark, language = ("", "") if mark else (fence["mark"], fence["language"].lower())
    if mark:
        pieces.append(Piece("\n".join(lines), language))
    return pieces or [Piece(text)]
