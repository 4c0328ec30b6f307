"""Titles as rows."""

import asyncio

from sqlalchemy import ColumnElement, Engine, delete, select

from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.tables import titles
from endpoints_server.store.titles import ABANDONED, KEPT, Talk, Title

KEY = [titles.c.person_id, titles.c.conversation_id]


class SqlTitles:
    """Titles in a table; its primary key sees to it that a conversation is claimed once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def claim_title(self, talk: Talk, at: int) -> bool:
        return await asyncio.to_thread(self._claim, talk, at)

    async def keep_title(self, talk: Talk, text: str, at: int) -> None:
        await asyncio.to_thread(self._keep, talk, text, at)

    async def release_title(self, talk: Talk) -> None:
        await asyncio.to_thread(self._release, talk)

    async def find_title(self, talk: Talk, now: int) -> Title | None:
        return await asyncio.to_thread(self._find, talk, now)

    def _claim(self, talk: Talk, at: int) -> bool:
        is_left = titles.c.text.is_(None) & (titles.c.claimed_at <= at - ABANDONED)
        claim = insert(titles).values(**row_of(talk, None, at))
        claim = claim.on_conflict_do_update(KEY, set_={"claimed_at": at}, where=is_left)
        with writing(self._engine) as connection:
            connection.execute(delete(titles).where(titles.c.claimed_at <= at - KEPT))
            return connection.execute(claim.returning(titles.c.claimed_at)).first() is not None

    def _keep(self, talk: Talk, text: str, at: int) -> None:
        row = row_of(talk, text, at)
        kept = insert(titles).values(**row)
        with writing(self._engine) as connection:
            connection.execute(kept.on_conflict_do_update(KEY, set_=row))

    def _release(self, talk: Talk) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(titles).where(*is_of(talk), titles.c.text.is_(None)))

    def _find(self, talk: Talk, now: int) -> Title | None:
        wanted = select(titles.c.text, titles.c.claimed_at)
        with reading(self._engine) as connection:
            row = connection.execute(wanted.where(*is_of(talk))).one_or_none()
        if row is None or row.claimed_at <= now - KEPT:
            return None
        return Title(talk=talk, text=row.text, claimed_at=row.claimed_at)


def row_of(talk: Talk, text: str | None, at: int) -> dict[str, str | int | None]:
    """Write a row of the table of titles."""
    return {
        "person_id": talk.person_id,
        "conversation_id": talk.conversation_id,
        "text": text,
        "claimed_at": at,
    }


def is_of(talk: Talk) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Mean the title of one conversation."""
    return (
        titles.c.person_id == talk.person_id,
        titles.c.conversation_id == talk.conversation_id,
    )
