"""One-time links that sign a browser in."""

from collections.abc import Callable
from secrets import token_bytes
from urllib.parse import urlencode

from endpoints_server.domain.secret import Secret
from endpoints_server.store.sessions import Session, Sessions
from endpoints_server.web.console.session.token import Purpose, digest_token, make_token

LINK_TTL = 15 * 60 * 1_000_000
"""Microseconds a link may wait to be used."""


async def make_sign_in_link(
    sessions: Sessions,
    public_url: str,
    person_id: str,
    now: int,
    draw: Callable[[int], bytes] = token_bytes,
) -> Secret:
    """Make a link that signs one browser in as a person, once, within fifteen minutes.

    `now` is microseconds since 1970; `draw` gives random bytes.
    """
    token = make_token(draw)
    link = Session(
        digest=digest_token(token, Purpose.LINK),
        person_id=person_id,
        created_at=now,
        expires_at=now + LINK_TTL,
    )
    await sessions.add_session(link)
    query = urlencode({"token": token.reveal()})
    return Secret(f"{public_url.rstrip('/')}/console/sign-in?{query}")
