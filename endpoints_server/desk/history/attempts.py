"""Attempts one by one, newest first, a page at a time."""

import re

from msgspec import Struct
from msgspec.structs import asdict

from endpoints_server.desk.usage import AttemptUsage, attempt_of
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.money.entry import Entry, Place
from endpoints_server.store.ports import Store

USUAL = 100
MOST = 1000
PLACE = re.compile(r"(\d{1,18})-(\S{1,64})", re.ASCII)


class Asked(Struct, frozen=True, kw_only=True):
    """Which page: from an instant on and before another, of one person or all, after an entry."""

    since: int | None = None
    until: int | None = None
    person_id: str | None = None
    after: str | None = None
    limit: int = USUAL


class ListedAttempt(AttemptUsage, frozen=True, kw_only=True):
    """An attempt, the call it belongs to, and whose it was."""

    request_id: str
    user: str
    key: str


class Page(Struct, frozen=True, kw_only=True):
    """Some attempts; `next` is what to ask `after`, None on the last page."""

    data: tuple[ListedAttempt, ...]
    next: str | None


async def list_attempts(store: Store, asked: Asked, currency: Currency | None = None) -> Page:
    """Give a page."""
    found = await store.ledger.list_entries(
        since=asked.since,
        until=asked.until,
        person_id=asked.person_id,
        after=place_in(asked.after) if asked.after else None,
        limit=asked.limit + 1,
    )
    shown = found[: asked.limit]
    return Page(
        data=tuple(listed(entry, currency) for entry in shown),
        next=written(shown[-1]) if len(found) > len(shown) else None,
    )


def written(entry: Entry) -> str:
    """Write the place of the last attempt of a page, as it is asked for `after`."""
    return "{}-{}".format(*entry.place)


def place_in(text: str) -> Place:
    """Read such a place; raises Failed(bad_request) for anything else."""
    found = PLACE.fullmatch(text)
    if found is None:
        message = "'after' must be the `next` of the page before."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param="after"))
    return int(found[1]), found[2]


def listed(entry: Entry, currency: Currency | None) -> ListedAttempt:
    """Write an entry for people, with whose it was."""
    fields = asdict(attempt_of(entry, currency))
    return ListedAttempt(
        request_id=entry.request_id, user=entry.person_id, key=entry.key_id, **fields
    )
