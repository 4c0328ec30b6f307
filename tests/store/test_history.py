"""What every backend keeps of the past: sums by day, after entries are purged as well."""

import asyncio
from random import Random
from string import ascii_letters

from endpoints_server.domain.money.account import Account, Past, Reservation
from endpoints_server.domain.money.entry import CostStatus, Entry
from endpoints_server.domain.money.tally import DAY, LONGEST_NAME, tallies_of
from endpoints_server.store.history.port import Order
from endpoints_server.store.ports import By, Store, Sum
from tests.store.entries import HOUR, NOON, entry

TODAY = NOON // DAY
ESTIMATE = {"cost_status": CostStatus.ESTIMATED}
MIXED = (
    entry("a"),
    entry("b", person_id="ada", key_id="k", started_at=NOON - DAY),
    entry("c", person_id="ada", key_id="k", started_at=NOON - DAY, **ESTIMATE),
    *(entry(f"{age}", person_id="ada", started_at=NOON - age * DAY) for age in (30, 60, 85)),
    entry("d", model="large", credential="user", reported_cost_nano_usd=7),
    entry("e", rates=None, cost_nano_usd=None, cost_status=CostStatus.UNPRICED),
)


async def record(store: Store, *recorded: Entry) -> None:
    await asyncio.gather(*(store.ledger.record(one) for one in recorded))


async def fold_all(store: Store) -> None:
    while await store.history.fold():
        pass


async def all_sums(store: Store) -> list[list[Sum]]:
    """Tell usage by everything, over all time and within some spans, of all and of one person."""
    spans = [(None, None), (NOON - HOUR, None), (None, NOON), (NOON - DAY, NOON + DAY)]
    spans += [(NOON - 90 * DAY, NOON), (NOON - 64 * DAY, None), (0, NOON - 20 * DAY)]
    spans += [(NOON, NOON + HOUR), ((TODAY - 1) * DAY, TODAY * DAY), (NOON - DAY, NOON + 1)]
    return [
        await store.ledger.sums(by, since, person_id, until=until)
        for by in By
        for since, until in spans
        for person_id in (None, "ada")
    ]


async def require_sound(store: Store) -> None:
    assert (await store.ledger.verify()).findings == ()


def order(before_day: int, name: str = "run", at: int = NOON) -> Order:
    return Order(id=name, before_day=before_day, reason="kept for 35 days", at=at)


async def test_sums_are_the_same_however_far_the_rollups_have_come(store: Store) -> None:
    await record(store, *MIXED)
    before = await all_sums(store)
    await fold_all(store)
    assert await all_sums(store) == before
    await record(store, entry("f", started_at=NOON - DAY), entry("g"))
    between = await all_sums(store)
    await fold_all(store)
    assert await all_sums(store) == between != before
    await require_sound(store)


async def test_a_late_entry_stands_under_the_day_it_began(store: Store) -> None:
    await record(store, entry("a"))
    await fold_all(store)
    await record(store, entry("late", started_at=NOON - 3 * DAY))
    await fold_all(store)
    days = [row.name for row in await store.ledger.sums(By.DAY)]
    assert days == ["2026-11-18", "2026-11-21"]
    assert await store.history.list_days() == [TODAY - 3, TODAY]


async def test_an_entry_recorded_again_is_counted_once(store: Store) -> None:
    for _ in range(2):
        await record(store, entry("a"))
        await fold_all(store)
    (row,) = await store.ledger.sums(By.USER)
    assert row.attempts == 1
    await require_sound(store)


async def test_names_of_any_length_are_added_up(store: Store) -> None:
    long = "".join(Random(0).choices(ascii_letters, k=10_000))
    named = entry("a", model=long, answered_model=f"ä{long}")
    await record(store, named, entry("b"))
    before = await all_sums(store)
    await fold_all(store)
    assert await all_sums(store) == before
    assert await store.history.list_tallies(TODAY) == tallies_of([named, entry("b")])
    assert {row.name for row in await store.ledger.sums(By.MODEL)} == {
        "mistral-small",
        long[:LONGEST_NAME],
    }
    await require_sound(store)


async def test_tallies_tell_a_day_by_all_that_usage_is_asked_by(store: Store) -> None:
    await record(store, *MIXED[:4])
    await fold_all(store)
    await record(store, *MIXED[4:])
    for day in (TODAY - 1, TODAY):
        expected = [tally for tally in tallies_of(MIXED) if tally.day == day]
        assert await store.history.list_tallies(day) == expected
    (both,) = await store.history.list_tallies(TODAY - 1, is_personal=False)
    assert (both.person_id, both.key_id, both.attempts, both.estimated) == ("", "", 2, 1)
    assert await store.history.list_tallies(TODAY + 1) == []


async def test_what_is_purged_stays_in_the_sums_and_is_told(store: Store) -> None:
    old = [entry(f"old{i}", started_at=NOON - (40 + i) * DAY, person_id="ada") for i in range(3)]
    young = [one for one in MIXED if one.started_at > NOON - 35 * DAY]
    await record(store, *young, *old)
    await fold_all(store)
    before = [await store.ledger.sums(by) for by in By]
    assert await store.history.purge(order(TODAY - 35)) == 3
    assert [await store.ledger.sums(by) for by in By] == before
    assert {one.id for one in await store.ledger.list_entries()} == {one.id for one in young}
    told = await store.history.list_purges()
    assert [(each.day, each.attempts, each.reason) for each in told] == [
        (TODAY - 42 + i, 1, "kept for 35 days") for i in range(3)
    ]
    assert {each.cost_nano_usd for each in told} == {old[0].cost_nano_usd}
    await require_sound(store)
    assert await store.history.purge(order(TODAY - 35, "again")) == 0


async def test_a_day_may_be_purged_again_once_a_late_entry_came(store: Store) -> None:
    await record(store, entry("old", started_at=NOON - 40 * DAY))
    await fold_all(store)
    await store.history.purge(order(TODAY - 35))
    await record(store, entry("late", started_at=NOON - 40 * DAY))
    await fold_all(store)
    await require_sound(store)
    assert await store.history.purge(order(TODAY - 35, "again", NOON + 1)) == 1
    assert [each.id for each in await store.history.list_purges()] == ["again", "run"]
    assert [row.attempts for row in await store.ledger.sums(By.DAY)] == [2]
    await require_sound(store)


async def test_a_call_is_purged_whole_or_not_at_all(store: Store) -> None:
    midnight = (TODAY - 35) * DAY
    await record(
        store,
        entry("first", request_id="r", started_at=midnight - 1),
        entry("second", request_id="r", attempt=2, started_at=midnight),
        entry("other", started_at=midnight - 1),
    )
    await fold_all(store)
    assert await store.history.purge(order(TODAY - 35)) == 1
    assert len(await store.ledger.find_entries("r")) == 2
    await require_sound(store)


async def test_accounts_stay_right_when_their_entries_are_purged(store: Store) -> None:
    account = Account(name="user:ada", cap_nano_usd=1_000_000)
    old = entry("old", person_id="ada", started_at=NOON - 40 * DAY, accounts=(account.row,))
    held = Reservation(accounts=(account,), nano_usd=500_000, entry=old)
    assert (await store.accounts.reserve(held)).is_admitted
    await record(store, old)
    await fold_all(store)
    left = await store.accounts.list_remainders([account])
    assert await store.history.purge(order(TODAY - 35)) == 1
    assert await store.accounts.list_remainders([account]) == left
    await require_sound(store)


async def test_a_budget_set_later_begins_with_what_was_purged_too(store: Store) -> None:
    mine = {"person_id": "ada", "key_id": "k"}
    old = entry("old", started_at=NOON - 40 * DAY, **mine)
    await record(store, old, entry("young", started_at=NOON, **mine), entry("foreign"))
    await fold_all(store)
    await store.history.purge(order(TODAY - 35))
    await record(store, entry("tail", started_at=NOON + 1, **mine))
    cost = old.cost_nano_usd or 0
    for past, spent in (
        (Past(since=0, person_ids=("ada",)), 3 * cost),
        (Past(since=0, key_id="k", model="mistral-small", endpoint="Mistral"), 3 * cost),
        (Past(since=0, model="mistral-small"), 4 * cost),
        (Past(since=NOON, person_ids=("ada", "nobody")), 2 * cost),
        (Past(since=0, person_ids=()), 0),
    ):
        account = Account(name=f"{past}", cap_nano_usd=10**9, expires_at=NOON + DAY)
        await store.accounts.open(account, past)
        (told,) = await store.accounts.list_remainders([account])
        assert told.left_nano_usd == 10**9 - spent
