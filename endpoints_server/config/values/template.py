"""Values of pi's `models.json`: its own template syntax, told apart from the YAML's."""

import re
from collections.abc import Mapping

from endpoints_server.config.expand import DENIED, Expansion

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
PIECE = re.compile(
    rf"\$(?:(?P<escaped>[$!])|\{{(?P<braced>{NAME})\}}|(?P<odd>\{{[^}}]*\}})|(?P<bare>{NAME}))"
)
"""A variable, an escape, or braces around something that is no name, which stay as they are."""


def fill_template(text: str, environ: Mapping[str, str]) -> Expansion:
    """Fill in every `$NAME` and `${NAME}`; `$$` is a dollar sign and `$!` an exclamation mark.

    Everything else is text as it stands, spaces included. An empty variable counts as unset; what
    is filled in is not looked at again.
    """
    used: dict[str, None] = {}
    missing: dict[str, None] = {}

    def filled(match: re.Match[str]) -> str:
        if match.group("escaped") or match.group("odd"):
            return match.group("escaped") or match.group()
        name = match.group("braced") or match.group("bare")
        value = "" if name in DENIED else environ.get(name, "")
        (used if value else missing)[name] = None
        return value or match.group()

    expanded = PIECE.sub(filled, text)
    return Expansion(text=expanded, used=tuple(used), missing=tuple(missing))


def in_yaml(text: str) -> str:
    """Write such a value for the YAML, where it comes to the same."""
    pieces: list[str] = []
    end = 0
    for match in PIECE.finditer(text):
        pieces += [doubled(text[end : match.start()]), piece_in_yaml(match)]
        end = match.end()
    written = "".join([*pieces, doubled(text[end:])])
    return f"${written}" if written.startswith("!") else written


def piece_in_yaml(match: re.Match[str]) -> str:
    """Write one piece for the YAML."""
    name = match.group("braced") or match.group("bare")
    if name:
        return f"${{{name}}}"
    return doubled(match.group() if match.group("odd") else match.group("escaped"))


def doubled(text: str) -> str:
    """Write text that holds no variable."""
    return text.replace("$", "$$")
