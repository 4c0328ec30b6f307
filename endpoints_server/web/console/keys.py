"""The client keys: listed, made, revoked."""

from litestar import HttpMethod, Response

from endpoints_server.desk.keys import (
    LONGEST_NAME,
    KeyDraft,
    create_key,
    list_keys,
    revoke_key,
)
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.store.changes.port import Actor, Via
from endpoints_server.store.ports import Store
from endpoints_server.web.console.render import see_other, show
from endpoints_server.web.console.reveal import Reveals
from endpoints_server.web.console.session.browser import SignedIn
from endpoints_server.web.console.session.token import Purpose, digest_token
from endpoints_server.web.console.visit import Page, Visit, refused
from endpoints_server.web.guards import SIGNED_IN
from endpoints_server.web.me.hands import held_by

KEYS = "/console/keys"


def key_pages() -> list[Page]:
    """Make the pages; what was made waits among all of them together to be shown."""
    reveals = Reveals()

    async def show_keys(visit: Visit) -> Response[bytes]:
        return await list_page(visit, reveals)

    async def make(visit: Visit) -> Response[bytes]:
        return await make_one(visit, reveals)

    return [
        Page(method=HttpMethod.GET, path=KEYS, access=SIGNED_IN, answer=show_keys),
        Page(method=HttpMethod.POST, path=KEYS, access=SIGNED_IN, answer=make),
        Page(method=HttpMethod.POST, path=f"{KEYS}/revoke", access=SIGNED_IN, answer=revoke_one),
    ]


async def list_page(visit: Visit, reveals: Reveals) -> Response[bytes]:
    """Show everybody's keys, the latest first, and once the one that was just made."""
    now = visit.console.exchange.now()
    made = reveals.take(session_of(visit), now)
    return show(
        "keys.html",
        visit.signed_in,
        keys=(await list_keys(visit.console.store))[::-1],
        made=made.reveal() if made else "",
        longest_name=LONGEST_NAME,
        now=now,
    )


async def make_one(visit: Visit, reveals: Reveals) -> Response[bytes]:
    """Make a key for whoever is signed in."""
    console = visit.console
    now = console.exchange.now()
    draft = KeyDraft(person=operator(visit).person, name=visit.form.get("name", "").strip())
    drawn = console.draw(RANDOM_BYTES)
    _, made = await create_key(in_hands(visit), console.exchange.ring, draft, drawn, now)
    reveals.put(session_of(visit), made, now)
    return see_other(KEYS)


async def revoke_one(visit: Visit) -> Response[bytes]:
    """Revoke a key; the sessions that were begun with it end too."""
    await revoke_key(in_hands(visit), visit.form.get("id", ""), visit.console.exchange.now())
    return see_other(KEYS)


def in_hands(visit: Visit) -> Store:
    """Give the store as whoever is signed in may change it."""
    console, person = visit.console, operator(visit).person
    actor = Actor(via=Via.CONSOLE, person_id=person.id)
    return held_by(console.exchange, console.store, actor)


def session_of(visit: Visit) -> bytes:
    """Name the session of a visit."""
    return digest_token(operator(visit).token, Purpose.BROWSER)


def operator(visit: Visit) -> SignedIn:
    """Give who is signed in; raises Failed(forbidden) where nobody is."""
    if visit.signed_in is None:
        raise refused("Sign in first.")
    return visit.signed_in
