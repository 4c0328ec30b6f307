"""What a day of somebody's attempts came to: the grain that history is kept in."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import astuple, replace

from endpoints_server.domain.money.entry import CostStatus, Entry
from endpoints_server.domain.money.usage import Usage

DAY = 86_400_000_000
"""Microseconds of a day."""
FIRST_DAY = date(1970, 1, 1)
SHORTEST_DAYS = 35
"""How many days of entries are always kept: budgets of a month begin with what they say."""
LONGEST_DAYS = 36_500
"""A hundred years; what is kept longer has no limit at all."""
ALIKE = ("person_id", "key_id", "endpoint", "model", "answered_model", "operation", "credential")
"""What the attempts of one tally have in common, beside their day."""
FOREIGN = ("model", "answered_model")
"""Those of them that upstreams may have named."""
LONGEST_NAME = 256
"""So much of such a name is kept: databases look up no names of any length."""
COUNTED = (
    *("attempts", "unpriced", "estimated"),
    *("cost_nano_usd", "estimated_nano_usd", "reported_nano_usd"),
)
"""What is added up of them, beside their usage."""
likeness = attrgetter(*ALIKE)


class Tally(Struct, frozen=True, kw_only=True):
    """The attempts of one day that are alike, added up; a day is one of UTC, counted from 1970.

    `unpriced` are those among the attempts whose cost nobody knows. `estimated` are those whose
    cost is an estimate, and `estimated_nano_usd` is the part of the cost that they are.
    `reported_nano_usd` is what upstreams said they charge, where they said it.
    """

    day: int
    person_id: str = ""
    key_id: str = ""
    endpoint: str = ""
    model: str = ""
    answered_model: str = ""
    operation: str = ""
    credential: str = ""
    attempts: int = 0
    unpriced: int = 0
    estimated: int = 0
    usage: Usage = Usage()
    cost_nano_usd: int = 0
    estimated_nano_usd: int = 0
    reported_nano_usd: int = 0


def day_of(entry: Entry) -> int:
    """Say on which day of UTC an attempt began."""
    return entry.started_at // DAY


def date_of(day: int) -> date:
    """Give the date of a day that is counted from 1970."""
    return FIRST_DAY + timedelta(days=day)


def tallies_of(entries: Iterable[Entry]) -> list[Tally]:
    """Add entries up, a tally for those that are alike."""
    return merged(map(tally_of, entries))


def tally_of(entry: Entry) -> Tally:
    """Count one entry."""
    cost, is_estimate = entry.cost_nano_usd or 0, entry.cost_status is CostStatus.ESTIMATED
    return Tally(
        day=day_of(entry),
        **{name: getattr(entry, name) for name in ALIKE if name not in FOREIGN},
        **{name: getattr(entry, name)[:LONGEST_NAME] for name in FOREIGN},
        attempts=1,
        unpriced=int(entry.cost_nano_usd is None),
        estimated=int(is_estimate),
        usage=entry.usage,
        cost_nano_usd=cost,
        estimated_nano_usd=cost if is_estimate else 0,
        reported_nano_usd=entry.reported_cost_nano_usd or 0,
    )


def merged(tallies: Iterable[Tally]) -> list[Tally]:
    """Put tallies together that are alike, in the order of days and of likeness."""
    groups: dict[tuple[object, ...], list[Tally]] = {}
    for tally in tallies:
        groups.setdefault((tally.day, *likeness(tally)), []).append(tally)
    return [total_of(groups[key]) for key in sorted(groups)]


def total_of(alike: Sequence[Tally]) -> Tally:
    """Add tallies up; what they have in common is that of the first."""
    counts = {name: sum(getattr(each, name) for each in alike) for name in COUNTED}
    return replace(alike[0], usage=added([each.usage for each in alike]), **counts)


def added(usages: Iterable[Usage]) -> Usage:
    """Add token counts up."""
    counts = map(sum, zip(*map(astuple, usages), strict=True))
    return Usage(**dict(zip(Usage.__struct_fields__, counts, strict=True)))
