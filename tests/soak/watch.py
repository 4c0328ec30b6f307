"""What a server holds over time, and whether that grows."""

import math
import statistics
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from time import monotonic

from msgspec import Struct

from tests.bench.processes import process_tree, resident_bytes

SECONDS_PER_HOUR = 3600.0
MEGABYTE = 1024 * 1024
PARTS = 30


class Sample(Struct, frozen=True, kw_only=True):
    """What the processes of a server held, `seconds` after some beginning."""

    seconds: float
    resident_megabytes: float
    descriptors: int


class Trend(Struct, frozen=True):
    """How something changes in an hour, by a straight line, and the line's standard error."""

    per_hour: float
    error: float


def sample(process_id: int, began_at: float) -> Sample:
    """Look at a process and its descendants."""
    members = process_tree(process_id)
    return Sample(
        seconds=monotonic() - began_at,
        resident_megabytes=resident_bytes(process_id) / MEGABYTE,
        descriptors=sum(len(list(Path(f"/proc/{each}/fd").iterdir())) for each in members),
    )


def floors(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Give the lowest point of each part of the time, where all parts have equally many."""
    size = max(1, len(points) // PARTS)
    return [
        min(points[start : start + size], key=itemgetter(1))
        for start in range(0, len(points), size)
    ]


def trend(times: Sequence[float], values: Sequence[float]) -> Trend:
    """Lay a straight line through values at instants in seconds; raises where there are under 3."""
    slope, start = statistics.linear_regression(times, values)
    rests = [value - start - slope * time for time, value in zip(times, values, strict=True)]
    middle = statistics.fmean(times)
    spread = math.fsum((time - middle) ** 2 for time in times)
    error = math.sqrt(math.fsum(rest**2 for rest in rests) / (len(times) - 2) / spread)
    return Trend(slope * SECONDS_PER_HOUR, error * SECONDS_PER_HOUR)
