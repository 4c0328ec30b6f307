"""Figures from loads: medians over the rounds, ratios and differences within a round."""

from collections.abc import Callable, Mapping
from statistics import median

from msgspec import Struct

from tests.bench.load import Load
from tests.bench.targets import DIRECT

BUSY = 0.95
"""Above this share of its core the generator was the limit, not the server."""

ByTarget = dict[str, list[Load]]
Figure = Callable[[Load], float]


class Cell(Struct, frozen=True, kw_only=True):
    """One target's figure, and its ratio to the reference's."""

    value: float
    ratio: float | None = None
    is_generator_bound: bool = False


def compare(loads: ByTarget, figure: Figure, reference: str) -> dict[str, Cell]:
    """Tell a figure of every server, and its ratio to the reference's of the same round."""
    references = loads[reference]
    return {
        name: Cell(
            value=cell.value,
            ratio=ratio(loads[name], references, figure) if name != reference else None,
        )
        for name, cell in told(loads, figure).items()
    }


def ratio(rounds: list[Load], references: list[Load], figure: Figure) -> float | None:
    """Give the median of the ratios of two targets, round by round."""
    ratios = [
        figure(load) / figure(reference)
        for load, reference in zip(rounds, references, strict=True)
        if load.answers and reference.answers and figure(reference)
    ]
    return median(ratios) if ratios else None


def told(loads: ByTarget, figure: Figure) -> dict[str, Cell]:
    """Tell a figure of every server."""
    return {
        name: Cell(value=median(figure(load) for load in rounds if load.answers))
        for name, rounds in loads.items()
        if name != DIRECT.name and is_answered(rounds)
    }


def dearer(loads: ByTarget, figure: Figure, pairs: Mapping[str, str]) -> dict[str, Cell]:
    """Tell how much more a figure is than that of another target in the same round."""
    return {
        name: Cell(
            value=median(
                figure(load) - figure(other)
                for load, other in zip(loads[name], loads[plain], strict=True)
                if load.answers and other.answers
            )
        )
        for name, plain in pairs.items()
        if name in loads and is_answered(loads[name]) and is_answered(loads[plain])
    }


def added(loads: ByTarget, figure: Figure) -> dict[str, Cell]:
    """Tell how much more a figure is than that of going direct in the same round."""
    return {
        name: Cell(
            value=median(
                figure(load) - figure(direct)
                for load, direct in zip(rounds, loads[DIRECT.name], strict=True)
                if load.answers and direct.answers
            )
        )
        for name, rounds in loads.items()
        if name != DIRECT.name and is_answered(rounds)
    }


def rate(loads: ByTarget, figure: Figure) -> dict[str, Cell]:
    """Tell a count per second of time; a lower bound where the generator had no more to give."""
    return {
        name: Cell(
            value=median(figure(load) / load.spent.wall for load in rounds),
            is_generator_bound=median(generator_share(load) for load in rounds) > BUSY,
        )
        for name, rounds in loads.items()
        if is_answered(rounds)
    }


def grown(loads: ByTarget, before: ByTarget, figure: Figure) -> dict[str, Cell]:
    """Tell how many times a target's figure is what it was under another load."""
    return {
        name: Cell(value=found)
        for name, rounds in loads.items()
        if name != DIRECT.name and (found := ratio(rounds, before[name], figure)) is not None
    }


def is_answered(rounds: list[Load]) -> bool:
    """Say whether a target answered anything at all."""
    return any(load.answers for load in rounds)


def cpu_per_call(load: Load) -> float:
    """Give the server's CPU per call, in microseconds."""
    return load.spent.server / load.answers * 1e6


def database_cpu_per_call(load: Load) -> float:
    """Give what the database's own processes used per call, in microseconds."""
    return load.spent.database / load.answers * 1e6


def cpu_per_chunk(load: Load) -> float:
    """Give the server's CPU per chunk of a stream, in microseconds."""
    return load.spent.server / load.chunks * 1e6


def generator_share(load: Load) -> float:
    """Give how much of a core upstream and load client used."""
    return load.spent.generator / load.spent.wall


def took(percent: int) -> Figure:
    """Make the figure of a whole answer's time at a percentile, in milliseconds."""
    return lambda load: percentile(load.took, percent) * 1000


def without_stops(loads: ByTarget) -> ByTarget:
    """Give the loads as they would have been on a machine that never stood still."""
    return {name: [without_its_stops(load) for load in rounds] for name, rounds in loads.items()}


def without_its_stops(load: Load) -> Load:
    """Leave out the answers that were waited for while the machine stood still, or for as long
    afterwards: at half load what has piled up is gone by then, and not before."""
    felt = [(start, end + (end - start)) for start, end in load.stops]
    kept = [
        took
        for asked_at, took in zip(load.asked_at, load.took, strict=True)
        if not any(asked_at < end and asked_at + took > start for start, end in felt)
    ]
    return Load(answers=len(kept), took=kept)


def share_left_out(load: Load) -> float:
    """Give how many of a hundred answers a stop of the machine may have made late."""
    return 100 - 100 * without_its_stops(load).answers / load.answers


def first_token_took(percent: int) -> Figure:
    """Make the figure of the time to the first token at a percentile, in milliseconds."""
    return lambda load: percentile(load.first_token_took, percent) * 1000


def percentile(values: list[float], percent: int) -> float:
    """Give the value that so many percent stay within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
