"""Sessions as rows."""

import asyncio
from typing import Any

from msgspec import convert
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select

from endpoints_server.store.sessions import Session
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.tables import names_of, sessions

NAMES = names_of(sessions)


class SqlSessions:
    """Sessions in a table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def add_session(self, session: Session) -> None:
        await asyncio.to_thread(self._add, session)

    async def find_session(self, digest: bytes, now: int) -> Session | None:
        return await asyncio.to_thread(self._find, digest, now)

    async def take_session(self, digest: bytes, now: int) -> Session | None:
        return await asyncio.to_thread(self._take, digest, now)

    def _add(self, session: Session) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= session.created_at))
            connection.execute(insert(sessions).values(asdict(session)))

    def _find(self, digest: bytes, now: int) -> Session | None:
        with reading(self._engine) as connection:
            wanted = select(sessions).where(*is_live(digest, now))
            row = connection.execute(wanted).one_or_none()
        return None if row is None else session_of(row)

    def _take(self, digest: bytes, now: int) -> Session | None:
        with writing(self._engine) as connection:
            taken = delete(sessions).where(*is_live(digest, now)).returning(*sessions.c)
            row = connection.execute(taken).one_or_none()
        return None if row is None else session_of(row)


def is_live(digest: bytes, now: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Mean one session, unless it has expired."""
    return sessions.c.digest == digest, sessions.c.expires_at > now


def session_of(row: Row[Any]) -> Session:
    """Read a row of the table of sessions."""
    return convert(dict(zip(NAMES, row, strict=True)), Session)
