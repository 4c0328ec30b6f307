"""Changes as administrators read them, a page at a time."""

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.usage import instant_text
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.changes.port import Change, Told, Wanted
from endpoints_server.store.ports import Store

NANO_USD = "nano_usd"


class ChangeView(Struct, frozen=True, kw_only=True):
    """One change: when, by whom and how, of what, from what to what."""

    id: str
    at: str
    user: str
    key: str
    via: str
    kind: str
    name: str
    before: Told
    after: Told


class Page(Struct, frozen=True, kw_only=True):
    """Some changes; `next` is what to ask `after`, None on the last page."""

    data: tuple[ChangeView, ...]
    next: str | None


async def list_changes(store: Store, wanted: Wanted) -> Page:
    """Give a page, the latest first."""
    found = await store.changes.list_changes(replace(wanted, limit=wanted.limit + 1))
    shown = found[: wanted.limit]
    following = shown[-1].id if len(found) > len(shown) else None
    return Page(data=tuple(map(view, shown)), next=following)


def view(change: Change) -> ChangeView:
    """Write a change for people."""
    return ChangeView(
        id=change.id,
        at=instant_text(change.at),
        user=change.actor.person_id,
        key=change.actor.key_id,
        via=change.actor.via,
        kind=change.kind,
        name=change.name,
        before=in_usd(change.before),
        after=in_usd(change.after),
    )


def in_usd(told: Told) -> Told:
    """Write an amount as it is written everywhere, and not as it is kept."""
    if told is None or NANO_USD not in told:
        return told
    return {
        "usd" if name == NANO_USD else name: usd(value) if name == NANO_USD else value
        for name, value in told.items()
    }
