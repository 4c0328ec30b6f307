"""What is remembered of the keys people bring, for how long, and when the database is asked."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import Engine

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.store.credentials import Kept, Resealed
from endpoints_server.store.seal import Owner
from endpoints_server.store.sql.credentials import SqlCredentials
from endpoints_server.store.sql.tolerance import FRESH_SECONDS, STALE_SECONDS
from tests.store.sql.test_remembered_keys import (
    Clock,
    clock,
    destroy_tables,
    engine,
    reads,
    statements,
)

__all__ = ["clock", "engine", "statements"]  # fixtures

OWNER = Owner("admin", "acme")
OTHER = Owner("admin", "other")


def kept(owner: Owner = OWNER, sealed: str = "one") -> Kept:
    return Kept(owner=owner, sealed=sealed, ending="", created_at=1)


@pytest.fixture
async def here(engine: Engine, clock: Clock) -> AsyncGenerator[SqlCredentials]:
    """This process, which remembers one key."""
    opened = SqlCredentials(engine, clock)
    await opened.put_credential(kept())
    yield opened
    opened.close()


@pytest.fixture
async def elsewhere(engine: Engine, clock: Clock) -> AsyncGenerator[SqlCredentials]:
    """Another process on the same database."""
    opened = SqlCredentials(engine, clock)
    yield opened
    opened.close()


async def sealed(credentials: SqlCredentials, owner: Owner = OWNER) -> str:
    found = await credentials.find_credential(owner)
    return found.sealed if found else ""


async def test_a_known_key_and_one_known_to_be_missing_are_answered_from_memory(
    here: SqlCredentials, statements: list[str]
) -> None:
    assert await sealed(here, OTHER) == ""
    statements.clear()
    for _ in range(100):
        assert await sealed(here) == "one"
        assert await sealed(here, OTHER) == ""
    assert statements == []


async def test_an_old_answer_is_checked_by_a_read_for_all_who_ask(
    here: SqlCredentials, clock: Clock, statements: list[str]
) -> None:
    clock.now += FRESH_SECONDS
    assert await asyncio.gather(*(sealed(here) for _ in range(100))) == ["one"] * 100
    assert len(reads(statements)) <= 4  # two looks: those who came during the first need another


async def test_every_change_elsewhere_is_seen_within_a_second(
    here: SqlCredentials, elsewhere: SqlCredentials, clock: Clock
) -> None:
    assert await sealed(here, OTHER) == ""
    await elsewhere.put_credential(kept(OTHER))
    await elsewhere.replace_sealed([Resealed(OWNER, "one", "two")])
    assert (await sealed(here), await sealed(here, OTHER)) == ("one", "")
    clock.now += FRESH_SECONDS
    assert (await sealed(here), await sealed(here, OTHER)) == ("two", "one")
    await elsewhere.delete_credential(OWNER)
    clock.now += FRESH_SECONDS
    assert (await sealed(here), await sealed(here, OTHER)) == ("", "one")


async def test_a_change_here_is_seen_at_once(here: SqlCredentials) -> None:
    await here.put_credential(kept(sealed="two"))
    assert await sealed(here) == "two"
    await here.replace_sealed([Resealed(OWNER, "two", "three")])
    assert await sealed(here) == "three"
    await here.delete_credential(OWNER)
    assert await sealed(here) == ""


async def test_a_note_of_use_makes_nobody_read_again(
    here: SqlCredentials, clock: Clock, statements: list[str]
) -> None:
    here.note_use(OWNER, 5)
    here.close()
    assert [statement for statement in statements if statement.startswith("UPDATE")]
    here.note_use(OWNER, 6)  # too late, and nothing happens
    clock.now += 0.5
    before = len(reads(statements))
    assert await sealed(here) == "one"
    assert len(reads(statements)) == before


async def test_a_known_key_works_for_a_while_without_the_database(
    here: SqlCredentials, clock: Clock, engine: Engine
) -> None:
    destroy_tables(engine)
    clock.now += FRESH_SECONDS
    assert await sealed(here) == "one"
    with pytest.raises(Failed) as failed:
        await here.find_credential(OTHER)
    assert failed.value.fault.kind is Kind.UNAVAILABLE
    clock.now += STALE_SECONDS
    with pytest.raises(Failed) as failed:
        await here.find_credential(OWNER)
    assert failed.value.fault.kind is Kind.UNAVAILABLE


async def test_only_so_many_are_remembered_and_the_latest_asked_for_stay(
    engine: Engine, clock: Clock, statements: list[str]
) -> None:
    opened = SqlCredentials(engine, clock, most_known=10)
    await opened.put_credential(kept())
    for number in range(30):
        assert await sealed(opened, Owner("admin", f"cold-{number}")) == ""
        assert await sealed(opened) == "one"
    statements.clear()
    assert await sealed(opened) == "one"
    assert await sealed(opened, Owner("admin", "cold-29")) == ""
    assert statements == []
    assert await sealed(opened, Owner("admin", "cold-0")) == ""
    assert statements != []
    opened.close()
