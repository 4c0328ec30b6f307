"""History as rows for other programs, a day or a page at a time."""

from collections.abc import AsyncIterator

import msgspec
from msgspec import Struct

from endpoints_server.desk.history.focus import Row, focus_row
from endpoints_server.desk.usage import instant_text, written
from endpoints_server.domain.money.entry import Entry, Outcome, Place
from endpoints_server.domain.money.tally import DAY, Tally
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.ports import Store

PAGE = 500
PLAIN = (
    *("id", "request_id", "attempt", "operation", "person_id", "key_id", "conversation_id"),
    *("endpoint", "model", "answered_model", "wire_in", "wire_out", "is_stream", "credential"),
    *("outcome", "status", "fault", "stop", "usage_status", "cost_status", "price_source"),
    *("is_charged", "abandoned", "config"),
)
"""What is written of an entry as it stands."""


class Extent(Struct, frozen=True, kw_only=True):
    """What is exported: from an instant on, before another (microseconds), of one person or all."""

    since: int | None = None
    until: int | None = None
    person_id: str | None = None


async def export_entries(store: Store, extent: Extent) -> AsyncIterator[Row]:
    """Give every attempt that is kept, newest first; the cost is empty where nobody knows it."""
    after: Place | None = None
    while page := await store.ledger.list_entries(
        since=extent.since,
        until=extent.until,
        person_id=extent.person_id,
        after=after,
        limit=PAGE,
    ):
        for entry in page:
            yield entry_row(entry)
        after = page[-1].place


async def export_focus(store: Store, extent: Extent, account: str) -> AsyncIterator[Row]:
    """Give whole days of UTC as charges of FOCUS, oldest first; purged days as well."""
    people = {person.id: person.name or person.id for person in await store.people.list_people()}
    for day in await store.history.list_days():
        if not lies_within(day, extent):
            continue
        for tally in await store.history.list_tallies(day):
            if extent.person_id in (None, tally.person_id):
                yield focus_row(tally, account, people)


def lies_within(day: int, extent: Extent) -> bool:
    """Say whether any of a day is in an extent."""
    is_late = extent.until is not None and day * DAY >= extent.until
    is_early = extent.since is not None and (day + 1) * DAY <= extent.since
    return not (is_late or is_early)


def entry_row(entry: Entry) -> Row:
    """Lay an entry out."""
    plain = msgspec.to_builtins(entry)
    first = entry.first_byte_took
    return {
        "started_at": instant_text(entry.started_at),
        "took_seconds": f"{entry.took / 1e6:f}",
        "first_byte_seconds": "" if first is None else f"{first / 1e6:f}",
        **{name: text_of(plain[name]) for name in PLAIN},
        **{f"{name}_tokens": str(getattr(entry.usage, name)) for name in Usage.__struct_fields__},
        "cost_usd": written(entry.cost_nano_usd) or "",
        "reported_cost_usd": written(entry.reported_cost_nano_usd) or "",
        "losses": " ".join(entry.losses),
    }


def text_of(value: object) -> str:
    """Write a value; truth as other programs do."""
    return str(value).lower() if isinstance(value, bool) else str(value)


COLUMNS = tuple(
    entry_row(
        Entry(
            id="",
            request_id="",
            started_at=0,
            endpoint="",
            model="",
            wire_in="",
            wire_out="",
            outcome=Outcome.FAILED,
            status=0,
        )
    )
)
FOCUS_COLUMNS = tuple(focus_row(Tally(day=0), "", {}))
