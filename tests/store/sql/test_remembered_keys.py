"""What is remembered of keys, for how long, and when the database is asked."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.open import open_store
from endpoints_server.store.sql.engine import writing
from endpoints_server.store.sql.keys import SqlKeys
from endpoints_server.store.sql.tables import METADATA
from endpoints_server.store.sql.tolerance import AHEAD_SECONDS, FRESH_SECONDS, STALE_SECONDS
from endpoints_server.store.sqlite.file import open_engine
from endpoints_server.store.sqlite.open import FILE_NAME

KEY = AccessKey(
    id="abcdefghijkl", digest=b"x", ring_id="one", shown="es-abcdef", person=ADMIN, created_at=1
)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1e-6
        return self.now


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncGenerator[Engine]:
    """A database with its tables."""
    store = await open_store(tmp_path)
    await store.close()
    opened = open_engine(tmp_path / FILE_NAME)
    yield opened
    opened.dispose()


@pytest.fixture
def statements(engine: Engine) -> list[str]:
    """Every statement the database was given, in order."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    return seen


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(engine: Engine, clock: Clock) -> AsyncGenerator[SqlKeys]:
    """One key, remembered."""
    opened = SqlKeys(engine, clock)
    await opened.add_key(KEY)
    yield opened
    opened.close()


def reads(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement.startswith("SELECT")]


def destroy_tables(engine: Engine) -> None:
    """Take the tables away, so that nothing can be read any more."""
    with writing(engine) as connection:
        METADATA.drop_all(connection)


async def test_a_known_key_is_answered_from_memory(keys: SqlKeys, statements: list[str]) -> None:
    for _ in range(100):
        assert await keys.find_key(KEY.id) == KEY
    assert statements == []


async def test_an_old_answer_is_checked_once_for_all_who_ask(
    keys: SqlKeys, clock: Clock, statements: list[str]
) -> None:
    clock.now += FRESH_SECONDS
    found = await asyncio.gather(*(keys.find_key(KEY.id) for _ in range(100)))
    assert found == [KEY] * 100
    assert len(reads(statements)) <= 2


async def test_nobody_waits_for_a_look_that_begins_before_an_answer_is_old(
    keys: SqlKeys, clock: Clock, statements: list[str]
) -> None:
    clock.now += AHEAD_SECONDS
    assert [await keys.find_key(KEY.id) for _ in range(100)] == [KEY] * 100
    assert statements == []
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    clock.now += FRESH_SECONDS - AHEAD_SECONDS / 2
    assert await keys.find_key(KEY.id) == KEY
    assert len(reads(statements)) == 1


async def test_made_up_ids_share_their_reads_and_are_part_of_none(
    keys: SqlKeys, statements: list[str]
) -> None:
    found = await asyncio.gather(*(keys.find_key(f"madeup{i:06}") for i in range(500)))
    assert found == [None] * 500
    assert len(reads(statements)) <= 2
    assert len(set(statements)) <= 2
    assert not [statement for statement in statements if "madeup" in statement]


async def test_a_known_key_works_for_a_while_without_the_database(
    keys: SqlKeys, clock: Clock, engine: Engine
) -> None:
    destroy_tables(engine)
    clock.now += FRESH_SECONDS
    assert await keys.find_key(KEY.id) == KEY
    clock.now += STALE_SECONDS
    with pytest.raises(Failed) as failed:
        await keys.find_key(KEY.id)
    assert failed.value.fault.kind is Kind.UNAVAILABLE


async def test_an_unknown_key_is_not_called_wrong_without_the_database(
    keys: SqlKeys, engine: Engine
) -> None:
    destroy_tables(engine)
    with pytest.raises(Failed) as failed:
        await keys.find_key("mnopqrstuvwx")
    assert failed.value.fault.kind is Kind.UNAVAILABLE
