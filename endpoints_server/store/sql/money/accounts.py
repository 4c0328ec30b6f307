"""Accounts as rows, changed in turn with the entries of the ledger, on the same connection."""

import asyncio
from asyncio import Future
from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, func, select

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.account import Account, Decision, Past, Remainder, Reservation
from endpoints_server.store.accounts import KEPT, LEASE
from endpoints_server.store.sql.engine import reading
from endpoints_server.store.sql.history.parts import (
    Columns,
    Span,
    Wish,
    add_up,
    find_watermark,
    parts_of,
)
from endpoints_server.store.sql.ledger.account_deeds import (
    beating,
    extending,
    opening,
    releasing,
    reserving,
    resolving,
    telling,
)
from endpoints_server.store.sql.ledger.journal import Undone
from endpoints_server.store.sql.ledger.writer import LedgerWriter
from endpoints_server.store.sql.tables import accounts, tallies, tallies_by_model

AGAIN_SECONDS = 1.0
"""After which it is tried again to give back what could not be."""


class SqlAccounts:
    """Accounts in a table; `owner` names this process among those that hold something."""

    def __init__(self, engine: Engine, writer: LedgerWriter, owner: str) -> None:
        self._engine = engine
        self._writer = writer
        self._owner = owner
        self._owed: set[str] = set()

    async def reserve(self, reservation: Reservation) -> Decision:
        try:
            decision: Decision = await self._writer.do(reserving(reservation, self._owner))
        except Undone:
            raise
        except BaseException:  # cancelled, or told to wait no longer: it may still come about
            self.release(reservation.id)
            raise
        return decision

    async def open(self, account: Account, past: Past) -> None:
        spent = await asyncio.to_thread(self._add_up, past)
        await self._writer.do(opening(account, spent))

    async def extend(self, reservation: Reservation, nano_usd: int) -> Decision:
        decision: Decision = await self._writer.do(extending(reservation, nano_usd))
        return decision

    def release(self, reservation_id: str) -> None:
        self._give_back({reservation_id})

    async def list_remainders(self, accounts: Iterable[Account]) -> list[Remainder]:
        found: tuple[Remainder, ...] = await self._writer.do(telling(tuple(accounts)))
        return list(found)

    async def sum_spent(self, account: Account) -> int:
        return await asyncio.to_thread(self._sum_spent, account)

    async def beat(self, now: int) -> None:
        await self._writer.do(beating(self._owner, now))

    async def resolve(self, now: int) -> int:
        count: int = await self._writer.do(resolving(now - LEASE, now - KEPT))
        return count

    def _give_back(self, reservation_ids: set[str]) -> None:
        try:
            done = self._writer.do(releasing(reservation_ids))
        except Failed:
            return  # the writer is closed: whoever opens next finds the owner dead
        done.add_done_callback(partial(self._note, reservation_ids))

    def _note(self, reservation_ids: set[str], done: Future[None]) -> None:
        """Owe what could not be given back, and try all that is owed again a little later."""
        if done.exception() is None:
            return
        if not self._owed:
            done.get_loop().call_later(AGAIN_SECONDS, self._give_back_owed)
        self._owed |= reservation_ids

    def _give_back_owed(self) -> None:
        owed, self._owed = self._owed, set()
        self._give_back(owed)

    def _sum_spent(self, account: Account) -> int:
        with reading(self._engine) as connection:
            return int(connection.execute(spent_of(account)).scalar_one())

    def _add_up(self, past: Past) -> int:
        with reading(self._engine) as connection:
            watermark = find_watermark(connection)
            return int(connection.execute(costs_of(past, watermark)).scalar_one())


def spent_of(account: Account) -> Select[Any]:
    """Add up what was spent in the rows of an account's window."""
    has_parts = account.since < account.starts_at
    begins_at = accounts.c.starts_at
    is_within = begins_at >= account.since if has_parts else begins_at == account.starts_at
    spent = func.coalesce(func.sum(accounts.c.spent_nano_usd), 0)
    return select(spent).where(accounts.c.name == account.name, is_within)


def costs_of(past: Past, watermark: int) -> Select[Any]:
    """Add up what history says was spent on what an account would have paid for."""
    is_personal = past.person_ids is not None or past.key_id
    parts = parts_of(tallies if is_personal else tallies_by_model, Span(past.since), watermark)
    together = add_up(parts, (), wish_for(past)).subquery()
    return select(together.c.cost_nano_usd)


def wish_for(past: Past) -> Wish:
    """Ask for what an account would have paid for."""
    asked = {
        "key_id": past.key_id,
        "endpoint": past.endpoint,
        "model": past.model,
        "credential": "house" if past.is_house else "",
    }

    def would_pay(columns: Columns) -> list[ColumnElement[bool]]:
        wanted = [columns[name] == value for name, value in asked.items() if value]
        if past.person_ids is not None:
            wanted.append(columns["person_id"].in_(past.person_ids))
        return wanted

    return would_pay
