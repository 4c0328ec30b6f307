"""Accounts as rows, and what the ledger charged to them, added up as it grows.

Rows of the ledger are only ever added, each under a higher number than those before, and one
transaction at a time. So what was spent up to a number never changes, and each look reads only the
rows after the last one, whichever process wrote them.
"""

import asyncio
from collections import OrderedDict
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    Engine,
    Select,
    and_,
    func,
    select,
    update,
)

from endpoints_server.domain.money.balance import Account, Standing
from endpoints_server.store.sql.dialects.columns import whole_sum
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.tables import balances, entries, names_of

NAMES = names_of(balances)
MOST_KNOWN = 10_000


class Spent(Struct, frozen=True):
    """What was charged up to a row of the ledger."""

    nano_usd: int = 0
    row: int = 0


class SqlBalances:
    """Accounts in a table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._spent: OrderedDict[str, Spent] = OrderedDict()

    async def find_standing(self, person_id: str) -> Standing | None:
        known = self._spent.get(person_id, Spent())
        account, spent = await asyncio.to_thread(self._find, person_id, known)
        if account is None:
            return None
        self._remember(person_id, spent)
        return Standing(account=account, spent_nano_usd=spent.nano_usd)

    async def open_account(self, account: Account) -> Standing:
        await asyncio.to_thread(self._open, account)
        return await self._get_standing(account.person_id)

    async def refill(self, account: Account, nano_usd: int, at: int) -> Standing:
        await asyncio.to_thread(self._refill, account, nano_usd, at)
        return await self._get_standing(account.person_id)

    async def _get_standing(self, person_id: str) -> Standing:
        standing = await self.find_standing(person_id)
        if standing is None:
            raise LookupError(person_id)
        return standing

    def _remember(self, person_id: str, spent: Spent) -> None:
        known = self._spent.get(person_id)
        if known is None or known.row <= spent.row:
            self._spent[person_id] = spent
        self._spent.move_to_end(person_id)
        if len(self._spent) > MOST_KNOWN:
            self._spent.popitem(last=False)

    def _find(self, person_id: str, known: Spent) -> tuple[Account | None, Spent]:
        with reading(self._engine) as connection:
            found = connection.execute(account_and_charges(person_id, known.row)).one_or_none()
        if found is None:
            return None, known
        *fields, nano_usd, row = found
        account = Account(**dict(zip(NAMES, fields, strict=True)))
        return account, Spent(known.nano_usd + nano_usd, row or known.row)

    def _open(self, account: Account) -> None:
        self._write(insert(balances).values(asdict(account)).on_conflict_do_nothing())

    def _refill(self, account: Account, nano_usd: int, at: int) -> None:
        is_unchanged = (balances.c.person_id == account.person_id) & (
            balances.c.refilled_at == account.refilled_at
        )
        granted = balances.c.granted_nano_usd + nano_usd
        self._write(
            update(balances).where(is_unchanged).values(granted_nano_usd=granted, refilled_at=at)
        )

    def _write(self, statement: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(statement)


def account_and_charges(person_id: str, row: int) -> Select[Any]:
    """Ask for an account, what was charged to it after a row, and which row is the last."""
    is_charge = and_(
        entries.c.person_id == balances.c.person_id, entries.c.is_charged, row < entries.c.number
    )
    nano_usd = whole_sum(entries.c.cost_nano_usd)
    return (
        select(*balances.c, nano_usd, func.max(entries.c.number))
        .select_from(balances.outerjoin(entries, is_charge))
        .where(balances.c.person_id == person_id)
        .group_by(balances.c.person_id)
    )
