"""Rules as rows, and all of them in memory, read again by revision as keys are."""

import asyncio

import msgspec
from sqlalchemy import Connection, Engine, func, select, update

from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.rulebook import Group, Rules
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.rules import Place, Rule, place_of, rules_of
from endpoints_server.store.shared.bell import SILENT, Bell, Topic
from endpoints_server.store.sql.changes import keep
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import Turn, writing
from endpoints_server.store.sql.followed import Followed, Rows
from endpoints_server.store.sql.tables import rules

KINDS: dict[str, type[Rule]] = {"budget": Budget, "limit": Limit, "group": Group}
NEXT_REVISION = select(func.coalesce(func.max(rules.c.revision), 0) + 1).scalar_subquery()


class SqlRules:
    """Rules in a table; one that was deleted stays as a row without a body."""

    def __init__(self, engine: Engine, bell: Bell = SILENT) -> None:
        self._engine = engine
        self._bell = bell
        self._kept: dict[Place, Rule] = {}
        self._rules = Rules()
        self._followed = Followed(engine, rules, self._take, bell, Topic.RULES)

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
        await self._followed.catch_up()

    async def close(self) -> None:
        """Look no more, and let those finish who do."""
        await self._followed.close()

    def _take(self, rows: Rows) -> None:
        for row in rows:
            if row.body is None:
                self._kept.pop((row.kind, row.place), None)
            else:
                self._kept[row.kind, row.place] = rule_of(row.kind, row.body)
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


def find(connection: Connection, rule: Rule) -> Rule | None:
    """Give the rule that is kept at the place of another."""
    kind, place = place_of(rule)
    kept = select(rules.c.body).where(rules.c.kind == kind, rules.c.place == place)
    body = connection.execute(kept).scalar_one_or_none()
    return None if body is None else rule_of(kind, body)


def rule_of(kind: str, body: str) -> Rule:
    """Read a rule as it is kept."""
    return msgspec.json.decode(body, type=KINDS[kind])
