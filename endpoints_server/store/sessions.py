"""Who is signed in to the console: what may be asked, and the answer in a dict."""

from typing import Protocol

from msgspec import Struct


class Session(Struct, frozen=True, kw_only=True):
    """A browser that is signed in, or a sign-in link that waits to be used.

    `digest` is a hash of the token that the browser or the link holds; the token itself is not
    kept. `key_id` names the client key that was signed in with, if one was. Instants are
    microseconds since 1970.
    """

    digest: bytes
    person_id: str
    key_id: str = ""
    created_at: int
    expires_at: int


class Sessions(Protocol):
    """Sessions by their digest; one that has expired is as if it were not there."""

    async def add_session(self, session: Session) -> None:
        """Keep a session, and forget those that have expired by the time it was made."""

    async def find_session(self, digest: bytes, now: int) -> Session | None:
        """Give a session."""

    async def take_session(self, digest: bytes, now: int) -> Session | None:
        """Give a session and forget it; of several who take the same, one alone gets it."""


class MemorySessions:
    """Sessions in a dict."""

    def __init__(self) -> None:
        self.sessions: dict[bytes, Session] = {}

    async def add_session(self, session: Session) -> None:
        now = session.created_at
        live = {digest: kept for digest, kept in self.sessions.items() if now < kept.expires_at}
        self.sessions = {**live, session.digest: session}

    async def find_session(self, digest: bytes, now: int) -> Session | None:
        session = self.sessions.get(digest)
        return session if session and now < session.expires_at else None

    async def take_session(self, digest: bytes, now: int) -> Session | None:
        session = self.sessions.pop(digest, None)
        return session if session and now < session.expires_at else None
