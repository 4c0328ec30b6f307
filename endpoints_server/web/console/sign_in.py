"""Signing in, by a one-time link or a client key, and signing out."""

from litestar import HttpMethod, Response

from endpoints_server.calls.authenticate import recognise
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret
from endpoints_server.web.console.render import see_other, show
from endpoints_server.web.console.session.browser import begin_session, end_session, is_operator
from endpoints_server.web.console.session.token import Purpose, digest_token
from endpoints_server.web.console.session.tries import Tries
from endpoints_server.web.console.visit import SIGN_IN, Page, Visit
from endpoints_server.web.guards import PUBLIC, SIGNED_IN

STALE_LINK = "This link has been used already, or it is older than fifteen minutes."
WRONG_KEY = "This key is not valid here."
NO_OPERATOR = "This key is valid, but the console is for the person who runs this server."
TOO_OFTEN = "Too many tries. Wait a minute, then try again."


def sign_in_pages() -> list[Page]:
    """Make the pages; tries are counted among all of them together."""
    tries = Tries()

    async def sign_in(visit: Visit) -> Response[bytes]:
        return await take_form(visit, tries)

    return [
        Page(method=HttpMethod.GET, path=SIGN_IN, access=PUBLIC, answer=show_sign_in),
        Page(method=HttpMethod.POST, path=SIGN_IN, access=PUBLIC, answer=sign_in),
        Page(method=HttpMethod.POST, path="/console/sign-out", access=SIGNED_IN, answer=sign_out),
    ]


async def show_sign_in(visit: Visit) -> Response[bytes]:
    """Show the form; for a link, one with nothing but a button, so that looking does not use it."""
    text = visit.request.query_params.get("token", "")
    if not text:
        return see_other("/console") if visit.signed_in else ask_for_key()
    digest = digest_token(Secret(text), Purpose.LINK)
    link = await visit.console.store.sessions.find_session(digest, visit.console.exchange.now())
    if link is None:
        return ask_for_key(STALE_LINK, 410)
    return show("sign_in_link.html", None, token=text)


async def take_form(visit: Visit, tries: Tries) -> Response[bytes]:
    """Sign in by what the form holds, unless its address has failed too often."""
    client = visit.request.client
    address = client.host if client else ""
    now = visit.console.exchange.now()
    if not tries.may_try(address, now):
        return ask_for_key(TOO_OFTEN, 429)
    try:
        person_id, key_id = (
            await take_token(visit) if "token" in visit.form else await take_key(visit)
        )
    except Failed as failed:
        tries.note_failure(address, now)
        return ask_for_key(failed.fault.message, failed.fault.http_status)
    cookie = await begin_session(visit.console, visit.request, person_id, key_id)
    return see_other("/console", cookie)


async def take_token(visit: Visit) -> tuple[str, str]:
    """Use a link up; gives who it was made for."""
    digest = digest_token(Secret(visit.form["token"]), Purpose.LINK)
    link = await visit.console.store.sessions.take_session(digest, visit.console.exchange.now())
    if link is None:
        raise Failed(Fault(kind=Kind.BAD_REQUEST, status=410, message=STALE_LINK))
    return link.person_id, link.key_id


async def take_key(visit: Visit) -> tuple[str, str]:
    """Recognise a client key; gives whose it is, and its id."""
    exchange = visit.console.exchange
    text = visit.form.get("key", "").strip()
    try:
        caller = await recognise(text, exchange.keys, exchange.ring, exchange.now())
    except Failed as failed:
        if failed.fault.kind is not Kind.UNAUTHENTICATED:
            raise
        raise Failed(Fault(kind=Kind.UNAUTHENTICATED, message=WRONG_KEY)) from None
    if not is_operator(caller.person):
        raise Failed(Fault(kind=Kind.FORBIDDEN, message=NO_OPERATOR))
    return caller.person.id, caller.key_id


def ask_for_key(problem: str = "", status: int = 200) -> Response[bytes]:
    """Show the form that takes a client key, and what was wrong before."""
    return show("sign_in.html", None, status, problem=problem)


async def sign_out(visit: Visit) -> Response[bytes]:
    """Forget the session."""
    return see_other("/", await end_session(visit.console, visit.request))
