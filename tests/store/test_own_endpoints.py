"""What every backend does with endpoints that people bring."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from endpoints_server.desk.changes.noting import Hand, in_hands_of
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.people.person import Person
from endpoints_server.store.changes.port import Actor, Via, Wanted
from endpoints_server.store.open import load_backend, open_store
from endpoints_server.store.own_endpoints import OwnEndpoint, Terms
from endpoints_server.store.ports import Store

ANY = Terms(most=50)


def own(slug: str = "gpu", body: str = "{}", at: int = 1, person_id: str = "ada") -> OwnEndpoint:
    return OwnEndpoint(person_id=person_id, slug=slug, body=body, created_at=at, changed_at=at)


@pytest.fixture
async def peopled(store: Store) -> Store:
    """A store that knows two people."""
    for person_id in ("ada", "ben"):
        await store.people.add_person(Person(id=person_id))
    return store


def told(store: Store, person_id: str = "ada") -> list[tuple[Any, ...]]:
    """Give what a store says a person has, but for revisions."""
    return [
        (each.slug, each.body, each.created_at, each.changed_at)
        for each in store.own_endpoints.of(person_id)
    ]


async def test_each_has_their_own_the_oldest_first(peopled: Store) -> None:
    endpoints = peopled.own_endpoints
    assert await endpoints.put_own(own("b", at=2), ANY)
    assert await endpoints.put_own(own("c", at=1), ANY)
    assert await endpoints.put_own(own("b", '{"of":"ben"}', person_id="ben"), ANY)
    assert told(peopled) == [("c", "{}", 1, 1), ("b", "{}", 2, 2)]
    assert told(peopled, "ben") == [("b", '{"of":"ben"}', 1, 1)]
    assert told(peopled, "eve") == []


async def test_one_that_is_replaced_keeps_its_age(peopled: Store) -> None:
    await peopled.own_endpoints.put_own(own(at=1), ANY)
    first = peopled.own_endpoints.of("ada")[0]
    assert not await peopled.own_endpoints.put_own(own(body='{"a":1}', at=9), ANY)
    assert told(peopled) == [("gpu", '{"a":1}', 1, 9)]
    assert peopled.own_endpoints.of("ada")[0].revision > first.revision


async def test_one_that_was_deleted_is_gone_and_may_come_again(peopled: Store) -> None:
    await peopled.own_endpoints.put_own(own(), ANY)
    assert await peopled.own_endpoints.delete_own("ada", "gpu")
    assert not await peopled.own_endpoints.delete_own("ada", "gpu")
    assert told(peopled) == []
    assert await peopled.own_endpoints.put_own(own(at=7), ANY)
    assert told(peopled) == [("gpu", "{}", 7, 7)]


async def test_a_new_one_takes_no_place_that_is_taken(peopled: Store) -> None:
    await peopled.own_endpoints.put_own(own(), ANY)
    with pytest.raises(Failed) as failed:
        await peopled.own_endpoints.put_own(own(body='{"a":1}'), Terms(50, is_new=True))
    assert failed.value.fault.http_status == 409
    assert failed.value.fault.code == "endpoint_exists"
    assert told(peopled) == [("gpu", "{}", 1, 1)]


async def test_nobody_has_more_than_they_may_however_many_come_at_once(peopled: Store) -> None:
    puts = (peopled.own_endpoints.put_own(own(f"e{n}"), Terms(3)) for n in range(9))
    done = await asyncio.gather(*puts, return_exceptions=True)
    assert done.count(True) == 3
    assert {each.fault.code for each in done if isinstance(each, Failed)} == {"too_many_endpoints"}
    assert len(told(peopled)) == 3
    taken = told(peopled)[0][0]
    assert not await peopled.own_endpoints.put_own(own(taken, '{"a":1}'), Terms(3))
    assert await peopled.own_endpoints.put_own(own(person_id="ben"), Terms(3))


async def test_nobody_brings_an_endpoint_whom_nobody_knows(store: Store) -> None:
    with pytest.raises(Failed) as failed:
        await store.own_endpoints.put_own(own(person_id="eve"), ANY)
    assert failed.value.fault.kind is Kind.BAD_REQUEST


async def test_what_is_given_stays_the_same_object_until_it_changes(peopled: Store) -> None:
    await peopled.own_endpoints.put_own(own(), ANY)
    before = peopled.own_endpoints.of("ada")
    await peopled.own_endpoints.put_own(own(person_id="ben"), ANY)
    await peopled.own_endpoints.catch_up()
    assert peopled.own_endpoints.of("ada") is before
    assert peopled.own_endpoints.of("eve") is peopled.own_endpoints.of("nobody")


async def test_changes_are_noted_without_what_is_sent_upstream(peopled: Store) -> None:
    hand = Hand(
        actor=Actor(via=Via.API, person_id="ada"), now=lambda: 5, identify=iter("abc").__next__
    )
    noted = in_hands_of(hand, peopled).own_endpoints
    body = '{"name":"GPU","baseURL":"https://gpu.example/v1","addParams":{"user":"hunter2"}}'
    await noted.put_own(own(body=body), ANY)
    await noted.delete_own("ada", "gpu")
    made, *_ = reversed(found := await peopled.changes.list_changes(Wanted(kind="endpoint")))
    assert [(each.name, each.after is None) for each in found] == [("gpu", True), ("gpu", False)]
    assert made.after is not None
    assert made.after["base_url"] == "https://gpu.example/v1"
    assert "hunter2" not in repr(found)


async def test_what_another_process_changes_is_seen_at_the_next_look(
    tmp_path: Path, shared_url: str
) -> None:
    one, other = [await open_store(tmp_path, shared_url) for _ in range(2)]
    await one.people.add_person(Person(id="ada"))
    await asyncio.gather(*(each.own_endpoints.put_own(own(), ANY) for each in (one, other)))
    await one.own_endpoints.put_own(own("tpu", at=2), ANY)
    assert told(other) == [("gpu", "{}", 1, 1)]
    await other.own_endpoints.catch_up()
    assert told(other) == told(one) == [("gpu", "{}", 1, 1), ("tpu", "{}", 2, 2)]
    await other.own_endpoints.delete_own("ada", "gpu")
    await one.own_endpoints.catch_up()
    assert told(one) == [("tpu", "{}", 2, 2)]
    await one.close()
    again = await open_store(tmp_path, shared_url)
    assert told(again) == [("tpu", "{}", 2, 2)]
    await again.close()
    await other.close()


async def test_looks_at_once_never_bring_back_what_was_deleted(peopled: Store) -> None:
    endpoints = peopled.own_endpoints
    for number in range(20):
        looks = [asyncio.create_task(endpoints.catch_up()) for _ in range(3)]
        await endpoints.put_own(own(f"e{number}"), ANY)
        looks += [asyncio.create_task(endpoints.catch_up()) for _ in range(3)]
        assert await endpoints.delete_own("ada", f"e{number}")
        await asyncio.gather(*looks)
        assert told(peopled) == []


async def test_a_database_of_the_revision_before_gets_the_table_and_keeps_its_rows(
    tmp_path: Path, shared_url: str
) -> None:
    store = await open_store(tmp_path, shared_url)
    await store.people.add_person(Person(id="ada", name="Ada"))
    await store.close()
    step_back(tmp_path, shared_url)
    load_backend(shared_url, "migrate").migrate(tmp_path, shared_url)
    again = await open_store(tmp_path, shared_url)
    assert await again.people.find_person("ada") == Person(id="ada", name="Ada")
    assert await again.own_endpoints.put_own(own(), ANY)
    assert told(again) == [("gpu", "{}", 1, 1)]
    await again.close()


def step_back(data_dir: Path, url: str) -> None:
    """Leave a database as it was before there were endpoints of one's own."""
    if url:
        _, engine = load_backend(url, "open").open_database(url)
    else:
        file = load_backend(url, "file")
        engine = file.open_engine(load_backend(url, "open").find_path(data_dir, ""))
    with engine.begin() as connection:
        connection.execute(text("drop table own_endpoints"))
        connection.execute(text("update alembic_version set version_num = '0015'"))
    engine.dispose()
