"""What every backend does with keys and people."""

import pytest
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.store.ports import Store

ADA = Person(
    id="ada", name="Ada", username="ada", email="ada@example.org", fields={"EMAILVERIFIED": "true"}
)
KEY = AccessKey(
    id="abcdefghijkl",
    digest=bytes(range(32)),
    ring_id="one",
    shown="es-abcdef",
    name="laptop",
    person=ADMIN,
    created_at=1000,
    expires_at=9000,
)


async def test_the_admin_is_there_before_anybody_was_added(store: Store) -> None:
    assert await store.people.find_person("admin") == ADMIN
    assert await store.people.list_people() == [ADMIN]


async def test_a_person_comes_back_as_they_were_added(store: Store) -> None:
    assert await store.people.add_person(ADA)
    assert await store.people.find_person("ada") == ADA
    assert await store.people.list_people() == [ADA, ADMIN]


async def test_a_taken_id_changes_nothing(store: Store) -> None:
    assert await store.people.add_person(ADA)
    assert not await store.people.add_person(replace(ADA, name="Somebody else"))
    assert not await store.people.add_person(replace(ADMIN, name="Somebody else"))
    assert await store.people.find_person("ada") == ADA
    assert await store.people.find_person("admin") == ADMIN


async def test_nobody_is_found_under_an_unknown_id(store: Store) -> None:
    assert await store.people.find_person("nobody") is None


async def test_a_key_comes_back_as_it_was_added(store: Store) -> None:
    await store.people.add_person(ADA)
    key = replace(KEY, person=ADA)
    await store.keys.add_key(key)
    assert await store.keys.find_key(KEY.id) == key
    assert await store.keys.list_keys() == [key]


async def test_no_key_is_found_under_an_unknown_id(store: Store) -> None:
    assert await store.keys.find_key("mnopqrstuvwx") is None
    assert await store.keys.find_key("' or 1=1 --") is None


async def test_a_key_with_the_same_id_replaces_the_one_before(store: Store) -> None:
    await store.keys.add_key(KEY)
    await store.keys.revoke_key(KEY.id, 2000)
    again = replace(KEY, digest=bytes(32), expires_at=None)
    await store.keys.add_key(again)
    assert await store.keys.find_key(KEY.id) == again
    assert await store.keys.list_keys() == [again]


async def test_a_key_of_an_unknown_person_is_refused(store: Store) -> None:
    with pytest.raises(Failed) as failed:
        await store.keys.add_key(replace(KEY, person=ADA))
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    assert await store.keys.find_key(KEY.id) is None


async def test_a_revoked_key_is_found_as_revoked(store: Store) -> None:
    await store.keys.add_key(KEY)
    assert await store.keys.revoke_key(KEY.id, 2000)
    found = await store.keys.find_key(KEY.id)
    assert found == replace(KEY, revoked_at=2000)


async def test_a_key_is_revoked_once(store: Store) -> None:
    await store.keys.add_key(KEY)
    assert await store.keys.revoke_key(KEY.id, 2000)
    assert not await store.keys.revoke_key(KEY.id, 3000)
    assert not await store.keys.revoke_key("mnopqrstuvwx", 3000)
    assert await store.keys.find_key(KEY.id) == replace(KEY, revoked_at=2000)


@pytest.mark.parametrize("ends_at", [None, 2000, 9000])
async def test_a_key_ends_when_it_is_told_to_unless_it_ends_sooner(
    store: Store, ends_at: int | None
) -> None:
    await store.keys.add_key(replace(KEY, expires_at=ends_at))
    assert await store.keys.end_key(KEY.id, 3000)
    assert await store.keys.find_key(KEY.id) == replace(KEY, expires_at=min(ends_at or 3000, 3000))


async def test_a_key_that_is_told_to_end_stays_revoked(store: Store) -> None:
    await store.keys.add_key(KEY)
    await store.keys.revoke_key(KEY.id, 2000)
    assert not await store.keys.end_key(KEY.id, 3000)
    assert not await store.keys.end_key("mnopqrstuvwx", 3000)
    assert await store.keys.list_keys() == [replace(KEY, revoked_at=2000)]


async def test_keys_are_listed_oldest_first_and_by_person(store: Store) -> None:
    await store.people.add_person(ADA)
    young, old = replace(KEY, id="young", created_at=3000), replace(KEY, id="old", created_at=2000)
    hers = replace(KEY, id="hers", person=ADA)
    for key in (young, hers, old):
        await store.keys.add_key(key)
    assert await store.keys.list_keys() == [hers, old, young]
    assert await store.keys.list_keys("admin") == [old, young]
    assert await store.keys.list_keys("ada") == [hers]


async def test_a_disabled_person_has_no_valid_key_until_they_are_enabled(store: Store) -> None:
    await store.people.add_person(Person(id="eve"))
    for key_id in ("one", "two"):
        await store.keys.add_key(
            AccessKey(
                id=key_id,
                digest=b"",
                ring_id="r",
                shown="es-",
                person=Person(id="eve"),
                created_at=1,
            )
        )
    for at in (5, None):
        changed = await store.people.set_disabled("eve", at)
        assert changed is not None
        assert changed.disabled_at == at
        await store.keys.revoke_key("unheard-of", 1)  # after which what is remembered is fresh
        for key_id in ("one", "two"):
            found = await store.keys.find_key(key_id)
            assert found is not None
            assert found.is_valid_at(10) is (at is None)
    assert await store.people.set_disabled("nobody", 5) is None
