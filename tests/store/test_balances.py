"""What every backend does with what people were granted, and what it says was spent."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from endpoints_server.domain.money.account import Reservation
from endpoints_server.domain.money.balance import Grant, account_of
from endpoints_server.domain.people.person import Person
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from tests.store.backends import AT_ONCE
from tests.store.entries import DAY, NOON, entry

GRANT = Grant(person_id="admin", granted_nano_usd=1_000_000, opened_at=NOON, refilled_at=NOON)


async def left(store: Store, person_id: str = "admin") -> int | None:
    standing = await store.balances.find_standing(person_id)
    return None if standing is None else standing.left_nano_usd


async def spend(store: Store, name: str, nano_usd: int, person_id: str = "admin") -> None:
    account = account_of(person_id)
    spent = entry(name, cost_nano_usd=nano_usd, person_id=person_id, accounts=(account.row,))
    held = Reservation(accounts=(account,), nano_usd=nano_usd, entry=spent)
    assert (await store.accounts.reserve(held)).is_admitted
    await store.ledger.record(replace(spent, is_charged=True))


async def test_who_never_asked_has_no_grant(store: Store) -> None:
    assert await store.balances.find_standing("admin") is None


async def test_a_grant_is_opened_once(store: Store) -> None:
    opened = await store.balances.open_grant(GRANT)
    assert (opened.grant, opened.spent_nano_usd) == (GRANT, 0)
    again = await store.balances.open_grant(replace(GRANT, granted_nano_usd=5, opened_at=1))
    assert again.grant == GRANT


async def test_what_was_charged_is_spent_and_nothing_else(store: Store) -> None:
    await store.people.add_person(Person(id="ada"))
    await store.balances.open_grant(GRANT)
    await store.balances.open_grant(replace(GRANT, person_id="ada"))
    await spend(store, "a", 300)
    await store.ledger.record(entry("b", cost_nano_usd=50))
    await spend(store, "c", 7, "ada")
    assert await left(store) == 999_700
    await spend(store, "d", 1)
    assert await left(store) == 999_699
    assert await left(store, "ada") == 999_993


async def test_a_grant_is_refilled_once_by_whoever_read_it_so(store: Store) -> None:
    await store.balances.open_grant(GRANT)
    first = await store.balances.refill(GRANT, 500, NOON + DAY)
    assert first.grant == replace(GRANT, granted_nano_usd=1_000_500, refilled_at=NOON + DAY)
    late = await store.balances.refill(GRANT, 500, NOON + DAY + 1)
    assert late.grant == first.grant
    later = await store.balances.refill(first.grant, 500, NOON + 2 * DAY)
    assert later.grant.granted_nano_usd == 1_001_000


async def test_two_processes_refill_once_and_see_what_the_other_spent(
    tmp_path: Path, shared_url: str
) -> None:
    one, other = [await open_store(tmp_path, shared_url, AT_ONCE) for _ in range(2)]
    try:
        await one.balances.open_grant(GRANT)
        refills = [store.balances.refill(GRANT, 500, NOON + DAY) for store in (one, other) * 5]
        granted = {each.grant.granted_nano_usd for each in await asyncio.gather(*refills)}
        assert granted == {1_000_500}
        for number in range(20):
            await spend((one, other)[number % 2], f"{number}", 10)
            expected = 1_000_500 - 10 * (number + 1)
            assert await left(one) == await left(other) == expected
    finally:
        await one.close()
        await other.close()


async def test_after_a_restart_the_balance_is_the_same(tmp_path: Path, shared_url: str) -> None:
    store = await open_store(tmp_path, shared_url)
    await store.balances.open_grant(GRANT)
    await spend(store, "a", 300)
    before = await left(store)
    await store.close()
    again = await open_store(tmp_path, shared_url)
    assert await left(again) == before == 999_700
    await again.close()
