"""What a server holds over time, and whether that grows."""

import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from msgspec import Struct

from tests.bench.processes import process_tree, resident_bytes

SECONDS_PER_HOUR = 3600.0
MEGABYTE = 1024 * 1024


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


def trend(times: Sequence[float], values: Sequence[float]) -> Trend:
    """Lay a straight line through values at instants in seconds; raises where there are under 3."""
    slope, start = statistics.linear_regression(times, values)
    rests = [value - start - slope * time for time, value in zip(times, values, strict=True)]
    middle = statistics.fmean(times)
    spread = math.fsum((time - middle) ** 2 for time in times)
    error = math.sqrt(math.fsum(rest**2 for rest in rests) / (len(times) - 2) / spread)
    return Trend(slope * SECONDS_PER_HOUR, error * SECONDS_PER_HOUR)
