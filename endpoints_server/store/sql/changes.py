"""The record of changes as rows."""

import asyncio
from operator import eq, ge, lt
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, insert, select

from endpoints_server.store.changes.port import Actor, Change, Told, Via, Wanted
from endpoints_server.store.sql.engine import reading
from endpoints_server.store.sql.tables import changes


class SqlChanges:
    """Changes in a table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def list_changes(self, wanted: Wanted) -> list[Change]:
        return await asyncio.to_thread(self._list, wanted)

    def _list(self, wanted: Wanted) -> list[Change]:
        found = select(changes)
        for column, compare, value in (
            (changes.c.kind, eq, wanted.kind),
            (changes.c.person_id, eq, wanted.person_id),
            (changes.c.changed_at, ge, wanted.since),
            (changes.c.changed_at, lt, wanted.until),
            (changes.c.id, lt, wanted.after),
        ):
            if value is not None:
                found = found.where(compare(column, value))
        latest = found.order_by(changes.c.id.desc()).limit(wanted.limit)
        with reading(self._engine) as connection:
            return [change_of(row) for row in connection.execute(latest)]


def keep(connection: Connection, change: Change | None) -> None:
    """Keep a change in the transaction that makes it, if there is something to keep."""
    if change is None:
        return
    row = {
        "id": change.id,
        "changed_at": change.at,
        "via": change.actor.via.value,
        "person_id": change.actor.person_id,
        "key_id": change.actor.key_id,
        "kind": change.kind,
        "name": change.name,
        "before": written(change.before),
        "after": written(change.after),
    }
    connection.execute(insert(changes).values(row))


def written(told: Told) -> str | None:
    """Write how something is as JSON."""
    return None if told is None else msgspec.json.encode(told).decode()


def read(text: str | None) -> Told:
    """Read how something is."""
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])


def change_of(row: Row[Any]) -> Change:
    """Read a row."""
    return Change(
        id=row.id,
        at=row.changed_at,
        actor=Actor(via=Via(row.via), person_id=row.person_id, key_id=row.key_id),
        kind=row.kind,
        name=row.name,
        before=read(row.before),
        after=read(row.after),
    )
