"""Which browser is signed in: the cookie it holds, and the session that stands behind it."""

from litestar.datastructures import Cookie
from msgspec import Struct

from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.sessions import Session
from endpoints_server.web.console.console import Console
from endpoints_server.web.console.session.token import Purpose, digest_token, make_token
from endpoints_server.web.guards import AnyRequest

SESSION_TTL = 12 * 60 * 60 * 1_000_000
"""Microseconds after which a browser has to sign in again."""
COOKIE = "es-session"
HTTPS_COOKIE = "__Host-es-session"


class SignedIn(Struct, frozen=True, kw_only=True):
    """A browser whose session is valid, and who sits before it."""

    token: Secret
    person: Person


def is_operator(person: Person) -> bool:
    """Say whether somebody may use the console."""
    return person.role == ADMIN.role and person.disabled_at is None


async def find_signed_in(console: Console, request: AnyRequest) -> SignedIn | None:
    """Find who is signed in; nothing is written, and a token we did not give is nobody's.

    A session ends with the client key that it was begun with.
    """
    token = carried_token(console, request)
    if token is None:
        return None
    now = console.exchange.now()
    session = await console.store.sessions.find_session(digest_token(token, Purpose.BROWSER), now)
    if session is None or not await has_valid_key(console, session, now):
        return None
    person = await console.store.people.find_person(session.person_id)
    if person is None or not is_operator(person):
        return None
    return SignedIn(token=token, person=person)


async def has_valid_key(console: Console, session: Session, now: int) -> bool:
    """Say whether the key that a session was begun with, if any, may still be used."""
    if not session.key_id:
        return True
    key = await console.exchange.keys.find_key(session.key_id)
    return key is not None and key.is_valid_at(now)


async def begin_session(
    console: Console, request: AnyRequest, person_id: str, key_id: str = ""
) -> Cookie:
    """Sign a browser in under a token that nobody had before; what it held until now is void."""
    await end_session(console, request)
    token = make_token(console.draw)
    now = console.exchange.now()
    session = Session(
        digest=digest_token(token, Purpose.BROWSER),
        person_id=person_id,
        key_id=key_id,
        created_at=now,
        expires_at=now + SESSION_TTL,
    )
    await console.store.sessions.add_session(session)
    return cookie(console, token.reveal(), SESSION_TTL // 1_000_000)


async def end_session(console: Console, request: AnyRequest) -> Cookie:
    """Forget a browser's session, and give the cookie that makes it forget too."""
    token = carried_token(console, request)
    if token is not None:
        digest = digest_token(token, Purpose.BROWSER)
        await console.store.sessions.take_session(digest, console.exchange.now())
    return cookie(console, "", 0)


def carried_token(console: Console, request: AnyRequest) -> Secret | None:
    """Read the token a browser holds."""
    held = request.cookies.get(cookie_name(console), "")
    return Secret(held) if held else None


def cookie(console: Console, value: str, max_age_seconds: int) -> Cookie:
    """Make the session's cookie: out of reach of scripts and of requests from other sites."""
    return Cookie(
        key=cookie_name(console),
        value=value,
        max_age=max_age_seconds,
        path="/",
        secure=console.is_https,
        httponly=True,
        samesite="lax",
    )


def cookie_name(console: Console) -> str:
    """Name the cookie; the prefix makes browsers refuse it from anywhere but this host's https."""
    return HTTPS_COOKIE if console.is_https else COOKIE
