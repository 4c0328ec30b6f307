"""Sealed keys as rows, and those asked for of late in memory.

Every change takes the next revision. An owner asked for of late is answered from memory; before an
answer older than a second, what changed anywhere since is read and forgotten, one read for all who
wait. A read sees the changes and the row it is for in one state of the database, so that nothing
out of date is ever remembered for longer.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, Row, and_, func, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from endpoints_server.domain.fault import Failed
from endpoints_server.store.credentials import Kept, Resealed, unknown_person
from endpoints_server.store.seal import Owner
from endpoints_server.store.shared.bell import SILENT, Bell, Topic
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, reading, writing
from endpoints_server.store.sql.tables import credentials, names_of
from endpoints_server.store.sql.tolerance import FRESH_SECONDS, Foresight, Tolerance

MOST_KNOWN = 10_000

COLUMNS = credentials.c
NAMES = names_of(credentials)
NEWEST = select(func.coalesce(func.max(COLUMNS.revision), 0))
NEXT_REVISION = select(func.coalesce(func.max(COLUMNS.revision), 0) + 1).scalar_subquery()
NOTHING = {"sealed": "", "ending": "", "expires_at": None, "last_used_at": None}
"""What a deleted row holds."""


class Look(Struct, frozen=True):
    """What one read saw: the newest revision, whose keys changed up to it, and the row."""

    revision: int
    changed: list[Owner]
    kept: Kept | None


class SqlCredentials:
    """Sealed keys in a table."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        most_known: int = MOST_KNOWN,
        bell: Bell = SILENT,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._most_known = most_known
        self._known: OrderedDict[Owner, Kept | None] = OrderedDict()
        self._revision: int | None = None
        self._read_at = self._fresh_until = float("-inf")
        self._bell = bell
        bell.listen(Topic.CREDENTIALS, self.look_again)
        self._lock = asyncio.Lock()
        self._tolerance = Tolerance(clock)
        self._foresight = Foresight()
        # of their own: calls wait neither for what else the loop's threads do, nor for notes of use
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="credentials")
        self._notes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="uses")
        self._uses: dict[Owner, int] = {}
        self._guard = Lock()

    async def find_credential(self, owner: Owner) -> Kept | None:
        if owner not in self._known:
            return await self._look_up(owner)
        known = self._known[owner]
        now = self._clock()
        if now < self._fresh_until:
            self._known.move_to_end(owner)
            self._foresight.consider(now, lambda: self._look_up(owner))
            return known
        return await self._tolerance.get(lambda: self._look_up(owner), known, self._read_at)

    async def put_credential(self, kept: Kept) -> None:
        try:
            await asyncio.to_thread(self._put, kept)
        except IntegrityError as error:
            raise Failed(unknown_person(kept.owner)) from error
        await self._look_at_change(kept.owner)

    async def delete_credential(self, owner: Owner) -> bool:
        is_deleted = await asyncio.to_thread(self._delete, owner)
        await self._look_at_change(owner)
        return is_deleted

    async def list_credentials(self, person_id: str) -> list[Kept]:
        return await asyncio.to_thread(self._list, COLUMNS.person_id == person_id)

    async def list_sealed(self, after: Owner | None = None, limit: int = 100) -> list[Kept]:
        return await asyncio.to_thread(self._list, follows(after), limit)

    async def replace_sealed(self, changes: Sequence[Resealed]) -> int:
        if not changes:
            return 0
        count = await asyncio.to_thread(self._replace, changes)
        await self._look_at_change(changes[0].owner)
        return count

    def note_use(self, owner: Owner, at: int) -> None:
        with self._guard:
            is_waiting = bool(self._uses)
            self._uses[owner] = at
        if not is_waiting:
            with suppress(RuntimeError):  # closed already
                self._notes.submit(self._write_uses)

    def close(self) -> None:
        """Write down the uses that wait, and let the threads end."""
        self._notes.shutdown()
        self._thread.shutdown(wait=False)

    def look_again(self) -> None:
        """Ask the database before the next answer."""
        self._fresh_until = float("-inf")

    async def _look_at_change(self, owner: Owner) -> None:
        """Let others know of a change, and see it here."""
        self._bell.ring(Topic.CREDENTIALS)
        await self._look_up(owner)

    async def _look_up(self, owner: Owner) -> Kept | None:
        called_at = self._clock()
        async with self._lock:
            if owner in self._known and self._read_at > called_at:
                return self._known[owner]
            began_at = self._clock()
            loop = asyncio.get_running_loop()
            look = await loop.run_in_executor(self._thread, self._look, owner, self._revision)
            for changed in look.changed:
                self._known.pop(changed, None)
            self._known[owner] = look.kept
            self._known.move_to_end(owner)
            if len(self._known) > self._most_known:
                self._known.popitem(last=False)
            self._revision, self._read_at = look.revision, began_at
            self._fresh_until = began_at + FRESH_SECONDS
            self._foresight.note(began_at)
            return look.kept

    def _look(self, owner: Owner, since: int | None) -> Look:
        with reading(self._engine) as connection:
            newest = connection.execute(NEWEST).scalar_one()
            changed: list[Owner] = []
            if since is not None and newest > since:
                whose = select(COLUMNS.person_id, COLUMNS.endpoint)
                rows = connection.execute(whose.where(COLUMNS.revision > since)).all()
                changed = [Owner(row.person_id, row.endpoint) for row in rows]
            wanted = select(credentials).where(*is_there(), is_of(owner))
            row = connection.execute(wanted).one_or_none()
        kept = None if row is None else kept_of(row)
        return Look(newest, changed, kept)

    def _put(self, kept: Kept) -> None:
        values = {
            "sealed": kept.sealed,
            "ending": kept.ending,
            "created_at": kept.created_at,
            "expires_at": kept.expires_at,
            "last_used_at": None,
            "revision": NEXT_REVISION,
        }
        place = {"person_id": kept.owner.person_id, "endpoint": kept.owner.endpoint}
        added = insert(credentials).values(place | values)
        replaced = {name: added.excluded[name] for name in values}
        with writing(self._engine, Turn.CREDENTIALS) as connection:
            connection.execute(
                added.on_conflict_do_update(index_elements=list(place), set_=replaced)
            )

    def _delete(self, owner: Owner) -> bool:
        change = update(credentials).where(*is_there(), is_of(owner))
        with writing(self._engine, Turn.CREDENTIALS) as connection:
            done = connection.execute(change.values(**NOTHING, revision=NEXT_REVISION))
            return done.rowcount == 1

    def _list(self, wanted: ColumnElement[bool], limit: int | None = None) -> list[Kept]:
        found = select(credentials).where(*is_there(), wanted)
        ordered = found.order_by(COLUMNS.person_id, COLUMNS.endpoint).limit(limit)
        with reading(self._engine) as connection:
            return [kept_of(row) for row in connection.execute(ordered)]

    def _replace(self, changes: Sequence[Resealed]) -> int:
        count = 0
        with writing(self._engine, Turn.CREDENTIALS) as connection:
            for change in changes:
                wanted = is_of(change.owner), COLUMNS.sealed == change.old
                fresh = {"sealed": change.fresh, "revision": NEXT_REVISION}
                count += connection.execute(
                    update(credentials).where(*wanted).values(fresh)
                ).rowcount
        return count

    def _write_uses(self) -> None:
        with self._guard:
            uses, self._uses = self._uses, {}
        with suppress(Failed), writing(self._engine) as connection:
            for owner, at in uses.items():
                noted = update(credentials).where(*is_there(), is_of(owner))
                connection.execute(noted.values(last_used_at=at))


def is_of(owner: Owner) -> ColumnElement[bool]:
    """Mean the row of an owner."""
    return and_(COLUMNS.person_id == owner.person_id, COLUMNS.endpoint == owner.endpoint)


def is_there() -> tuple[ColumnElement[bool]]:
    """Mean rows that were not deleted."""
    return (COLUMNS.sealed != "",)


def follows(owner: Owner | None) -> ColumnElement[bool]:
    """Mean the rows that come after an owner's; all of them where there is none."""
    if owner is None:
        return COLUMNS.revision > 0
    return tuple_(COLUMNS.person_id, COLUMNS.endpoint) > tuple_(owner.person_id, owner.endpoint)


def kept_of(row: Row[Any]) -> Kept:
    """Read a row of the table of credentials."""
    fields = dict(zip(NAMES, row, strict=True))
    owner = Owner(fields.pop("person_id"), fields.pop("endpoint"))
    return Kept(owner=owner, **fields)
