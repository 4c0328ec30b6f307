"""What PostgreSQL has planned for few entries does for many as well, and where all is slow."""

from pathlib import Path

import psycopg
import pytest

from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from tests.postgres import Cluster
from tests.store.backends import AT_ONCE
from tests.store.entries import NOON, entry

FEW, MORE, MANY = 60, 12, 3000
"""So few that they would be read one and all, after more than it takes to keep a plan, many."""
NAP = """
create function nap() returns trigger language plpgsql
    as 'begin perform pg_sleep(1.2); return null; end';
create trigger nap before insert on tallies for each statement execute function nap();
"""
"""Longer than any answer to a call may take."""


def ask(url: str, statement: str) -> int:
    """Run a statement past the store; gives its first value, if it has one."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return int((cursor.fetchone() or [0])[0]) if cursor.description else 0


def read_one_by_one(url: str) -> int:
    """Count the entries that connections, which have ended, read without an index."""
    return ask(url, "select seq_tup_read from pg_stat_user_tables where relname = 'entries'")


async def record(store: Store, names: range) -> None:
    """Record an entry for each number, a microsecond apart, and in that order."""
    some = [entry(f"{each}", request_id=f"r{each}", started_at=NOON + each) for each in names]
    for each in some:
        await store.ledger.record(each)


@pytest.fixture
async def url(cluster: Cluster, tmp_path: Path) -> str:
    """A database of few entries that PostgreSQL knows to be few."""
    made = cluster.make_database()
    store = await open_store(tmp_path, made, AT_ONCE)
    await record(store, range(FEW))
    await store.history.fold()
    await store.close()
    ask(made, "analyze entries")
    return made


async def test_what_is_added_up_is_found_by_its_number_however_few_there_were(
    url: str, tmp_path: Path
) -> None:
    before = read_one_by_one(url)
    store = await open_store(tmp_path, url, AT_ONCE)
    for number in range(FEW, FEW + MORE):
        await record(store, range(number, number + 1))
        await store.history.fold()
    await store.close()
    assert read_one_by_one(url) == before


async def test_what_was_asked_often_of_few_entries_is_found_among_many(
    url: str, tmp_path: Path
) -> None:
    store = await open_store(tmp_path, url, AT_ONCE)
    for _ in range(MORE):
        await store.ledger.list_entries(since=NOON, until=NOON + 1, limit=1)
    await record(store, range(FEW, MANY))
    (found,) = await store.ledger.list_entries(since=NOON, until=NOON + 1, limit=1)
    assert found.started_at == NOON
    await store.close()
    assert read_one_by_one(url) < MANY


async def test_entries_are_added_up_where_that_takes_longer_than_a_call_may_wait(
    url: str, tmp_path: Path
) -> None:
    store = await open_store(tmp_path, url, AT_ONCE)
    await record(store, range(FEW, FEW + MORE))
    ask(url, NAP)
    await store.history.fold()
    await store.close()
    assert ask(url, "select sum(attempts) from tallies") == FEW + MORE
