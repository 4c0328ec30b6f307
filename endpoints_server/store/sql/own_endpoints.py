"""Endpoints of one's own as rows, and all of them in memory, followed by revision."""

import asyncio

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select, update
from sqlalchemy.exc import IntegrityError

from endpoints_server.domain.fault import Failed
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.own_endpoints import (
    Gathered,
    OwnEndpoint,
    Terms,
    successor,
    unknown_person,
)
from endpoints_server.store.shared.bell import SILENT, Bell, Topic
from endpoints_server.store.sql.changes import keep
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, writing
from endpoints_server.store.sql.followed import Followed, Rows
from endpoints_server.store.sql.tables import names_of, own_endpoints

COLUMNS = own_endpoints.c
NAMES = names_of(own_endpoints)
NEXT_REVISION = select(func.coalesce(func.max(COLUMNS.revision), 0) + 1).scalar_subquery()


class SqlOwnEndpoints:
    """Endpoints of one's own in a table; one that was deleted stays as a row without a body."""

    def __init__(self, engine: Engine, bell: Bell = SILENT) -> None:
        self._engine = engine
        self._bell = bell
        self._gathered = Gathered()
        self._followed = Followed(engine, own_endpoints, self._take, bell, Topic.OWN_ENDPOINTS)

    def of(self, person_id: str) -> tuple[OwnEndpoint, ...]:
        return self._gathered.of(person_id)

    async def put_own(
        self, own: OwnEndpoint, terms: Terms, note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        try:
            is_new = await asyncio.to_thread(self._put, own, terms, note)
        except IntegrityError as error:
            raise Failed(unknown_person(own.person_id)) from error
        await self._look_at_change()
        return is_new

    async def delete_own(
        self, person_id: str, slug: str, note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        was_there = await asyncio.to_thread(self._delete, person_id, slug, note)
        await self._look_at_change()
        return was_there

    async def catch_up(self) -> None:
        await self._followed.catch_up()

    async def close(self) -> None:
        """Look no more, and let those finish who do."""
        await self._followed.close()

    async def _look_at_change(self) -> None:
        """Let others know of a change, and see it here."""
        self._bell.ring(Topic.OWN_ENDPOINTS)
        await self.catch_up()

    def _take(self, rows: Rows) -> None:
        for row in rows:
            self._gathered.take(OwnEndpoint(**dict(zip(NAMES, row, strict=True))))

    def _put(self, own: OwnEndpoint, terms: Terms, note: Note[OwnEndpoint]) -> bool:
        with writing(self._engine, Turn.OWN_ENDPOINTS) as connection:
            kept = list_own(connection, own.person_id)
            before = kept.get(own.slug)
            after = successor(own, before, len(kept), terms)
            place = {"person_id": after.person_id, "slug": after.slug}
            fresh = {
                "body": after.body,
                "created_at": after.created_at,
                "changed_at": after.changed_at,
                "revision": NEXT_REVISION,
            }
            keep(connection, note(before, after))
            put = insert(own_endpoints).values(place | fresh)
            connection.execute(put.on_conflict_do_update(list(place), set_=fresh))
            return before is None

    def _delete(self, person_id: str, slug: str, note: Note[OwnEndpoint]) -> bool:
        with writing(self._engine, Turn.OWN_ENDPOINTS) as connection:
            before = list_own(connection, person_id).get(slug)
            if before is None:
                return False
            gone = update(own_endpoints).where(is_of(person_id), COLUMNS.slug == slug)
            connection.execute(gone.values(body="", revision=NEXT_REVISION))
            keep(connection, note(before, None))
            return True


def list_own(connection: Connection, person_id: str) -> dict[str, OwnEndpoint]:
    """Give the endpoints that a person has, by slug."""
    rows = connection.execute(select(own_endpoints).where(is_of(person_id)))
    found = (OwnEndpoint(**dict(zip(NAMES, row, strict=True))) for row in rows)
    return {own.slug: own for own in found}


def is_of(person_id: str) -> ColumnElement[bool]:
    """Mean the rows of what a person has."""
    return and_(COLUMNS.person_id == person_id, COLUMNS.body != "")
