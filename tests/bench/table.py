"""The table: one row a figure, one column a target, and the goals beside them."""

from collections.abc import Iterator, Mapping
from statistics import median

from msgspec import Struct

from tests.bench.figures import (
    Cell,
    added,
    compare,
    cpu_per_call,
    cpu_per_chunk,
    first_token_took,
    grown,
    rate,
    took,
)
from tests.bench.measure import Loads, Memory

MEGABYTE = 1_000_000


class Goal(Struct, frozen=True, kw_only=True):
    """The most that ours may need, as a figure or as a ratio to the passthrough."""

    most: float
    is_ratio: bool = False
    aim: float | None = None


class Row(Struct, frozen=True, kw_only=True):
    """One figure for every target that has it."""

    label: str
    cells: Mapping[str, Cell]
    digits: int = 0
    goal: Goal | None = None


class Results(Struct, frozen=True, kw_only=True):
    """Everything measured: loads, memory by target, and seconds to ready by target."""

    loads: Loads
    memory: Mapping[str, Memory]
    ready_seconds: Mapping[str, list[float]]


CPU_GOAL = Goal(most=2.06, is_ratio=True, aim=1.2)
CHUNK_GOAL = Goal(most=1.5, is_ratio=True)
TAIL_GOAL = Goal(most=3)
MEMORY_GOAL = Goal(most=250)
READY_GOAL = Goal(most=2)


def rows(results: Results) -> list[Row]:
    """Make the rows of the table."""
    return [
        *call_rows(results.loads),
        *stream_rows(results.loads),
        *memory_rows(results.memory),
        ready_row(results.ready_seconds),
        error_row(results),
    ]


def call_rows(loads: Loads) -> Iterator[Row]:
    """Tell what whole answers cost, how many come in a second, and how much later."""
    for name in ("c=1", "c=10", "c=100", "c=500"):
        goal = None if name == "c=1" else CPU_GOAL
        cells = compare(loads[name], cpu_per_call)
        yield Row(label=f"CPU per call, {name}, µs", cells=cells, goal=goal)
    for name in ("c=100", "c=500"):
        cells = grown(loads[name], loads["c=10"], cpu_per_call)
        yield Row(label=f"CPU per call, {name} ÷ c=10", cells=cells, digits=2)
    for name in ("c=1", "c=10", "c=100", "c=500"):
        cells = rate(loads[name], lambda load: load.answers)
        yield Row(label=f"calls per second, {name}", cells=cells)
    for name in ("c=1", "c=10", "c=100"):
        for percent in (50, 99):
            goal = TAIL_GOAL if (name, percent) == ("c=10", 99) else None
            cells = added(loads[name], took(percent))
            yield Row(label=f"added p{percent}, {name}, ms", cells=cells, digits=2, goal=goal)


def stream_rows(loads: Loads) -> Iterator[Row]:
    """Tell what a chunk costs, and how much later the first one comes."""
    steady, flood = loads["steady"], loads["flood"]
    for percent in (50, 99):
        cells = added(steady, first_token_took(percent))
        yield Row(label=f"added first token p{percent}, 50 streams, ms", cells=cells, digits=2)
    cells = compare(steady, cpu_per_chunk)
    yield Row(label="CPU per chunk, 50 streams of 20/s, µs", cells=cells, digits=1)
    cells = compare(flood, cpu_per_chunk)
    yield Row(label="CPU per chunk, flood, µs", cells=cells, digits=1, goal=CHUNK_GOAL)
    cells = rate(flood, lambda load: load.chunks)
    yield Row(label="chunks per second, flood", cells=cells)


def memory_rows(memory: Mapping[str, Memory]) -> Iterator[Row]:
    """Tell what a server holds before and with many open streams."""
    streams = max(found.load.answers for found in memory.values())
    idle = {name: found.idle_bytes for name, found in memory.items()}
    most = {name: found.most_bytes for name, found in memory.items()}
    more = {name: most[name] - idle[name] for name in memory}
    yield Row(label="memory idle, MB", cells=megabytes(idle))
    yield Row(label=f"growth with {streams} streams, MB", cells=megabytes(more))
    label = f"memory with {streams} streams, MB"
    yield Row(label=label, cells=megabytes(most), goal=MEMORY_GOAL)


def ready_row(ready_seconds: Mapping[str, list[float]]) -> Row:
    """Tell how long after its start a server was ready."""
    cells = {name: Cell(value=median(seconds)) for name, seconds in ready_seconds.items()}
    return Row(label="ready after, s", cells=cells, digits=2, goal=READY_GOAL)


def error_row(results: Results) -> Row:
    """Count the answers that were wrong or never came."""
    return Row(
        label="errors",
        cells={name: Cell(value=sum(said.values())) for name, said in failures_of(results).items()},
    )


def failures_of(results: Results) -> dict[str, dict[str, int]]:
    """Gather what went wrong, by target: what was said, and how often."""
    loads = [pair for found in results.loads.values() for pair in found.items()]
    memory = [(name, [found.load]) for name, found in results.memory.items()]
    gathered: dict[str, dict[str, int]] = {}
    for name, rounds in [*loads, *memory]:
        said = gathered.setdefault(name, {})
        for load in rounds:
            for text, count in load.failures.items():
                said[text] = said.get(text, 0) + count
    return gathered


def megabytes(found: Mapping[str, int]) -> dict[str, Cell]:
    """Tell bytes as megabytes."""
    return {name: Cell(value=found_bytes / MEGABYTE) for name, found_bytes in found.items()}
