"""Grants as rows, beside the accounts that say what was taken from them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import Engine, Select, and_, func, select, update

from endpoints_server.domain.money.balance import Grant, Standing, account_of
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.sql.changes import keep
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.tables import accounts, balances, names_of

NAMES = names_of(balances)


class SqlBalances:
    """Grants in a table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def find_standing(self, person_id: str) -> Standing | None:
        return await asyncio.to_thread(self._find, person_id)

    async def open_grant(self, grant: Grant) -> Standing:
        opened = insert(balances).values(asdict(grant)).on_conflict_do_nothing()
        await asyncio.to_thread(self._write, opened)
        return await self._get_standing(grant.person_id)

    async def refill(self, grant: Grant, nano_usd: int, at: int) -> Standing:
        is_unchanged = (balances.c.person_id == grant.person_id) & (
            balances.c.refilled_at == grant.refilled_at
        )
        refilled = more(nano_usd).where(is_unchanged).values(refilled_at=at)
        await asyncio.to_thread(self._write, refilled)
        return await self._get_standing(grant.person_id)

    async def credit(
        self, person_id: str, nano_usd: int, note: Note[Grant] = unnoted
    ) -> Standing | None:
        await asyncio.to_thread(self._credit, person_id, nano_usd, note)
        return await self.find_standing(person_id)

    async def _get_standing(self, person_id: str) -> Standing:
        standing = await self.find_standing(person_id)
        if standing is None:
            raise LookupError(person_id)
        return standing

    def _find(self, person_id: str) -> Standing | None:
        with reading(self._engine) as connection:
            found = connection.execute(grant_and_account(person_id)).one_or_none()
        if found is None:
            return None
        *fields, spent, reserved = found
        return Standing(grant=grant_of(fields), spent_nano_usd=spent, reserved_nano_usd=reserved)

    def _credit(self, person_id: str, nano_usd: int, note: Note[Grant]) -> None:
        credited = more(nano_usd).where(balances.c.person_id == person_id).returning(*balances.c)
        with writing(self._engine) as connection:
            row = connection.execute(credited).one_or_none()
            if row is None:
                return
            after = grant_of(row)
            before = replace(after, granted_nano_usd=after.granted_nano_usd - nano_usd)
            keep(connection, note(before, after))

    def _write(self, statement: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(statement)


def grant_of(fields: Sequence[Any]) -> Grant:
    """Read the columns of a grant."""
    return Grant(**dict(zip(NAMES, fields, strict=True)))


def more(nano_usd: int) -> Any:
    """Grant more to somebody."""
    return update(balances).values(granted_nano_usd=balances.c.granted_nano_usd + nano_usd)


def grant_and_account(person_id: str) -> Select[Any]:
    """Ask for a grant, and for what was spent and is held of it."""
    name, starts_at = account_of(person_id).row
    is_its = and_(accounts.c.name == name, accounts.c.starts_at == starts_at)
    return (
        select(
            *balances.c,
            func.coalesce(accounts.c.spent_nano_usd, 0),
            func.coalesce(accounts.c.reserved_nano_usd, 0),
        )
        .select_from(balances.outerjoin(accounts, is_its))
        .where(balances.c.person_id == person_id)
    )
