"""The writer of the ledger when the database does not do as it should."""

import asyncio
import sqlite3
from asyncio import Future
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.open import open_store
from endpoints_server.store.sql.ledger.pace import Pace
from endpoints_server.store.sql.ledger.writer import LedgerWriter
from endpoints_server.store.sqlite.file import connect
from endpoints_server.store.sqlite.journal import SqliteJournal
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.store.entries import entry

SOON_SECONDS = 0.05
LIMIT = 10


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database with its tables."""
    store = await open_store(tmp_path)
    await store.close()
    return tmp_path / FILE_NAME


@pytest.fixture
async def connection(path: Path) -> sqlite3.Connection:
    """The connection that the writer owns, and closes."""
    return connect(path)


@pytest.fixture
async def writer(connection: sqlite3.Connection) -> AsyncGenerator[LedgerWriter]:
    """A writer with a short queue that gives up at once."""
    loop = asyncio.get_running_loop()
    opened = LedgerWriter(SqliteJournal(connection), loop, Pace(limit=LIMIT, grace_seconds=0))
    yield opened
    await close(opened)


async def close(writer: LedgerWriter) -> None:
    writer.stop()
    await asyncio.to_thread(writer.join)


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold the lock that writing needs, as another process would."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def ids_in(path: Path) -> list[str]:
    reader = sqlite3.connect(path)
    try:
        return [row[0] for row in reader.execute("select id from entries order by id")]
    finally:
        reader.close()


async def test_what_is_done_is_in_the_database(writer: LedgerWriter, path: Path) -> None:
    await writer.record(entry("a"))
    assert ids_in(path) == ["a"]


async def test_an_entry_waits_while_another_process_holds_the_lock(
    writer: LedgerWriter, path: Path
) -> None:
    with locked(path):
        future = writer.record(entry("a"))
        await asyncio.sleep(SOON_SECONDS)
        assert not future.done()
    await future
    assert ids_in(path) == ["a"]


async def test_an_entry_waits_while_the_disk_is_full(
    writer: LedgerWriter, connection: sqlite3.Connection, path: Path
) -> None:
    connection.execute("pragma max_page_count = 1")
    futures = [writer.record(entry(f"{i}", model="m" * 5000)) for i in range(LIMIT)]
    await asyncio.sleep(SOON_SECONDS)
    assert not any(future.done() for future in futures)
    connection.execute("pragma max_page_count = 100000")
    await asyncio.gather(*futures)
    assert len(ids_in(path)) == LIMIT


async def test_who_waits_too_long_is_told_and_the_entry_is_kept_all_the_same(
    connection: sqlite3.Connection, path: Path
) -> None:
    told: list[Exception] = []
    pace = Pace(patience_seconds=0.05, grace_seconds=0)
    writer = LedgerWriter(SqliteJournal(connection), asyncio.get_running_loop(), pace, told.append)
    with locked(path):
        waiting = writer.record(entry("one"))
        with pytest.raises(Failed) as failed:
            await asyncio.wait_for(waiting, 10)
        assert failed.value.fault.kind is Kind.UNAVAILABLE
        assert not writer.has_room()
    await writer.drain()
    assert ids_in(path) == ["one"]
    assert writer.has_room()
    assert len(told) == 1
    await close(writer)


class Broken(SqliteJournal):
    """A journal with a defect that nobody foresaw."""

    def keep(self, entries: Sequence[Entry]) -> None:
        if any(entry.id == "b" for entry in entries):
            raise LookupError("b")
        super().keep(entries)


async def test_what_nobody_foresaw_costs_one_entry_and_is_told(
    connection: sqlite3.Connection, path: Path
) -> None:
    told: list[Exception] = []
    loop = asyncio.get_running_loop()
    writer = LedgerWriter(Broken(connection), loop, on_trouble=told.append)
    waiting = [writer.record(entry(name)) for name in "abc"]
    first, second, third = await asyncio.wait_for(
        asyncio.gather(*waiting, return_exceptions=True), 10
    )
    assert isinstance(second, Failed)
    assert second.fault.kind is Kind.INTERNAL
    assert (first, third, ids_in(path)) == (None, None, ["a", "c"])
    assert {str(each) for each in told} == {"b"}
    await close(writer)


async def test_a_full_queue_refuses_and_loses_nothing_it_took(
    writer: LedgerWriter, path: Path
) -> None:
    taken: list[Future[None]] = []
    with locked(path):
        with pytest.raises(Failed) as failed:  # noqa: PT012  it takes many to fill a queue
            for i in range(10 * LIMIT):
                taken.append(writer.record(entry(f"{i}")))
                await asyncio.sleep(0.002)
        assert failed.value.fault.kind is Kind.UNAVAILABLE
        assert not writer.has_room()
        assert len(taken) < 3 * LIMIT
    await asyncio.gather(*taken)
    assert len(ids_in(path)) == len(taken)
    assert writer.has_room()


async def test_half_of_the_queue_is_kept_for_calls_under_way(
    writer: LedgerWriter, path: Path
) -> None:
    with locked(path):
        first = writer.record(entry("first"))
        await asyncio.sleep(SOON_SECONDS)
        rest = [writer.record(entry(f"{i}")) for i in range(LIMIT // 2)]
        assert not writer.has_room()
        rest.append(writer.record(entry("still taken")))
    await asyncio.gather(first, *rest)


async def test_closing_over_a_locked_database_says_what_is_lost(
    writer: LedgerWriter, path: Path
) -> None:
    with locked(path):
        future = writer.record(entry("a"))
        await close(writer)
    with pytest.raises(Failed) as failed:
        await future
    assert failed.value.fault.kind is Kind.UNAVAILABLE
    assert "locked" in failed.value.fault.detail
    assert ids_in(path) == []


@pytest.mark.parametrize(
    "unfit",
    [{"cost_nano_usd": 2**70}, {"model": "\ud800"}, {"endpoint": None}],
    ids=["too large", "no text", "missing"],
)
async def test_an_entry_that_cannot_be_kept_holds_up_no_other(
    writer: LedgerWriter, path: Path, unfit: dict[str, object]
) -> None:
    futures = [writer.record(entry("a")), writer.record(entry("b", **unfit))]
    futures.append(writer.record(entry("c")))
    answers = await asyncio.gather(*futures, return_exceptions=True)
    assert answers[0] is None
    assert isinstance(answers[1], Failed)
    assert answers[1].fault.kind is Kind.INTERNAL
    assert answers[2] is None
    assert ids_in(path) == ["a", "c"]


async def test_closing_writes_what_waits(writer: LedgerWriter, path: Path) -> None:
    futures = [writer.record(entry(f"{i}")) for i in range(LIMIT)]
    await close(writer)
    assert all(future.done() for future in futures)
    assert len(ids_in(path)) == LIMIT


async def test_a_caller_who_stopped_waiting_disturbs_no_other(
    writer: LedgerWriter, path: Path
) -> None:
    left, stayed = writer.record(entry("a")), writer.record(entry("b"))
    left.cancel()
    await stayed
    assert ids_in(path) == ["a", "b"]
