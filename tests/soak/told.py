"""What a soak found, as a table, and whether it is good."""

from collections import Counter

from msgspec import Struct

from tests.soak.watch import Sample, Trend, floors, trend

MOST_MEGABYTES_PER_HOUR = 1.0
MOST_DESCRIPTORS_PER_HOUR = 1.0
WARM_UP = 0.25
"""The part of the time after which nothing may grow any more."""


class Told(Struct, frozen=True, kw_only=True):
    """What was seen; `done` and `wrong` count by kind, `checked` the ledger's entries."""

    samples: list[Sample]
    done: Counter[str]
    wrong: Counter[str]
    checked: int
    findings: list[object]
    exit_code: int

    @property
    def settled(self) -> list[Sample]:
        """Those after the warm-up."""
        until = WARM_UP * self.samples[-1].seconds
        return [each for each in self.samples if each.seconds >= until]

    @property
    def memory(self) -> Trend:
        settled = self.settled
        return trend(
            [each.seconds for each in settled], [each.resident_megabytes for each in settled]
        )

    @property
    def descriptors(self) -> Trend:
        """The line of what is held at least: a leak raises that, calls at once do not."""
        lowest = floors([(each.seconds, float(each.descriptors)) for each in self.settled])
        return trend([seconds for seconds, _ in lowest], [held for _, held in lowest])

    @property
    def fewest_entries(self) -> int:
        """How many calls were heard to their end; who left early may have said nothing yet."""
        return self.done["answered"] + self.done["troubled"]


def complaints(told: Told) -> list[str]:
    """Say what is not as it should be."""
    found = [f"{count} × {what}" for what, count in told.wrong.most_common()]
    if is_growing(told.memory, MOST_MEGABYTES_PER_HOUR):
        found.append("resident memory grows")
    if is_growing(told.descriptors, MOST_DESCRIPTORS_PER_HOUR):
        found.append("descriptors grow")
    if told.checked < told.fewest_entries:
        found.append(f"{told.fewest_entries - told.checked} calls are not in the ledger")
    if told.findings:
        found.append(f"ledger verify: {told.findings[:3]}")
    if told.exit_code:
        found.append(f"the server ended with {told.exit_code}")
    return found


def is_growing(line: Trend, most: float) -> bool:
    """Say whether a line rises by more than may be, beyond twice what chance explains."""
    return line.per_hour - 2 * line.error > most


def table(told: Told) -> str:
    """Tell the figures, a line each."""
    first, settled, last = told.samples[0], told.settled[0], told.samples[-1]
    memory, descriptors = told.memory, told.descriptors
    counted = ", ".join(f"{count:,} {kind}" for kind, count in told.done.most_common())
    held = " / ".join(
        f"{each.resident_megabytes:.1f} MB, {each.descriptors} descriptors"
        for each in (first, settled, last)
    )
    return "\n".join(
        (
            f"{last.seconds / 60:.0f} minutes, {sum(told.done.values()):,} done: {counted}",
            f"held at first / after the warm-up / at last: {held}",
            f"memory: {memory.per_hour:+.2f} ± {memory.error:.2f} MB an hour after the warm-up",
            f"descriptors: {descriptors.per_hour:+.2f} ± {descriptors.error:.2f} an hour",
            f"wrong: {sum(told.wrong.values())}; {told.checked:,} entries in the ledger",
        )
    )
