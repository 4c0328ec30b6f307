"""What every backend does with accounts, and what it says was spent."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from endpoints_server.domain.money.balance import Account
from endpoints_server.domain.people.person import Person
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from tests.store.backends import AT_ONCE
from tests.store.entries import DAY, NOON, entry

ACCOUNT = Account(person_id="admin", granted_nano_usd=1_000_000, opened_at=NOON, refilled_at=NOON)


async def left(store: Store, person_id: str = "admin") -> int | None:
    standing = await store.balances.find_standing(person_id)
    return None if standing is None else standing.left_nano_usd


async def test_who_never_asked_has_no_account(store: Store) -> None:
    assert await store.balances.find_standing("admin") is None


async def test_an_account_is_opened_once(store: Store) -> None:
    opened = await store.balances.open_account(ACCOUNT)
    assert (opened.account, opened.spent_nano_usd) == (ACCOUNT, 0)
    again = await store.balances.open_account(replace(ACCOUNT, granted_nano_usd=5, opened_at=1))
    assert again.account == ACCOUNT


async def test_what_the_ledger_charged_is_spent_and_nothing_else(store: Store) -> None:
    await store.people.add_person(Person(id="ada"))
    await store.balances.open_account(ACCOUNT)
    for recorded in (
        entry("a", cost_nano_usd=300, is_charged=True),
        entry("b", cost_nano_usd=50),
        entry("c", cost_nano_usd=7, is_charged=True, person_id="ada"),
    ):
        await store.ledger.record(recorded)
    assert await left(store) == 999_700
    await store.ledger.record(entry("d", cost_nano_usd=1, is_charged=True))
    await store.ledger.record(entry("a", cost_nano_usd=300, is_charged=True))
    assert await left(store) == 999_699
    assert await left(store) == 999_699
    await store.balances.open_account(replace(ACCOUNT, person_id="ada"))
    assert await left(store, "ada") == 999_993


async def test_an_account_is_refilled_once_by_whoever_read_it_so(store: Store) -> None:
    await store.balances.open_account(ACCOUNT)
    first = await store.balances.refill(ACCOUNT, 500, NOON + DAY)
    assert first.account == replace(ACCOUNT, granted_nano_usd=1_000_500, refilled_at=NOON + DAY)
    late = await store.balances.refill(ACCOUNT, 500, NOON + DAY + 1)
    assert late.account == first.account
    later = await store.balances.refill(first.account, 500, NOON + 2 * DAY)
    assert later.account.granted_nano_usd == 1_001_000


async def test_two_processes_refill_once_and_see_what_the_other_spent(
    tmp_path: Path, shared_url: str
) -> None:
    one, other = [await open_store(tmp_path, shared_url, AT_ONCE) for _ in range(2)]
    try:
        await one.balances.open_account(ACCOUNT)
        refills = [store.balances.refill(ACCOUNT, 500, NOON + DAY) for store in (one, other) * 5]
        granted = {each.account.granted_nano_usd for each in await asyncio.gather(*refills)}
        assert granted == {1_000_500}
        for number in range(20):
            store = (one, other)[number % 2]
            spent = entry(f"{number}", cost_nano_usd=10, is_charged=True)
            await store.ledger.record(spent)
            expected = 1_000_500 - 10 * (number + 1)
            assert await left(one) == await left(other) == expected
    finally:
        await one.close()
        await other.close()


async def test_after_a_restart_the_balance_is_the_same(tmp_path: Path, shared_url: str) -> None:
    store = await open_store(tmp_path, shared_url)
    await store.balances.open_account(ACCOUNT)
    await store.ledger.record(entry("a", cost_nano_usd=300, is_charged=True))
    before = await left(store)
    await store.close()
    again = await open_store(tmp_path, shared_url)
    assert await left(again) == before == 999_700
    await again.close()
