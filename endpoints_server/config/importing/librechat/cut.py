"""Blocks that only LibreChat's screens read are cut out of a file where they are in the way."""

from collections.abc import Iterator

from endpoints_server.config.edit.outline import Part, outline_of
from endpoints_server.config.edit.place import Change, line_after
from endpoints_server.config.importing.written import Report
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document

KEPT = ("version", "endpoints", "server", "balance", "interface", "transactions")
"""Root keys that this server reads."""


def without_blocks(text: str, errors: list[Problem], report: Report) -> str:
    """Cut the blocks that errors stand in, last first, and say so."""
    root = outline_of(text).root
    if root is None or root.is_flow:
        return text
    for name, key, value in reversed(list(in_the_way(root, report.document, errors))):
        reason = next(each for each in errors if is_within(report.document, root, name, each))
        message = f"the block {shown(name)} is left out: {reason.message}"
        report.tell((name,), message, Level.WARNING)
        text = Change(key.start, line_after(text, max(key.end, value.end - 1)), "").made_in(text)
    return text


def in_the_way(
    root: Part, document: Document, errors: list[Problem]
) -> Iterator[tuple[str, Part, Part]]:
    """Give the blocks with errors that nothing here reads."""
    for name, key, value in root.pairs:
        if name not in KEPT and any(is_within(document, root, name, each) for each in errors):
            yield name, key, value


def is_within(document: Document, root: Part, name: str, error: Problem) -> bool:
    """Say whether an error stands in the block of a name."""
    lines = [document.key_mark((key,)).line for key, *_ in root.pairs]
    first = document.key_mark((name,)).line
    behind = min((line for line in lines if line > first), default=error.line + 1)
    return first <= error.line < behind
