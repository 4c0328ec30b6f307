"""The tables: one row a figure, one column a target, and the goals beside them."""

from collections.abc import Iterator, Mapping
from statistics import median

from msgspec import Struct

from tests.bench.figures import (
    ByTarget,
    Cell,
    added,
    compare,
    cpu_per_call,
    cpu_per_chunk,
    database_cpu_per_call,
    dearer,
    first_token_took,
    grown,
    rate,
    share_left_out,
    told,
    took,
    without_stops,
)
from tests.bench.measure import FLOODED, HALF, OWED_CALLS_PER_SECOND, PACED, WHOLE, Loads, Memory
from tests.bench.targets import (
    CROSSINGS,
    PASSTHROUGH,
    POSTGRES,
    POSTGRES_RULED,
    RELAYED,
    RULED,
    WORKERS,
)

MEGABYTE = 1_000_000


class Goal(Struct, frozen=True, kw_only=True):
    """The most or the least that a figure may be, or its ratio to the reference's.

    `of` names the targets it is set for.
    """

    most: float | None = None
    least: float | None = None
    is_ratio: bool = False
    aim: float | None = None
    of: tuple[str, ...] = (RELAYED.name,)


class Row(Struct, frozen=True, kw_only=True):
    """One figure for every target that has it."""

    label: str
    cells: Mapping[str, Cell]
    digits: int = 0
    goal: Goal | None = None


class Results(Struct, frozen=True, kw_only=True):
    """What was measured of one group of targets: loads, memory by target, seconds to ready by
    target, entries a second by target."""

    loads: Loads
    memory: Mapping[str, Memory] = {}
    ready_seconds: Mapping[str, list[float]] = {}
    entries_per_second: Mapping[str, float] = {}


CPU_GOAL = Goal(most=2.06, is_ratio=True, aim=1.2)
CHUNK_GOAL = Goal(most=1.5, is_ratio=True)
TAIL_GOAL = Goal(most=3)
MEMORY_GOAL = Goal(most=250)
READY_GOAL = Goal(most=2)
CROSSED = tuple(target.name for target in CROSSINGS)
CROSSED_GOAL = Goal(most=2, is_ratio=True, of=CROSSED)
CROSSED_CHUNK_GOAL = Goal(most=25, of=CROSSED)
PLAIN = {RULED.name: RELAYED.name, POSTGRES_RULED.name: POSTGRES.name}
"""Which target a target with rules is compared to."""
RULES_GOAL = Goal(most=250, of=tuple(PLAIN))
HALF_LOAD_GOAL = Goal(
    most=8,
    of=(RELAYED.name, RULED.name, POSTGRES.name, POSTGRES_RULED.name, WORKERS.name),
)
PACED_LABEL = f"{OWED_CALLS_PER_SECOND / 2:.0f} calls/s"
LEDGER_GOAL = Goal(least=2000, of=(RELAYED.name, POSTGRES.name))


def gateway_rows(results: Results) -> list[Row]:
    """Make the rows of the gateways' table."""
    return [
        *call_rows(results.loads),
        *stream_rows(results.loads),
        *memory_rows(results.memory),
        ready_row(results.ready_seconds),
        error_row(results),
    ]


def crossing_rows(results: Results) -> list[Row]:
    """Make the rows of what is translated, beside what is relayed."""
    whole = compare(results.loads[WHOLE.name], cpu_per_call, RELAYED.name)
    chunk = compare(results.loads[FLOODED.name], cpu_per_chunk, RELAYED.name)
    return [
        Row(label="CPU per call, c=10, µs", cells=whole, goal=CROSSED_GOAL),
        Row(label="CPU per chunk, flood, µs", cells=chunk, digits=1, goal=CROSSED_CHUNK_GOAL),
        error_row(results),
    ]


def store_rows(results: Results) -> list[Row]:
    """Make the rows of what money and shared stores cost."""
    whole, half = results.loads[WHOLE.name], results.loads[HALF.name]
    entries = {name: Cell(value=rate) for name, rate in results.entries_per_second.items()}
    return [
        Row(label="CPU per call, c=10, µs", cells=compare(whole, cpu_per_call, RELAYED.name)),
        Row(label="of it for rules, µs", cells=dearer(whole, cpu_per_call, PLAIN), goal=RULES_GOAL),
        Row(label="the stores' own CPU per call, µs", cells=told(whole, database_cpu_per_call)),
        Row(label="calls per second at half load", cells=rate(half, lambda load: load.answers)),
        *late_rows("half load", half),
        *late_rows(PACED_LABEL, results.loads[PACED.name], HALF_LOAD_GOAL),
        Row(label="ledger entries per second", cells=entries, goal=LEDGER_GOAL),
        error_row(results),
    ]


def late_rows(load: str, loads: ByTarget, goal: Goal | None = None) -> Iterator[Row]:
    """Tell how late answers are under a load, and without the stops of the machine itself."""
    quiet = without_stops(loads)
    left_out = told(loads, share_left_out)
    yield Row(label=f"p50 at {load}, ms", cells=told(loads, took(50)), digits=2)
    yield Row(label=f"p99 at {load}, ms", cells=told(loads, took(99)), digits=2)
    yield Row(
        label="… without the machine's stops, ms", cells=told(quiet, took(99)), digits=2, goal=goal
    )
    yield Row(label="… in which so many % were asked", cells=left_out, digits=1)


def call_rows(loads: Loads) -> Iterator[Row]:
    """Tell what whole answers cost, how many come in a second, and how much later."""
    for name in ("c=1", "c=10", "c=100", "c=500"):
        goal = None if name == "c=1" else CPU_GOAL
        cells = compare(loads[name], cpu_per_call, PASSTHROUGH.name)
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
    cells = compare(steady, cpu_per_chunk, PASSTHROUGH.name)
    yield Row(label="CPU per chunk, 50 streams of 20/s, µs", cells=cells, digits=1)
    cells = compare(flood, cpu_per_chunk, PASSTHROUGH.name)
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
