"""An account is begun once in each process, before anybody draws from it."""

import asyncio
from pathlib import Path

import pytest

from endpoints_server.calls.gate import Gate
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.account import Account, Past, Reservation
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.limits import MemoryLimits
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from tests.store.entries import entry

PURSE = Account(name="purse", cap_nano_usd=135)


def gate_of(store: Store) -> Gate:
    return Gate(store.accounts, store.balances, MemoryLimits(), store.rules)


async def draw(gate: Gate, name: str) -> bool:
    """Draw ten from the purse, which is opened first."""
    if not gate.has_opened(PURSE.row):
        await gate.open(PURSE.row, PURSE, Past(since=0))
    kept = entry(name, usage=Usage(), cost_nano_usd=0, accounts=(PURSE.row,))
    wanted = Reservation(accounts=(PURSE,), nano_usd=10, entry=kept)
    return (await gate.accounts.reserve(wanted)).is_admitted


async def test_whoever_comes_while_an_account_is_opened_draws_on_what_is_left(
    tmp_path: Path,
) -> None:
    store = await open_store(tmp_path)
    await store.ledger.record(entry("past", cost_nano_usd=100))
    gate = gate_of(store)
    first = asyncio.create_task(draw(gate, "left"))
    others = [asyncio.create_task(draw(gate, f"{number}")) for number in range(20)]
    await asyncio.sleep(0)
    first.cancel()  # and the others need not begin anew
    admitted = await asyncio.gather(*others)
    await store.close()
    assert first.cancelled()
    assert sum(admitted) == 3


async def test_an_account_that_could_not_be_opened_is_opened_by_who_comes_next(
    tmp_path: Path,
) -> None:
    store = await open_store(tmp_path)
    await store.ledger.record(entry("past", cost_nano_usd=100))
    gate = gate_of(store)
    await store.close()
    with pytest.raises(Failed):
        await draw(gate, "a")
    assert not gate.has_opened(PURSE.row)
    again = await open_store(tmp_path)
    gate.accounts = again.accounts
    admitted = [await draw(gate, f"{number}") for number in range(5)]
    await again.close()
    assert sum(admitted) == 3
