"""What lists of `allowedAddresses` may hold."""

from collections.abc import Iterator

from endpoints_server.config.checks.wording import subject
from endpoints_server.config.problem import Level, Problem
from endpoints_server.config.text.document import Document, Path
from endpoints_server.domain.address.allowed import Mistake, read_allowed

BLOCKS = ("endpoints", "actions", "mcpSettings")
"""Blocks with such a list; all but the first are LibreChat's own."""


def check_allowed_addresses(document: Document) -> Iterator[Problem]:
    """Tell of entries that allow nothing; those that LibreChat takes all the same are warnings."""
    for block in BLOCKS:
        yield from check_list(document, (block, "allowedAddresses"))


def check_list(document: Document, place: Path) -> Iterator[Problem]:
    """Check one list."""
    entries = document.get(place)
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        mistake = read_allowed(entry) if isinstance(entry, str) else None
        if isinstance(mistake, Mistake):
            path = (*place, number)
            level = Level.WARNING if mistake is Mistake.UNMATCHABLE else Level.ERROR
            yield document.problem(path, f"{subject(path)} {mistake}", level=level)
