"""The ledger on a PostgreSQL whose disk is slow: who waits for it, and who does not."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from pathlib import Path
from statistics import median

import psycopg
import pytest

from endpoints_server.store.postgres.connection import read_url
from endpoints_server.store.postgres.disk import LOOKS, Disk
from endpoints_server.store.postgres.journal import PostgresJournal
from endpoints_server.store.postgres.shortcut import PostgresShortcut
from endpoints_server.store.spool.journal import SpoolingJournal
from endpoints_server.store.spool.spool import Spool
from endpoints_server.store.sql.ledger.account_deeds import beating
from endpoints_server.store.sql.ledger.journal import Answer, Deed, Transaction, Unwritable
from endpoints_server.store.sql.ledger.writer import LedgerWriter
from tests.postgres import Cluster, running_cluster
from tests.store.entries import entry

DISK_SECONDS = 0.05
SLOW = (
    *("fsync=on", f"commit_delay={DISK_SECONDS * 1_000_000:.0f}", "commit_siblings=0"),
    "wal_writer_delay=10s",  # what nobody waits for is not on the disk by chance
)
PATIENCE_SECONDS = 20.0
ACCOUNT = ("budget:house", 0)
FLUSHES = """
select pid from pg_stat_activity
where query like 'select pg_logical_emit_message%' and datname = current_database()
"""


@pytest.fixture(scope="module")
def slow_cluster() -> Generator[Cluster]:
    """A server that waits for its disk at each commit that has to be there."""
    with running_cluster(*SLOW) as running:
        yield running


@pytest.fixture
def url(slow_cluster: Cluster) -> str:
    return slow_cluster.make_database()


@pytest.fixture
def brought() -> list[int]:
    """How many entries were brought from the local disk, each time that none was left."""
    return []


@pytest.fixture
async def cold_writer(url: str, tmp_path: Path, brought: list[int]) -> AsyncGenerator[LedgerWriter]:
    """A writer that has just begun."""
    conninfo = read_url(url)
    journal = SpoolingJournal(
        lambda: PostgresJournal(conninfo),
        Spool(tmp_path),
        print,
        brought.append,
        PostgresShortcut(conninfo),
    )
    opened = LedgerWriter(journal, asyncio.get_running_loop())
    yield opened
    opened.stop()
    await asyncio.to_thread(opened.join)


@pytest.fixture
async def writer(cold_writer: LedgerWriter) -> LedgerWriter:
    """A writer that has seen how slow the disk is."""
    await asyncio.sleep(0.3)  # until its lines are there
    for number in range(LOOKS + 10):
        await cold_writer.record(entry(f"earlier-{number}"))
    return cold_writer


def settle_nothing(transaction: Transaction) -> Answer[None]:
    transaction.settle({})
    return lambda: None


async def seconds_of_a_deed(writer: LedgerWriter) -> float:
    began = time.monotonic()
    await writer.do(Deed(settle_nothing, is_light=True))
    return time.monotonic() - began


def count(url: str, entry_id: str) -> int:
    with psycopg.connect(url) as connection:
        (found,) = connection.execute(
            "select count(*) from entries where id = %s", [entry_id]
        ).fetchone() or (0,)
    return int(found)


def spooled(folder: Path) -> list[Path]:
    """List what waits on the local disk."""
    return list(folder.iterdir())


def charged(url: str) -> tuple[int, int]:
    """Count the entries that an account pays for, and say what it paid."""
    with psycopg.connect(url) as connection:
        ((number,),) = connection.execute(
            "select count(*) from entries where cost_nano_usd = 7"
        ).fetchall()
        ((nano_usd,),) = connection.execute(
            "select spent_nano_usd from accounts where name = %s", [ACCOUNT[0]]
        ).fetchall() or ((0,),)
    return number, nano_usd


def break_down(cluster: Cluster) -> None:
    """Have a server lose what is not on its disk."""
    cluster.kill()
    cluster.start(*SLOW)


async def test_whoever_holds_money_waits_for_no_disk_while_entries_do(writer: LedgerWriter) -> None:
    took, entries_took = [], []
    for number in range(10):
        began = time.monotonic()
        kept = writer.record(entry(f"kept-{number}"))
        await asyncio.sleep(DISK_SECONDS / 10)  # the entry is under way
        took.append(await seconds_of_a_deed(writer))
        await kept
        entries_took.append(time.monotonic() - began)
    assert median(took) < DISK_SECONDS / 3
    assert min(entries_took) > DISK_SECONDS * 0.9


async def test_who_waits_for_all_entries_waits_for_the_disk(writer: LedgerWriter) -> None:
    kept = writer.record(entry("kept"))
    await asyncio.sleep(DISK_SECONDS / 5)
    assert not kept.done()
    drained = asyncio.create_task(writer.drain())
    beat = writer.do(beating("owner", 1))  # which only the thread can do
    await asyncio.wait([drained, beat])
    assert kept.done()


async def test_under_load_too_money_is_held_without_the_disk_from_the_start(
    cold_writer: LedgerWriter,
) -> None:
    until = time.monotonic() + (LOOKS + 10) * 2 * DISK_SECONDS
    took: list[float] = []

    async def go_on_recording(caller: int) -> None:
        await asyncio.sleep(caller * DISK_SECONDS / 8)  # so that something waits all the time
        for number in itertools.count():
            if time.monotonic() > until:
                return
            await cold_writer.record(entry(f"{caller}-{number}"))
            await asyncio.sleep(DISK_SECONDS / 5)

    async def go_on_holding() -> None:
        while time.monotonic() < until:
            took.append(await seconds_of_a_deed(cold_writer))
            await asyncio.sleep(DISK_SECONDS / 20)

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as callers:
        callers.create_task(go_on_holding())
        for caller in range(8):
            callers.create_task(go_on_recording(caller))
    assert median(took[len(took) // 2 :]) < DISK_SECONDS / 3


async def test_a_quick_disk_far_away_is_not_taken_for_a_slow_one(
    own_cluster: Cluster,
) -> None:
    with own_cluster.database() as lent:
        disk = Disk(read_url(lent))
        for _ in range(LOOKS):
            disk.note(0.010)
        assert disk.is_slow
        disk.note_quick(0.009)
        disk.note(0.010)
        assert not disk.is_slow
        disk.close()


async def test_an_entry_that_the_disk_does_not_answer_for_is_written_again_and_is_there_once(
    writer: LedgerWriter, url: str, slow_cluster: Cluster, tmp_path: Path, brought: list[int]
) -> None:
    with psycopg.connect(url) as connection:
        ((pid,),) = connection.execute(FLUSHES.encode()).fetchall()
    os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            kept = writer.record(entry("kept"))
            assert await seconds_of_a_deed(writer) < 1
            assert not kept.done()
            await kept
            while not brought:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            assert brought == [1]
        break_down(slow_cluster)
        assert count(url, "kept") == 1
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await writer.record(entry("after"))
        while spooled(tmp_path):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert count(url, "after") == 1


async def test_a_server_that_breaks_down_loses_nothing_that_was_said_to_be_kept_and_charges_it_once(
    writer: LedgerWriter, url: str, slow_cluster: Cluster
) -> None:
    kept: list[str] = []

    async def go_on_recording(caller: int, until: float) -> None:
        for number in itertools.count():
            if time.monotonic() > until:
                return
            name = f"{caller}-{number}"
            await writer.record(entry(name, accounts=(ACCOUNT,), cost_nano_usd=7))
            kept.append(name)

    until = time.monotonic() + 3
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as callers:
        for caller in range(4):
            callers.create_task(go_on_recording(caller, until))
        for _ in range(2):
            await asyncio.sleep(1 + DISK_SECONDS / 2)
            slow_cluster.kill()
            await asyncio.to_thread(slow_cluster.start, *SLOW)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := await asyncio.to_thread(charged, url))[0] < len(kept):  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # until what went to the spool is brought home
    assert found == (len(kept), 7 * len(kept))


async def test_what_waits_for_the_disk_is_kept_when_the_ledger_is_closed(
    writer: LedgerWriter, url: str, slow_cluster: Cluster
) -> None:
    kept = writer.record(entry("kept"))
    await asyncio.sleep(DISK_SECONDS / 5)
    writer.stop()
    await kept
    break_down(slow_cluster)
    assert count(url, "kept") == 1


async def test_what_is_gone_is_not_said_to_be_on_the_disk(writer: LedgerWriter, url: str) -> None:
    disk = Disk(read_url(url))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not disk.is_there():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        told: list[asyncio.Future[Unwritable | None]] = [
            asyncio.get_running_loop().create_future() for _ in range(3)
        ]
        for entry_id, future in zip(["earlier-0", "earlier-1", "gone"], told, strict=True):
            disk.wait(entry_id, future.set_result)
        first, *later = await asyncio.gather(*told)
    assert first is None
    assert all(isinstance(each, Unwritable) for each in later)
    assert writer.waiting() == 0
    disk.close()


def test_whoever_may_log_in_may_wait_for_the_disk(slow_cluster: Cluster) -> None:
    slow_cluster.execute("create role plain login")
    with psycopg.connect(slow_cluster.url("postgres").replace("tests@", "plain@")) as connection:
        connection.execute("select pg_logical_emit_message(true, 'endpoints-server', '')")
