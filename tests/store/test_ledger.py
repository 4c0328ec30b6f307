"""What every backend does with entries."""

import asyncio

import pytest

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.money.entry import CostStatus, Entry, Place
from endpoints_server.store.ports import By, Store, Sum
from tests.store.entries import DAY, HOUR, NOON, entry


async def record(store: Store, *recorded: Entry) -> None:
    await asyncio.gather(*(store.ledger.record(one) for one in recorded))


async def test_an_entry_comes_back_as_it_was_recorded(store: Store) -> None:
    recorded = entry("a", first_byte_took=12, is_stream=True, losses=("seed", "top_k", "ä\x00'"))
    await store.ledger.record(recorded)
    assert await store.ledger.find_entries(recorded.request_id) == [recorded]


async def test_an_entry_without_a_price_comes_back_without_one(store: Store) -> None:
    recorded = entry("a", rates=None, cost_nano_usd=None, cost_status=CostStatus.UNPRICED)
    await store.ledger.record(recorded)
    assert await store.ledger.find_entries(recorded.request_id) == [recorded]


async def test_the_attempts_of_a_call_come_in_order(store: Store) -> None:
    second, first = entry("a", request_id="r", attempt=2), entry("b", request_id="r")
    await record(store, second, first, entry("c"))
    assert await store.ledger.find_entries("r") == [first, second]
    assert await store.ledger.find_entries("unknown") == []


async def test_recording_an_id_again_changes_nothing(store: Store) -> None:
    await store.ledger.record(entry("a"))
    await store.ledger.record(entry("a", model="another"))
    assert await store.ledger.list_entries() == [entry("a")]


async def test_entries_are_listed_newest_first_a_page_at_a_time(store: Store) -> None:
    recorded = [entry(f"{i}", started_at=NOON + i // 2) for i in range(7)]
    await record(store, *recorded)
    pages: list[list[Entry]] = []
    after: Place | None = None
    while page := await store.ledger.list_entries(limit=3, after=after):
        pages.append(page)
        after = page[-1].place
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one for page in pages for one in page] == recorded[::-1]


async def test_a_page_goes_on_where_the_one_before_ended_though_that_was_purged(
    store: Store,
) -> None:
    await record(store, entry("a"), entry("c"))
    assert await store.ledger.list_entries(after=(NOON, "b")) == [entry("a")]
    assert await store.ledger.list_entries(after=(NOON, "a")) == []


async def test_entries_are_listed_by_time_and_person(store: Store) -> None:
    old, young = entry("old"), entry("young", started_at=NOON + HOUR)
    hers = entry("hers", started_at=NOON + HOUR, person_id="ada")
    await record(store, old, young, hers)
    assert await store.ledger.list_entries(since=NOON + 1) == [young, hers]
    assert await store.ledger.list_entries(since=NOON + 1, person_id="ada") == [hers]
    assert await store.ledger.list_entries(until=NOON + HOUR) == [old]
    assert await store.ledger.list_entries(since=NOON, until=NOON) == []


async def test_usage_is_summed_by_each_thing(store: Store) -> None:
    await record(
        store,
        entry("a", person_id="ada", cost_nano_usd=5),
        entry("b", endpoint="Groq", model="llama", started_at=NOON + DAY, cost_nano_usd=7),
        entry("c", person_id="ada", rates=None, cost_nano_usd=None),
    )

    async def by(thing: By) -> dict[str, tuple[int, int, int]]:
        sums = await store.ledger.sums(thing)
        assert [row.name for row in sums] == sorted(row.name for row in sums)
        return {row.name: (row.attempts, row.cost_nano_usd, row.unpriced) for row in sums}

    assert await by(By.USER) == {"ada": (2, 5, 1), "admin": (1, 7, 0)}
    assert await by(By.ENDPOINT) == {"Mistral": (2, 5, 1), "Groq": (1, 7, 0)}
    assert await by(By.MODEL) == {"mistral-small": (2, 5, 1), "llama": (1, 7, 0)}
    assert await by(By.DAY) == {"2026-11-21": (2, 5, 1), "2026-11-22": (1, 7, 0)}


async def test_sums_keep_to_a_person_and_a_time(store: Store) -> None:
    await record(
        store,
        entry("a"),
        entry("b", started_at=NOON + HOUR),
        entry("c", started_at=NOON + HOUR, person_id="ada"),
    )
    expected = Sum(
        name="Mistral",
        attempts=1,
        input_tokens=1200,
        output_tokens=50,
        cost_nano_usd=195_000,
        unpriced=0,
    )
    assert await store.ledger.sums(By.ENDPOINT, NOON + 1, "admin") == [expected]
    assert await store.ledger.sums(By.ENDPOINT, NOON + DAY) == []


async def test_draining_waits_for_everything_recorded(store: Store) -> None:
    futures = [store.ledger.record(entry(f"{i}")) for i in range(50)]
    await store.ledger.drain()
    assert all(future.done() for future in futures)
    assert len(await store.ledger.list_entries()) == 50


async def test_closing_twice_is_as_closing_once(store: Store) -> None:
    future = store.ledger.record(entry("a"))
    await store.close()
    await store.close()
    assert future.done()
    assert future.exception() is None


async def test_a_closed_ledger_takes_nothing(store: Store) -> None:
    await store.close()
    assert not store.ledger.has_room()
    with pytest.raises(Failed) as failed:
        await store.ledger.record(entry("a"))
    assert failed.value.fault.kind is Kind.UNAVAILABLE
