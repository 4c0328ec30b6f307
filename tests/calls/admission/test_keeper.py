"""Who dies while calls are under way leaves what they held to others, within a minute."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from endpoints_server.calls.admission.keeper import BEAT_SECONDS, SECOND, Keeper
from endpoints_server.calls.gate import Gate
from endpoints_server.domain.money.account import Account, Reservation
from endpoints_server.domain.money.entry import Outcome
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.limits import MemoryLimits
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.store.entries import NOON, entry

PURSE = Account(name="purse", cap_nano_usd=10**9)


class Clock:
    """A time that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


def keeper_of(
    store: Store, clock: Clock, told: list[int], troubles: list[Exception] | None = None
) -> Keeper:
    gate = Gate(store.accounts, store.balances, MemoryLimits(), store.rules)
    return Keeper(gate, clock, told.append, ([] if troubles is None else troubles).append)


async def reserve(store: Store, name: str) -> None:
    lost = entry(
        name,
        usage=Usage(input=1),
        cost_nano_usd=150_000,
        outcome=Outcome.FAILED,
        fault="internal",
        accounts=(PURSE.row,),
    )
    held = Reservation(accounts=(PURSE,), nano_usd=10**6, entry=lost)
    assert (await store.accounts.reserve(held)).is_admitted


async def test_t_29_what_a_dead_process_held_is_settled_within_a_minute(tmp_path: Path) -> None:
    clock, told = Clock(), list[int]()
    dead, alive = [await open_store(tmp_path) for _ in range(2)]
    keepers = [keeper_of(store, clock, told) for store in (dead, alive)]
    for keeper in keepers:
        await keeper.beat()
    await reserve(dead, "lost")
    await reserve(alive, "running")
    died_at = clock.now
    while not told:
        clock.now += BEAT_SECONDS * SECOND
        await keepers[1].beat()
    assert clock.now - died_at <= 60 * SECOND
    assert told == [1]
    (remainder,) = await alive.accounts.list_remainders([PURSE])
    assert remainder.left_nano_usd == 10**9 - 10**6 - 150_000
    assert len(await alive.ledger.find_entries("request-lost")) == 1
    await dead.close()
    await alive.close()


async def test_after_an_outage_nobody_is_taken_for_dead_before_they_could_speak(
    tmp_path: Path,
) -> None:
    clock, told = Clock(), list[int]()
    one, other = [await open_store(tmp_path) for _ in range(2)]
    keepers = [keeper_of(store, clock, told) for store in (one, other)]
    for keeper in keepers:
        await keeper.beat()
    await reserve(one, "running")
    clock.now += 300 * SECOND
    await keepers[1].beat()
    await keepers[0].beat()
    for _ in range(5):
        clock.now += BEAT_SECONDS * SECOND
        for keeper in keepers:
            await keeper.beat()
    assert told == []
    await one.close()
    await other.close()


async def test_who_cannot_read_the_rules_says_so_and_lives_on(tmp_path: Path) -> None:
    clock, troubles = Clock(), list[Exception]()
    store = await open_store(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("insert into rules values ('budget', 'all||x', 'no JSON', 1)")
    keeper = keeper_of(store, clock, [], troubles)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await keeper.run()
    assert len(troubles) in (1, 2)
    assert keeper.beat_at == clock.now
    await store.close()
