"""Laws of the rollups: exact at every moment, whoever folds, purges or dies in between."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.audit import Rule
from endpoints_server.store.history.port import Order
from endpoints_server.store.memory import open_memory
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import By, Store, Sum
from endpoints_server.store.sql.engine import writing
from endpoints_server.store.sql.history.differences import ENTRIES_AT_ONCE, edges
from endpoints_server.store.sql.history.portion import (
    FEWEST,
    FIRST_COUNT,
    LONGEST_SECONDS,
    MOST,
    Portion,
)
from endpoints_server.store.sql.history.purge import Purging
from endpoints_server.store.sqlite.file import open_engine
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.store.backends import AT_ONCE, open_backend
from tests.store.entries import NOON, entries, entry

TODAY = NOON // DAY
EXAMPLES = 12

ledgers = st.lists(entries(), max_size=10, unique_by=lambda entry: entry.id)
steps = st.lists(st.sampled_from(["fold", "purge", "nothing"]), min_size=10, max_size=10)
spans = st.tuples(st.none() | st.integers(-4, 0), st.none() | st.integers(0, 4))


async def sums_of(store: Store, span: tuple[int | None, int | None]) -> list[list[Sum]]:
    since, until = (None if day is None else (TODAY + day) * DAY for day in span)
    return [
        await store.ledger.sums(by, since, person_id, until=until)
        for by in By
        for person_id in (None, "ada")
    ]


async def live(store: Store, recorded: list[Entry], acts: list[str]) -> None:
    """Record entries with something happening after each."""
    for number, (one, act) in enumerate(zip(recorded, acts, strict=False)):
        await store.ledger.record(one)
        if act != "nothing":
            await store.history.fold()
        if act == "purge":
            order = Order(id=f"{number}", before_day=TODAY, reason="test", at=number)
            await store.history.purge(order)


@given(recorded=ledgers, acts=steps, span=spans)
@settings(max_examples=EXAMPLES)
def test_rollups_are_what_there_was_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory,
    recorded: list[Entry],
    acts: list[str],
    span: tuple[int | None, int | None],
) -> None:
    folder = tmp_path_factory.mktemp("ledger")

    async def compare() -> None:
        plain, store = open_memory(), await open_store(folder, opening=AT_ONCE)
        await asyncio.gather(*map(plain.ledger.record, recorded))
        await live(store, recorded, acts)
        assert await sums_of(store, span) == await sums_of(plain, span)
        for day in await plain.history.list_days():
            assert await store.history.list_tallies(day) == await plain.history.list_tallies(day)
        assert (await store.ledger.verify()).findings == ()
        await store.close()

    asyncio.run(compare())


async def test_many_who_fold_at_once_add_each_entry_once(shared_url: str, tmp_path: Path) -> None:
    stores = [await open_backend(shared_url, tmp_path) for _ in range(4)]
    try:
        for start in range(0, 400, 50):
            some = [entry(f"{start + i}", request_id=f"r{start + i}") for i in range(50)]
            await asyncio.gather(
                *map(stores[start % 4].ledger.record, some),
                *(store.history.fold() for store in stores),
            )
        while await stores[0].history.fold():
            pass
        (row,) = await stores[1].ledger.sums(By.MODEL)
        assert row.attempts == 400
        assert (await stores[2].ledger.verify()).findings == ()
    finally:
        await asyncio.gather(*(store.close() for store in stores))


async def change(folder: Path, statement: str) -> None:
    """Change a file behind the store's back."""
    engine = open_engine(folder / FILE_NAME)
    with writing(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_a_rollup_that_is_wrong_is_found(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    for one in (entry("a"), entry("b", started_at=NOON - 40 * DAY)):
        await store.ledger.record(one)
    await store.history.fold()
    await store.history.purge(Order(id="p", before_day=TODAY - 35, reason="test", at=NOON))
    for harm, repair in (
        ("update tallies set cost_nano_usd = cost_nano_usd + 1 where day = {today}", "- 1"),
        ("update tallies_by_person set attempts = attempts + 1 where day = {old}", "- 1"),
        ("update tallies_by_model set output_tokens = output_tokens + 1", "- 1"),
        ("update purges set cost_nano_usd = cost_nano_usd + 1", "- 1"),
    ):
        placed = harm.format(today=TODAY, old=TODAY - 40)
        await change(tmp_path, placed)
        found = {each.rule for each in (await store.ledger.verify()).findings}

        assert Rule.ROLLUPS in found, harm
        await change(tmp_path, placed.replace("+ 1", repair))
    assert (await store.ledger.verify()).findings == ()
    await store.close()


async def test_entries_of_before_are_added_a_few_at_a_time(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await asyncio.gather(*(store.ledger.record(entry(f"{i}")) for i in range(2500)))
    steps = 1
    while await store.history.fold():
        steps += 1
    assert steps > 2500 // MOST + 1
    assert sum(tally.attempts for tally in await store.history.list_tallies(TODAY)) == 2500
    await store.close()


async def test_a_purge_that_was_cut_short_left_no_call_in_halves(tmp_path: Path) -> None:
    store, begun_at = await open_store(tmp_path), NOON - 40 * DAY
    singles = [entry(f"{i}", started_at=begun_at + i) for i in range(FIRST_COUNT - 1)]
    halves = [
        entry(f"of{i}", request_id="r", attempt=i, started_at=begun_at + 10**6 * i) for i in (1, 2)
    ]
    between = entry("between", started_at=begun_at + 10**6 + 1)
    await asyncio.gather(*map(store.ledger.record, (*singles, *halves, between)))
    while await store.history.fold():
        pass
    engine = open_engine(tmp_path / FILE_NAME)
    purging = Purging(engine, Order(id="p", before_day=TODAY - 35, reason="test", at=NOON))
    assert purging.step() == FIRST_COUNT + 1
    assert (await store.ledger.verify()).findings == ()
    assert (purging.step(), purging.step()) == (1, 0)
    assert await store.ledger.list_entries() == []
    engine.dispose()
    await store.close()


async def test_a_call_is_not_purged_before_all_of_it_is_added_up(tmp_path: Path) -> None:
    store, begun_at = await open_store(tmp_path), NOON - 40 * DAY
    await store.ledger.record(entry("first", request_id="r", started_at=begun_at))
    await store.history.fold()
    await store.ledger.record(entry("late", request_id="r", attempt=2, started_at=begun_at))
    order = Order(id="p", before_day=TODAY - 35, reason="test", at=NOON)
    assert await store.history.purge(order) == 0
    assert (await store.ledger.verify()).findings == ()
    await store.history.fold()
    assert await store.history.purge(order) == 2
    assert (await store.ledger.verify()).findings == ()
    await store.close()


def test_a_portion_is_smaller_after_it_failed(tmp_path: Path) -> None:
    engine, portion = open_engine(tmp_path / FILE_NAME), Portion()
    with pytest.raises(ZeroDivisionError), portion.writing(engine):
        raise ZeroDivisionError
    assert portion.count == FIRST_COUNT // 2
    engine.dispose()


def test_a_portion_follows_how_long_it_took() -> None:
    portion = Portion()
    for _ in range(20):
        portion.note(LONGEST_SECONDS / 10)
    assert portion.count == MOST
    for _ in range(20):
        portion.note(LONGEST_SECONDS * 10)
    assert portion.count == FEWEST
    portion.note(0)
    assert portion.count > FEWEST


def test_time_is_divided_between_days_and_around_those_that_were_purged() -> None:
    third = ENTRIES_AT_ONCE // 3
    days = dict.fromkeys(range(1, 9), third) | {20: 3 * ENTRIES_AT_ONCE}
    assert list(edges(days, ())) == [4, 7, 20]
    assert list(edges(days, (5, 12))) == [4, 5, 6, 12, 13, 20]
    assert list(edges({}, ())) == []
