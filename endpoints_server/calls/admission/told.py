"""What callers are told of what is left to them, in headers."""

from collections.abc import Iterable, Sequence
from functools import cache

from endpoints_server.calls.admission.refusals import moment
from endpoints_server.calls.delivery import Headers
from endpoints_server.domain.money.account import Remainder
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.rules.budget import Draw
from endpoints_server.domain.rules.window import Measure, Room
from endpoints_server.domain.wire import QuotaNames

BALANCE = "balance"
SECOND = 1_000_000
MINUTE_SECONDS = 60


def told_of_limits(rooms: Sequence[Room], names: QuotaNames, now: int) -> Headers:
    """Tell of the tightest limit of each measure, as clients of the caller's wire read it."""
    headers: Headers = []
    for room in tightest(rooms):
        limit, remaining, reset = named(names, room.claim.measure)
        free = moment(now + room.free_after) if names.has_dates else span(room.free_after)
        headers.append((limit, b"%d" % room.claim.limit))
        headers.append((remaining, b"%d" % max(0, room.left)))
        headers.append((reset, free.encode()))
    return headers


def tightest(rooms: Iterable[Room]) -> Iterable[Room]:
    """Find the room of each measure in which least is left, but for what runs at once."""
    found: dict[Measure, Room] = {}
    for room in rooms:
        measure = room.claim.measure
        known = found.get(measure)
        if measure is not Measure.CONCURRENT and (known is None or room.left < known.left):
            found[measure] = room
    return found.values()


@cache
def named(names: QuotaNames, measure: Measure) -> tuple[bytes, ...]:
    """Name the headers of a measure."""
    patterns = (names.limit, names.remaining, names.reset)
    return tuple(pattern.format(measure.value).encode() for pattern in patterns)


def span(microseconds: int) -> str:
    """Write a time as `1m0.5s`."""
    minutes, seconds = divmod(round(microseconds / SECOND, 3), MINUTE_SECONDS)
    text = f"{seconds:.3f}".rstrip("0").rstrip(".")
    return f"{minutes:.0f}m{text}s" if minutes else f"{text}s"


def told_of_money(remainders: Iterable[Remainder], draws: Sequence[Draw]) -> Headers:
    """Tell of the account that has least left, by the name of its budget.

    One that refuses nothing is told of where no other pays.
    """
    tightest = min(
        remainders,
        key=lambda each: (not each.account.is_binding, each.left_nano_usd),
        default=None,
    )
    if tightest is None:
        return []
    draw = next((each for each in draws if each.account.row == tightest.account.row), None)
    headers = [
        (b"x-es-budget-name", (draw.budget.name if draw else BALANCE).encode("ascii", "replace")),
        (b"x-es-budget-remaining", usd(tightest.left_nano_usd).encode()),
    ]
    if draw is not None:
        headers.append((b"x-es-budget-limit", usd(draw.budget.nano_usd).encode()))
        if draw.window.ends_at is not None:
            headers.append((b"x-es-budget-reset", moment(draw.window.ends_at).encode()))
    return headers
