"""People as rows."""

import asyncio
from typing import Any

import msgspec
from msgspec.structs import asdict, replace
from sqlalchemy import Connection, Engine, Row, func, select, update

from endpoints_server.domain.people.person import Person
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.shared.bell import SILENT, Bell, Topic
from endpoints_server.store.sql.changes import keep
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, reading, writing
from endpoints_server.store.sql.tables import access_keys, names_of, people

NAMES = names_of(people)
NEXT_REVISION = select(func.coalesce(func.max(access_keys.c.revision), 0) + 1).scalar_subquery()
"""Whoever remembers keys, and whose they are, reads again what has a higher one."""


class SqlPeople:
    """People in a table."""

    def __init__(self, engine: Engine, bell: Bell = SILENT) -> None:
        self._engine = engine
        self._bell = bell

    async def find_person(self, person_id: str) -> Person | None:
        return await asyncio.to_thread(self._find, person_id)

    async def add_person(self, person: Person, note: Note[Person] = unnoted) -> bool:
        return await asyncio.to_thread(self._add, person, note)

    async def list_people(self) -> list[Person]:
        return await asyncio.to_thread(self._list)

    async def set_disabled(
        self, person_id: str, at: int | None, note: Note[Person] = unnoted
    ) -> Person | None:
        person = await asyncio.to_thread(self._disable, person_id, at, note)
        self._bell.ring(Topic.KEYS)
        return person

    def _disable(self, person_id: str, at: int | None, note: Note[Person]) -> Person | None:
        keys = select(access_keys.c.id).where(access_keys.c.person_id == person_id)
        with writing(self._engine, Turn.KEYS) as connection:
            before = find(connection, person_id)
            if before is None:
                return None
            is_this_one = people.c.id == person_id
            connection.execute(update(people).where(is_this_one).values(disabled_at=at))
            for key_id in connection.execute(keys).scalars().all():
                changed = update(access_keys).where(access_keys.c.id == key_id)
                connection.execute(changed.values(revision=NEXT_REVISION))
            after = replace(before, disabled_at=at)
            keep(connection, note(before, after))
            return after

    def _find(self, person_id: str) -> Person | None:
        with reading(self._engine) as connection:
            return find(connection, person_id)

    def _add(self, person: Person, note: Note[Person]) -> bool:
        values = {**asdict(person), "fields": dict(person.fields)}
        added = insert(people).values(values).on_conflict_do_nothing().returning(people.c.id)
        with writing(self._engine) as connection:
            is_added = connection.execute(added).first() is not None
            keep(connection, note(None, person) if is_added else None)
            return is_added

    def _list(self) -> list[Person]:
        with reading(self._engine) as connection:
            rows = connection.execute(select(people).order_by(people.c.id)).all()
        return [person_of(row) for row in rows]


def find(connection: Connection, person_id: str) -> Person | None:
    """Look a person up."""
    row = connection.execute(select(people).where(people.c.id == person_id)).one_or_none()
    return None if row is None else person_of(row)


def person_of(row: Row[Any]) -> Person:
    """Read a row of the table of people."""
    return msgspec.convert(dict(zip(NAMES, row, strict=True)), Person)
