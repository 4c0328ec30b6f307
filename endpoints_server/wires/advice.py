"""How long an upstream says to wait, as the headers of every wire tell it."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

COUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*", re.ASCII)
LONGEST_SECONDS = 31_536_000.0
"""A year: whoever is told to wait for longer is told that."""
LONGEST_COUNT = 400
"""Characters of a number; no header that means one is longer."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the advice to wait, in seconds; a date counts from the answer's own `date`."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = seconds_in(headers.get(name, ""), scale)
        if seconds is not None:
            return seconds
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        told = (until - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(told, 0.0), LONGEST_SECONDS)


def seconds_in(text: str, scale: float = 1.0) -> float | None:
    """Read a count of something that is not negative, as seconds; None where it is no number."""
    found = COUNT.fullmatch(text) if len(text) <= LONGEST_COUNT else None
    return min(float(found[1]) * scale, LONGEST_SECONDS) if found else None
