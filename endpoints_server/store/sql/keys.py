"""Client keys as rows, and all of them in memory.

Every change of a key takes the next revision. Whoever asks for a key is answered from memory; what
changed elsewhere is read, by revision, before an answer older than a second and before an id is
called unknown. One such read runs at a time and serves all who came before it began, so neither
many callers nor made-up ids add up to many reads, and no presented id is ever part of a statement.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from msgspec.structs import asdict, replace
from sqlalchemy import Connection, Engine, Row, Select, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.shared.bell import SILENT, Bell, Topic
from endpoints_server.store.sql.changes import keep
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, reading, writing
from endpoints_server.store.sql.tables import access_keys, names_of, people
from endpoints_server.store.sql.tolerance import FRESH_SECONDS, Foresight, Tolerance

NAMES = names_of(access_keys)
PERSON_NAMES = names_of(people)
KEYS = select(access_keys, people).join(people).order_by(access_keys.c.revision)
CHANGED = KEYS.where(access_keys.c.revision > bindparam("revision"))
"""Made once: it is asked every second, and making it would cost as much as asking."""
Ending = Callable[[AccessKey], AccessKey]
"""How a key is to end, given how it is once nobody else may change it."""
NEXT_REVISION = select(func.coalesce(func.max(access_keys.c.revision), 0) + 1).scalar_subquery()


class SqlKeys:
    """Keys in a table, remembered whole."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        bell: Bell = SILENT,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[str, AccessKey] = {}
        self._revision = 0
        self._read_at = self._fresh_until = float("-inf")
        self._bell = bell
        bell.listen(Topic.KEYS, self.look_again)
        self._lock = asyncio.Lock()
        self._tolerance = Tolerance(clock)
        self._foresight = Foresight()
        # of its own, so that calls never wait for whatever else the loop's threads are busy with
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keys")

    async def find_key(self, key_id: str) -> AccessKey | None:
        key = self._known.get(key_id)
        if key is None:
            return await self._look(key_id)
        now = self._clock()
        if now < self._fresh_until:
            self._foresight.consider(now, self.catch_up)
            return key
        return await self._tolerance.get(lambda: self._look(key_id), key, self._read_at)

    async def add_key(self, key: AccessKey, note: Note[AccessKey] = unnoted) -> None:
        try:
            await asyncio.to_thread(self._add, key, note)
        except IntegrityError as error:
            message = f"No user '{key.person.id}'."
            raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message)) from error
        self._bell.ring(Topic.KEYS)
        await self.catch_up()

    async def list_keys(self, person_id: str | None = None) -> list[AccessKey]:
        wanted = [] if person_id is None else [access_keys.c.person_id == person_id]
        rows = await asyncio.to_thread(self._read, KEYS.where(*wanted), {})
        return sorted(map(key_of, rows), key=lambda key: (key.created_at, key.id))

    async def revoke_key(self, key_id: str, at: int, note: Note[AccessKey] = unnoted) -> bool:
        return await self._change(key_id, lambda key: replace(key, revoked_at=at), note)

    async def end_key(self, key_id: str, at: int, note: Note[AccessKey] = unnoted) -> bool:
        return await self._change(key_id, lambda key: key.ending_at(at), note)

    async def _change(self, key_id: str, change: Ending, note: Note[AccessKey]) -> bool:
        is_changed = await asyncio.to_thread(self._write, key_id, change, note)
        self._bell.ring(Topic.KEYS)
        await self.catch_up()
        return is_changed

    async def _look(self, key_id: str) -> AccessKey | None:
        await self.catch_up()
        return self._known.get(key_id)

    async def catch_up(self) -> None:
        """Read what changed, unless somebody began to after this was called."""
        called_at = self._clock()
        async with self._lock:
            if self._read_at > called_at:
                return
            began_at = self._clock()
            loop = asyncio.get_running_loop()
            rows = await loop.run_in_executor(
                self._thread, self._read, CHANGED, {"revision": self._revision}
            )
            self._known.update((key.id, key) for key in map(key_of, rows))
            self._revision = rows[-1].revision if rows else self._revision
            self._read_at, self._fresh_until = began_at, began_at + FRESH_SECONDS
            self._foresight.note(began_at)

    def look_again(self) -> None:
        """Ask the database before the next answer."""
        self._fresh_until = float("-inf")

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)

    def _read(self, statement: Select[Any], values: Mapping[str, Any]) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            return list(connection.execute(statement, values).all())

    def _add(self, key: AccessKey, note: Note[AccessKey]) -> None:
        values = {**asdict(key), "person_id": key.person.id, "revision": NEXT_REVISION}
        del values["person"]
        added = insert(access_keys).values(values)
        kept = {name: column for name, column in added.excluded.items() if name != "id"}
        with writing(self._engine, Turn.KEYS) as connection:
            keep(connection, note(find(connection, key.id), key))
            connection.execute(added.on_conflict_do_update(index_elements=["id"], set_=kept))

    def _write(self, key_id: str, change: Ending, note: Note[AccessKey]) -> bool:
        with writing(self._engine, Turn.KEYS) as connection:
            before = find(connection, key_id)
            if before is None or before.revoked_at is not None:
                return False
            after = change(before)
            changed = update(access_keys).where(access_keys.c.id == key_id)
            ends = {"revoked_at": after.revoked_at, "expires_at": after.expires_at}
            connection.execute(changed.values(**ends, revision=NEXT_REVISION))
            keep(connection, note(before, after))
            return True


def find(connection: Connection, key_id: str) -> AccessKey | None:
    """Look a key up as it is at this moment."""
    row = connection.execute(KEYS.where(access_keys.c.id == key_id)).one_or_none()
    return None if row is None else key_of(row)


def key_of(row: Row[Any]) -> AccessKey:
    """Read a row of a key and its person."""
    fields = dict(zip(NAMES, row[: len(NAMES)], strict=True))
    person = dict(zip(PERSON_NAMES, row[len(NAMES) :], strict=True))
    return msgspec.convert({**fields, "person": person}, AccessKey)
