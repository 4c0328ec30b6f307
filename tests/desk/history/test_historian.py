"""What a server does for history beside its calls."""

import asyncio
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from endpoints_server.desk.history.historian import MOST_FAILURES, MOST_WAITS, Historian
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.memory import open_memory
from endpoints_server.store.open import open_store
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.postgres import PATIENCE_SECONDS, Cluster
from tests.store.entries import DAY, NOON, entry


async def test_entries_are_kept_as_long_as_the_file_says() -> None:
    store, names = open_memory(), map(str, count())
    told: list[int] = []
    kept: list[int] = []
    for age in (10, 40, 50):
        await store.ledger.record(entry(f"{age}", started_at=NOON - age * DAY))
    historian = Historian(
        store.history,
        lambda: kept[0] if kept else None,
        lambda: NOON,
        lambda: next(names),
        told.append,
    )
    await historian.purge()
    assert told == []
    kept.append(45)
    for _ in range(2):
        await historian.purge()
    assert told == [1]
    assert [one.id for one in await store.ledger.list_entries()] == ["10", "40"]
    (purge,) = await store.history.list_purges()
    assert (purge.reason, purge.purged_at, purge.attempts) == ("kept 45 days", NOON, 1)


async def test_the_last_day_kept_is_kept_from_its_beginning() -> None:
    store = open_memory()
    begin = NOON // DAY * DAY
    for at in (begin - 40 * DAY - 1, begin - 40 * DAY):
        await store.ledger.record(entry(f"{at}", started_at=at))
    await Historian(store.history, lambda: 40, lambda: NOON, lambda: "id").purge()
    assert [one.started_at for one in await store.ledger.list_entries()] == [begin - 40 * DAY]


async def test_a_clock_that_was_set_back_puts_no_purge_off() -> None:
    clock = [NOON]
    historian = Historian(open_memory().history, lambda: None, lambda: clock[0], lambda: "id")
    assert historian.is_due()
    await historian.purge()
    due = []
    for later in (0, 3599, 3600, -365 * 86_400):
        clock[0] = NOON + later * 1_000_000
        due.append(historian.is_due())
    assert due == [False, False, True, True]


async def test_adding_up_waits_for_calls_though_not_for_ever() -> None:
    store = open_memory()
    looks = count()
    historian = Historian(store.history, lambda: None, lambda: NOON, lambda: "id")
    historian.is_busy = lambda: next(looks) >= 0
    turns = [await historian.add_up() for _ in range(MOST_WAITS + 1)]
    assert turns == [True] * MOST_WAITS + [False]
    assert await historian.add_up() is True, "the next time it waits again"


async def test_what_nobody_foresaw_is_told_and_tried_again(tmp_path: Path) -> None:
    store, told = await open_store(tmp_path), asyncio.Queue[Exception]()
    historian = Historian(
        store.history, lambda: None, lambda: NOON, lambda: "id", trouble=told.put_nowait
    )
    await store.ledger.record(entry("a", started_at=NOON))
    broken = "create trigger broken before insert on {} begin select raise(abort, 'no'); end"
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        file.execute(broken.format("tallies"))
        running = asyncio.create_task(historian.run())
        assert isinstance(await told.get(), IntegrityError)
        assert not running.done()
        file.execute("drop trigger broken")
        assert historian.is_behind
        assert await historian.add_up() is False
    running.cancel()
    assert (await store.ledger.verify()).findings == ()
    await store.close()


async def test_a_store_that_stays_away_is_told_of_once(tmp_path: Path) -> None:
    store, told = await open_store(tmp_path), list[Exception]()
    await store.ledger.record(entry("a", started_at=NOON))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        file.execute("drop table tallies")
    historian = Historian(
        store.history, lambda: None, lambda: NOON, lambda: "id", trouble=told.append
    )
    pauses, is_over = count(1), asyncio.Event()

    async def pause(_seconds: float) -> None:
        if next(pauses) == 2 * MOST_FAILURES:
            is_over.set()
            await asyncio.Event().wait()

    historian.pause = pause
    running = asyncio.create_task(historian.keep_on(historian.add_up))
    await asyncio.wait_for(is_over.wait(), PATIENCE_SECONDS)
    running.cancel()
    (failed,) = told
    assert isinstance(failed, Failed)
    assert "no such table" in failed.fault.detail
    await store.close()


async def test_sums_that_fit_no_column_are_told(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.database() as url:
        store, told = await open_store(tmp_path, url), asyncio.Queue[Exception]()
        for name in "ab":
            await store.ledger.record(entry(name, usage=Usage(input=2**62)))
        historian = Historian(
            store.history, lambda: None, lambda: NOON, lambda: "id", trouble=told.put_nowait
        )
        running = asyncio.create_task(historian.run())
        failed = await asyncio.wait_for(told.get(), PATIENCE_SECONDS)
        running.cancel()
        await store.close()
    assert isinstance(failed, Failed)
    assert "out of range" in failed.fault.detail
