"""Configured headers: names that are tokens, values that fit on a line, known placeholders."""

import re
from collections.abc import Iterator

from endpoints_server.config.checks.nearest import nearest
from endpoints_server.config.headers import PLACEHOLDERS, Template, read_template
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.values.command import is_command, plain
from endpoints_server.domain.header import FORBIDDEN, LAST_LATIN_1, Placeholder, Source

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def check_headers(document: Document, entry: Path) -> Iterator[Problem]:
    """Check the headers of one endpoint; values are already expanded."""
    headers = document.get((*entry, "headers"))
    if not isinstance(headers, dict):
        return
    seen: set[str] = set()
    for name, value in headers.items():
        path = (*entry, "headers", name)
        yield from check_name(document, path, name, seen)
        seen.add(name.lower())
        if isinstance(value, str):
            yield from check_value(document, path, name, value)


def check_name(document: Document, path: Path, name: str, seen: set[str]) -> Iterator[Problem]:
    """Tell of a name no header can have, or that stands twice."""
    if not TOKEN.fullmatch(name):
        message = f"{shown(name)} cannot be the name of a header"
        hint = "letters, digits and `-`, without spaces or `:`"
        yield document.problem(path, message, hint, is_about_key=True)
    elif name.lower() in seen:
        message = f"the header {shown(name)} stands here twice; case does not count"
        yield document.problem(path, message, is_about_key=True)
    elif name.lower() == "content-type":
        message = f"{shown(name)} is not sent: it is the body's own, which is JSON"
        yield document.problem(path, message, is_about_key=True, level=Level.NOTE)


def check_value(document: Document, path: Path, name: str, value: str) -> Iterator[Problem]:
    """Tell of a value that would break the line, and of placeholders nothing can fill in."""
    if is_command(value):
        return
    value = plain(value)
    if FORBIDDEN.search(value):
        yield document.problem(path, f"the header {shown(name)} must be a single line")
    elif any(character > LAST_LATIN_1 for character in value):
        message = f"the header {shown(name)} holds letters beyond Latin-1"
        yield document.problem(path, message)
    template = read_template(value)
    for unknown in template.unknown:
        yield document.problem(path, misread(unknown), meant(unknown))
    yield from note_sign_in(document, path, name, template)


def misread(unknown: str) -> str:
    """Say that a placeholder is not known, or that a known one lacks its braces."""
    if unknown in PLACEHOLDERS:
        return f"{shown(unknown)} stands without its two braces on each side"
    return f"nothing can fill in {shown('{{' + unknown + '}}')}"


def meant(unknown: str) -> str:
    """Suggest the placeholder somebody meant."""
    name = nearest(unknown, PLACEHOLDERS)
    return f"did you mean `{{{{{name}}}}}`?" if name else ""


def note_sign_in(
    document: Document, path: Path, name: str, template: Template
) -> Iterator[Problem]:
    """Note that what comes from an OpenID sign-in is not there yet."""
    pieces = [piece for piece in template.pieces if isinstance(piece, Placeholder)]
    openid = [piece for piece in pieces if piece.source is Source.OPENID]
    if not openid:
        return
    is_left_out = any(piece.is_credential for piece in openid)
    outcome = "the header is left out" if is_left_out else "it stays empty"
    message = f"{shown(name)}: nobody signs in by OpenID as yet, so {outcome}"
    yield document.problem(path, message, level=Level.NOTE)
