"""The provider keys of whoever is signed in: how they stand, stored, tried, forgotten."""

from litestar import HttpMethod, Response
from msgspec import Struct

from endpoints_server.desk.credentials import (
    OwnKeyDraft,
    asking_endpoint,
    forget_key,
    list_standings,
    store_key,
)
from endpoints_server.desk.try_own_key import Trial
from endpoints_server.domain.own_key import LONGEST
from endpoints_server.domain.secret import Secret
from endpoints_server.web.console.keys import operator
from endpoints_server.web.console.render import see_other, show
from endpoints_server.web.console.visit import Page, Visit
from endpoints_server.web.guards import SIGNED_IN
from endpoints_server.web.me.credentials import try_key

MY_KEYS = "/console/my-keys"
MINUTE = 60 * 1_000_000
"""Microseconds of a minute."""


class Span(Struct, frozen=True):
    """How long a key may be used, in words and in minutes; 0 is without end."""

    text: str
    minutes: int


SPANS = (
    Span("without end", 0),
    Span("30 minutes", 30),
    Span("2 hours", 120),
    Span("12 hours", 720),
    Span("1 day", 1440),
    Span("7 days", 10_080),
    Span("30 days", 43_200),
)


def my_key_pages() -> list[Page]:
    """Make the pages."""
    post = HttpMethod.POST
    return [
        Page(method=HttpMethod.GET, path=MY_KEYS, access=SIGNED_IN, answer=show_mine),
        Page(method=post, path=MY_KEYS, access=SIGNED_IN, answer=store_one),
        Page(method=post, path=f"{MY_KEYS}/test", access=SIGNED_IN, answer=try_one),
        Page(method=post, path=f"{MY_KEYS}/delete", access=SIGNED_IN, answer=forget_one),
    ]


async def show_mine(visit: Visit, trial: Trial | None = None, tried: str = "") -> Response[bytes]:
    """Show how the person stands with each endpoint, and what came of trying a key."""
    exchange = visit.console.exchange
    person = operator(visit).person
    catalog = await exchange.catalog_for(person)
    return show(
        "my_keys.html",
        visit.signed_in,
        standings=await list_standings(exchange.vault, catalog, person.id, exchange.now()),
        spans=SPANS,
        longest=LONGEST,
        trial=trial,
        tried=tried,
    )


async def store_one(visit: Visit) -> Response[bytes]:
    """Store the key in the form."""
    exchange = visit.console.exchange
    person, now = operator(visit).person, exchange.now()
    catalog = await exchange.catalog_for(person)
    endpoint = asking_endpoint(catalog, visit.form.get("endpoint", ""))
    draft = draft_of(visit, now)
    await store_key(exchange.vault, catalog, endpoint, person.id, draft, now)
    return see_other(MY_KEYS)


async def try_one(visit: Visit) -> Response[bytes]:
    """Try the key in the form, which is not stored, or the stored one where the form has none."""
    exchange = visit.console.exchange
    person = operator(visit).person
    endpoint = asking_endpoint(await exchange.catalog_for(person), visit.form.get("endpoint", ""))
    draft = draft_of(visit, exchange.now()) if visit.form.get("key", "").strip() else None
    trial = await try_key(exchange, endpoint, person, draft)
    return await show_mine(visit, trial, endpoint.slug)


async def forget_one(visit: Visit) -> Response[bytes]:
    """Forget a key."""
    exchange, person = visit.console.exchange, operator(visit).person
    catalog = await exchange.catalog_for(person)
    await forget_key(exchange.vault, catalog, visit.form.get("endpoint", ""), person.id)
    return see_other(MY_KEYS)


def draft_of(visit: Visit, now: int) -> OwnKeyDraft:
    """Read the form; a span that is not among those offered is without end."""
    asked = visit.form.get("span", "")
    minutes = next((span.minutes for span in SPANS if str(span.minutes) == asked), 0)
    return OwnKeyDraft(
        api_key=Secret(visit.form.get("key", "")),
        address=Secret(visit.form.get("address", "")),
        expires_at=now + minutes * MINUTE if minutes else None,
    )
