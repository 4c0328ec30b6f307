"""Compares an invoice with the ledger, and says how far apart they may be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from endpoints_server.desk.history.invoice.read import Invoice, Line
from endpoints_server.domain.money.tally import Tally, date_of
from endpoints_server.domain.money.usd import NANO_PER_USD

WORDS = re.compile(r"[^\W\d_]+|\d+")
DATED = re.compile(r"[-@ ]?(20\d{6}|20\d\d-\d\d-\d\d)$|[-:]latest$")
"""What the names of models end in that providers write here and there."""


class Along(StrEnum):
    """What is compared one by one."""

    DAY = "day"
    MODEL = "model"
    ENDPOINT = "endpoint"


class Tolerance(Struct, frozen=True, kw_only=True):
    """How far the two may be apart, in shares: of everything, and of what is an estimate."""

    share: Decimal = Decimal("0.001")
    estimates_share: Decimal = Decimal("0.05")


class Verdict(StrEnum):
    """What a comparison came to."""

    WITHIN = "within"
    OUTSIDE = "outside"
    UNPRICED = "unpriced"


class Compared(Struct, frozen=True, kw_only=True):
    """Both sides of one day, model or endpoint, or of all; amounts in the unit of the invoice.

    The ledger may be off by `error_bar`: what its estimates may be, and what was rounded.
    `unpriced` attempts have no cost here, so that nothing can be said where there are some.
    """

    place: Mapping[Along, str]
    ledger: Decimal
    invoice: Decimal
    error_bar: Decimal
    attempts: int
    estimated: int
    unpriced: int

    @property
    def verdict(self) -> Verdict:
        """Whether the difference is one that may be."""
        if abs(self.ledger - self.invoice) <= self.error_bar:
            return Verdict.WITHIN
        return Verdict.UNPRICED if self.unpriced else Verdict.OUTSIDE


class Comparison(Struct, frozen=True, kw_only=True):
    """All of it."""

    title: str
    unit: str
    rows: tuple[Compared, ...]
    total: Compared

    @property
    def is_within(self) -> bool:
        """Whether every row is, and the total."""
        return all(row.verdict is Verdict.WITHIN for row in (*self.rows, self.total))


def compare(
    invoice: Invoice,
    tallies: Sequence[Tally],
    along: Sequence[Along],
    tolerance: Tolerance,
    names: Mapping[str, str],
) -> Comparison:
    """Compare an invoice with tallies of the same days.

    `names` are models as the invoice calls them, and what they are called here. Models are matched
    by the words in their names, in any order, and the numbers in theirs, without dates.
    """
    spelt = {plain(theirs): plain(ours) for theirs, ours in names.items()}
    billed = {matched(line.model, spelt) for line in invoice.lines}
    shown: dict[str, str] = {}
    theirs: dict[tuple[str, ...], list[Line]] = {}
    ours: dict[tuple[str, ...], list[Tally]] = {}
    for tally in tallies:
        name = model_of(tally, billed)
        shown.setdefault(name, tally.model)
        ours.setdefault(place_of(tally.day, name, tally.endpoint, along), []).append(tally)
    for line in invoice.lines:
        name = matched(line.model, spelt)
        shown.setdefault(name, line.model)
        theirs.setdefault(place_of(line.day, name, line.endpoint, along), []).append(line)

    def row(places: Iterable[tuple[str, ...]], named: Mapping[Along, str]) -> Compared:
        lines = [line for place in places for line in theirs.get(place, ())]
        found = [tally for place in places for tally in ours.get(place, ())]
        return compared(named, lines, found, invoice.unit, tolerance)

    places = sorted({*ours, *theirs})
    rows = [row([place], named(place, along, shown)) for place in places] if along else []
    return Comparison(
        title=invoice.title, unit=invoice.unit, rows=tuple(rows), total=row(places, {})
    )


def compared(
    place: Mapping[Along, str],
    lines: Sequence[Line],
    tallies: Sequence[Tally],
    unit: str,
    tolerance: Tolerance,
) -> Compared:
    """Put both sides of a row beside each other."""
    amounts = [(amount_of(tally, unit), estimate_of(tally, unit)) for tally in tallies]
    ledger = sum((amount for amount, _ in amounts), Decimal(0))
    estimated = sum((estimate for _, estimate in amounts), Decimal(0))
    slack = sum((line.slack for line in lines), Decimal(0))
    return Compared(
        place=place,
        ledger=ledger,
        invoice=sum((line.amount or Decimal(0) for line in lines), Decimal(0)),
        error_bar=estimated * tolerance.estimates_share + ledger * tolerance.share + slack,
        attempts=sum(tally.attempts for tally in tallies),
        estimated=sum(tally.estimated for tally in tallies),
        unpriced=sum(tally.unpriced for tally in tallies) if unit == "USD" else 0,
    )


def amount_of(tally: Tally, unit: str) -> Decimal:
    """Say what a tally came to."""
    if unit == "USD":
        return Decimal(tally.cost_nano_usd).scaleb(-NANO_PER_USD)
    return Decimal(tally.usage.total)


def estimate_of(tally: Tally, unit: str) -> Decimal:
    """Say how much of that is an estimate; of tokens, as much as of the attempts."""
    if unit == "USD":
        return Decimal(tally.estimated_nano_usd).scaleb(-NANO_PER_USD)
    return Decimal(tally.usage.total) * tally.estimated / max(1, tally.attempts)


def place_of(day: int, model: str, endpoint: str, along: Sequence[Along]) -> tuple[str, ...]:
    """Say where something stands."""
    told = {
        Along.DAY: str(date_of(day)),
        Along.MODEL: model,
        Along.ENDPOINT: endpoint,
    }
    return tuple(told[each] for each in along)


def named(
    place: Sequence[str], along: Sequence[Along], shown: Mapping[str, str]
) -> Mapping[Along, str]:
    """Name a place as people know it."""
    told = dict(zip(along, place, strict=True))
    if Along.MODEL in told:
        told[Along.MODEL] = shown[told[Along.MODEL]]
    return told


def model_of(tally: Tally, billed: Iterable[str]) -> str:
    """Say under which name a tally is billed: the one that answered, or the one that was asked."""
    answered = plain(tally.answered_model)
    return answered if answered and answered in billed else plain(tally.model)


def matched(model: str, spelt: Mapping[str, str]) -> str:
    """Give the plain name of a model of the invoice."""
    name = plain(model)
    return spelt.get(name, name)


def plain(model: str) -> str:
    """Reduce a name to what all spellings share: `Claude Haiku 4.5` is `x/claude-haiku-4-5`."""
    bare = DATED.sub("", model.lower().rpartition("/")[2].strip())
    return " ".join(sorted(WORDS.findall(bare), key=without_numbers))


def without_numbers(word: str) -> str:
    """Sort words, and keep numbers in the order they have."""
    return "" if word.isdecimal() else word
