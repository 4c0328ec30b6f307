"""Values that no request can carry."""

import math
from collections.abc import Iterator

from endpoints_server.config.checks.wording import subject
from endpoints_server.config.problem import Problem
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.text.scalar import Date


def check_plain(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of dates, infinities and the like below a path."""
    value = document.get(path)
    match value:
        case dict():
            for key in value:
                yield from check_plain(document, (*path, key))
        case list():
            for number in range(len(value)):
                yield from check_plain(document, (*path, number))
        case Date():
            yield document.problem(path, f"{subject(path)} is read as a date", "quote it")
        case float() if not math.isfinite(value):
            yield document.problem(path, f"{subject(path)} must be a finite number")
        case _:  # text, numbers, truth values and null can all be sent
            return
