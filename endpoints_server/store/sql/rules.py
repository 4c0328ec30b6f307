"""Rules as rows, and all of them in memory, read again by revision as keys are."""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, bindparam, func, select, update

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.rulebook import Group, Rules
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.rules import Place, Rule, place_of, rules_of
from endpoints_server.store.shared.bell import SILENT, Bell, Topic
from endpoints_server.store.sql.changes import keep
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, reading, writing
from endpoints_server.store.sql.tables import rules

KINDS: dict[str, type[Rule]] = {"budget": Budget, "limit": Limit, "group": Group}
NEXT_REVISION = select(func.coalesce(func.max(rules.c.revision), 0) + 1).scalar_subquery()
CHANGED = select(rules).where(rules.c.revision > bindparam("revision")).order_by(rules.c.revision)
"""Made once: it is asked every second, and making it would cost as much as asking."""


class SqlRules:
    """Rules in a table; one that was deleted stays as a row without a body."""

    def __init__(self, engine: Engine, bell: Bell = SILENT) -> None:
        self._engine = engine
        self._bell = bell
        bell.listen(Topic.RULES, self._look_again)
        self._looks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._kept: dict[Place, Rule] = {}
        self._rules = Rules()
        self._revision = 0
        self._lock = asyncio.Lock()

    def current(self) -> Rules:
        return self._rules

    async def put_rule(self, rule: Rule, note: Note[Rule] = unnoted) -> None:
        await asyncio.to_thread(self._put, rule, note)
        self._bell.ring(Topic.RULES)
        await self.catch_up()

    async def delete_rule(self, rule: Rule, note: Note[Rule] = unnoted) -> bool:
        was_there = await asyncio.to_thread(self._delete, rule, note)
        self._bell.ring(Topic.RULES)
        await self.catch_up()
        return was_there

    async def catch_up(self) -> None:
        async with self._lock:  # for what was read earlier must not be taken in later
            self._take_in(await asyncio.to_thread(self._read, self._revision))

    async def close(self) -> None:
        """Look no more, and let those finish who do."""
        self._is_closed = True
        await asyncio.gather(*self._looks)

    def _look_again(self) -> None:
        if self._is_closed:
            return
        look = asyncio.create_task(self._look())
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)

    async def _look(self) -> None:
        with suppress(Failed):  # the next turn of whoever keeps the rules will tell
            await self.catch_up()

    def _take_in(self, rows: list[Row[Any]]) -> None:
        for row in rows:
            self._revision = max(self._revision, row.revision)
            if row.body is None:
                self._kept.pop((row.kind, row.place), None)
            else:
                self._kept[row.kind, row.place] = rule_of(row.kind, row.body)
        if rows:
            self._rules = rules_of(self._kept)

    def _put(self, rule: Rule, note: Note[Rule]) -> None:
        kind, place = place_of(rule)
        fresh = {"body": msgspec.json.encode(rule).decode(), "revision": NEXT_REVISION}
        put = insert(rules).values(kind=kind, place=place, **fresh)
        with writing(self._engine, Turn.RULES) as connection:
            keep(connection, note(find(connection, rule), rule))
            connection.execute(put.on_conflict_do_update(["kind", "place"], set_=fresh))

    def _delete(self, rule: Rule, note: Note[Rule]) -> bool:
        kind, place = place_of(rule)
        gone = update(rules).where(rules.c.kind == kind, rules.c.place == place)
        with writing(self._engine, Turn.RULES) as connection:
            before = find(connection, rule)
            if before is None:
                return False
            connection.execute(gone.values(body=None, revision=NEXT_REVISION))
            keep(connection, note(before, None))
            return True

    def _read(self, revision: int) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            return list(connection.execute(CHANGED, {"revision": revision}).all())


def find(connection: Connection, rule: Rule) -> Rule | None:
    """Give the rule that is kept at the place of another."""
    kind, place = place_of(rule)
    kept = select(rules.c.body).where(rules.c.kind == kind, rules.c.place == place)
    body = connection.execute(kept).scalar_one_or_none()
    return None if body is None else rule_of(kind, body)


def rule_of(kind: str, body: str) -> Rule:
    """Read a rule as it is kept."""
    return msgspec.json.decode(body, type=KINDS[kind])
