"""What still works while PostgreSQL is slow, dead, read-only or full, and how it comes back."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.money.accounts import AGAIN_SECONDS
from endpoints_server.store.sql.opening import Opening
from endpoints_server.store.sql.tolerance import FRESH_SECONDS
from tests.postgres import Cluster
from tests.store.entries import entry
from tests.store.test_accounts import TEAM, hold, left

DECLARED_SECONDS = 2.0
"""Within which everything is decided where one look may take a second: the rest is leeway."""
RECOVERY_SECONDS = 5.0
RELOAD_SECONDS = 0.2
"""By when every session has heard of a changed setting."""
KEY = AccessKey(
    id="abcdefghijkl", digest=b"x", ring_id="one", shown="es-abcdef", person=ADMIN, created_at=1
)
T = TypeVar("T")
Trouble = Callable[[Cluster, str], AbstractContextManager[None]]


@pytest.fixture
def url(own_cluster: Cluster) -> Generator[str]:
    with own_cluster.database() as lent:
        yield lent


@pytest.fixture
async def store(url: str, tmp_path: Path) -> AsyncGenerator[Store]:
    """A store that knows a key, and has written an entry."""
    opened = await open_store(tmp_path, url)
    await opened.keys.add_key(KEY)
    await opened.ledger.record(entry("before"))
    yield opened
    await opened.close()


@contextmanager
def frozen(cluster: Cluster, _: str) -> Generator[None]:
    cluster.freeze()
    try:
        yield
    finally:
        cluster.thaw()


@contextmanager
def dead(cluster: Cluster, _: str) -> Generator[None]:
    cluster.kill()
    try:
        yield
    finally:
        cluster.start()


@contextmanager
def read_only(cluster: Cluster, _: str) -> Generator[None]:
    switch(cluster, "on")
    try:
        yield
    finally:
        switch(cluster, "off")


def switch(cluster: Cluster, state: str) -> None:
    """Let the whole server take writes or refuse them, in sessions that are open too."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(f"alter system set default_transaction_read_only = {state}".encode())
        connection.execute("select pg_reload_conf()")
    time.sleep(RELOAD_SECONDS)


@contextmanager
def full(cluster: Cluster, name: str) -> Generator[None]:
    """Let the server say what it says when its disk is full."""
    cluster.execute(
        "create function refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'no space left' using errcode = '53100'; end $$",
        name,
    )
    cluster.execute(
        "create trigger full_disk before insert on entries execute function refuse()", name
    )
    try:
        yield
    finally:
        cluster.execute("drop trigger full_disk on entries", name)


TROUBLES = {"frozen": frozen, "dead": dead, "read-only": read_only, "full": full}
every_trouble = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
no_answer = pytest.mark.parametrize("trouble", [frozen, dead], ids=["frozen", "dead"])


def name_in(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


async def within(seconds: float, deed: Awaitable[object]) -> object:
    """Wait for something that must not take longer."""
    began = time.monotonic()
    try:
        return await deed
    finally:
        assert time.monotonic() - began < seconds


async def again(deed: Callable[[], Awaitable[T]]) -> T:
    """Do something until it works, which must be soon."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return await deed()
        except Failed:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


async def ids_in(store: Store) -> list[str]:
    """Give the ids in the database, once nothing but them is left to tell."""
    return sorted(found.id for found in await store.ledger.list_entries(limit=10_000))


async def recovered(store: Store, expected: list[str], seconds: float = RECOVERY_SECONDS) -> None:
    """Wait until the database holds what it should."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = await ids_in(store)
        except Failed:
            found = []
        if found == sorted(expected):
            return
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


@every_trouble
async def test_entries_are_durable_all_the_while_and_come_back_once(
    store: Store, own_cluster: Cluster, url: str, trouble: Trouble
) -> None:
    names = [f"during-{number}" for number in range(20)]
    with trouble(own_cluster, name_in(url)):
        await within(DECLARED_SECONDS, store.ledger.record(entry(names[0])))
        for name in names[1:]:
            await within(0.5, store.ledger.record(entry(name)))
        assert store.ledger.has_room()
    await recovered(store, ["before", *names])
    assert (await store.ledger.verify()).findings == ()
    await store.ledger.record(entry("after"))  # which may still go by way of the spool
    await recovered(store, ["before", *names, "after"])


@no_answer
async def test_known_keys_work_and_unknown_ones_are_not_called_wrong(
    store: Store, own_cluster: Cluster, url: str, trouble: Trouble
) -> None:
    with trouble(own_cluster, name_in(url)):
        await asyncio.sleep(FRESH_SECONDS)
        assert await within(1.0, store.keys.find_key(KEY.id)) == KEY
        assert await within(0.1, store.keys.find_key(KEY.id)) == KEY
        for _ in range(3):
            with pytest.raises(Failed) as failed:
                await within(DECLARED_SECONDS + 1, store.keys.find_key("mnopqrstuvwx"))
            assert failed.value.fault.kind is Kind.UNAVAILABLE
            assert failed.value.fault.retry_after_seconds
    assert await again(lambda: store.keys.find_key("mnopqrstuvwx")) is None


async def test_what_cannot_be_kept_for_later_is_refused_at_once(
    store: Store, own_cluster: Cluster, url: str
) -> None:
    with read_only(own_cluster, url):
        with pytest.raises(Failed) as failed:
            await within(1.0, store.keys.revoke_key(KEY.id, 5))
        assert failed.value.fault.kind is Kind.UNAVAILABLE
        assert await store.people.list_people() == [ADMIN]
    assert await again(lambda: store.keys.revoke_key(KEY.id, 5))


@pytest.mark.parametrize("trouble", [frozen, read_only], ids=["frozen", "read-only"])
async def test_what_is_held_for_attempts_that_were_never_made_comes_back_once(
    store: Store, own_cluster: Cluster, url: str, trouble: Trouble
) -> None:
    for name in ("a", "b"):
        assert await hold(store, name, 150, TEAM)
    with trouble(own_cluster, name_in(url)):
        store.accounts.release("a")
        await within(DECLARED_SECONDS, store.ledger.record(entry("during")))
        store.accounts.release("b")
        await asyncio.sleep(AGAIN_SECONDS + 0.2)
    deadline = time.monotonic() + RECOVERY_SECONDS
    while await again(lambda: left(store, TEAM)) != [400]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert await hold(store, "c", 400, TEAM)
    await asyncio.sleep(AGAIN_SECONDS + 0.2)
    assert await left(store, TEAM) == [0]


async def test_a_flapping_database_loses_nothing_and_counts_nothing_twice(
    store: Store, own_cluster: Cluster
) -> None:
    names = [f"flap-{number}" for number in range(400)]

    async def record() -> None:
        for name in names:
            await store.ledger.record(entry(name))
            await asyncio.sleep(0.005)

    recording = asyncio.create_task(record())
    for _ in range(3):
        await asyncio.sleep(0.3)
        await asyncio.to_thread(own_cluster.kill)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(own_cluster.start)
    await recording
    await recovered(store, ["before", *names])


async def test_what_a_process_left_in_the_spool_is_brought_by_the_next(
    own_cluster: Cluster, url: str, tmp_path: Path
) -> None:
    told: list[int] = []
    store = await open_store(tmp_path, url)
    with dead(own_cluster, url):
        await store.ledger.record(entry("left"))
        await store.close()
    later = await open_store(tmp_path, url, Opening(on_return=told.append))
    await recovered(later, ["left"])
    await later.close()
    assert told in ([], [1])  # closing may be quicker than telling
    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_server_does_not_start_without_its_database(
    own_cluster: Cluster, url: str, tmp_path: Path
) -> None:
    with dead(own_cluster, url), pytest.raises(Failed) as failed:
        await within(DECLARED_SECONDS, open_store(tmp_path, url))
    assert failed.value.fault.kind is Kind.UNAVAILABLE
    assert "cannot be used" in failed.value.fault.message
