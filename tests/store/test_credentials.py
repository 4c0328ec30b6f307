"""Every backend keeps the keys that people bring alike."""

import asyncio

import pytest
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.own_key import KeyState, OwnKey
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.credentials import Kept, Resealed
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.ports import Store
from endpoints_server.store.seal import Owner
from endpoints_server.store.vault import USE, Vault

NOON = 1_795_000_000_000_000
MINUTE = 60_000_000
RING = Ring(newest="a", keys={"a": bytes(range(32))})
OWN = OwnKey(api_key=Secret("sk-proj-0123456789"))
SECOND = OwnKey(api_key=Secret("sk-proj-9876543210"), address=Secret("https://x.example/v1"))


@pytest.fixture
async def people(store: Store) -> Store:
    """A store that knows two people."""
    for name in ("ada", "grace"):
        await store.people.add_person(Person(id=name))
    return store


def kept(person_id: str = "ada", endpoint: str = "acme", sealed: str = "one") -> Kept:
    return Kept(
        owner=Owner(person_id, endpoint),
        sealed=sealed,
        ending="•••6789",
        created_at=NOON,
        expires_at=NOON + MINUTE,
    )


def as_put(found: Kept | None) -> Kept | None:
    """Forget the revision, which is the store's own."""
    return None if found is None else replace(found, revision=0)


async def test_a_key_is_found_by_its_owner_alone(people: Store) -> None:
    await people.credentials.put_credential(kept())
    assert as_put(await people.credentials.find_credential(Owner("ada", "acme"))) == kept()
    assert await people.credentials.find_credential(Owner("grace", "acme")) is None
    assert await people.credentials.find_credential(Owner("ada", "other")) is None


async def test_putting_a_key_replaces_the_earlier_one_under_a_higher_revision(
    people: Store,
) -> None:
    await people.credentials.put_credential(kept())
    earlier = await people.credentials.find_credential(Owner("ada", "acme"))
    await people.credentials.put_credential(kept(sealed="two"))
    found = await people.credentials.find_credential(Owner("ada", "acme"))
    assert earlier
    assert found
    assert found.sealed == "two"
    assert found.revision > earlier.revision


async def test_a_deleted_key_is_gone_and_may_come_back(people: Store) -> None:
    owner = Owner("ada", "acme")
    assert not await people.credentials.delete_credential(owner)
    await people.credentials.put_credential(kept())
    assert await people.credentials.find_credential(owner)
    assert await people.credentials.delete_credential(owner)
    assert await people.credentials.find_credential(owner) is None
    assert await people.credentials.list_credentials("ada") == []
    assert await people.credentials.list_sealed() == []
    assert not await people.credentials.delete_credential(owner)
    await people.credentials.put_credential(kept(sealed="two"))
    assert as_put(await people.credentials.find_credential(owner)) == kept(sealed="two")


async def test_a_key_of_nobody_known_is_refused(people: Store) -> None:
    with pytest.raises(Failed) as failed:
        await people.credentials.put_credential(kept("nobody"))
    assert failed.value.fault.kind is Kind.BAD_REQUEST


async def test_keys_are_listed_by_person_and_in_pages_of_all(people: Store) -> None:
    owners = [("grace", "b"), ("ada", "b"), ("ada", "é"), ("ada", "a"), ("grace", "a")]
    for person_id, endpoint in owners:
        await people.credentials.put_credential(kept(person_id, endpoint))
    found = await people.credentials.list_credentials("ada")
    assert [each.owner.endpoint for each in found] == ["a", "b", "é"]
    listed: list[Owner] = []
    while page := await people.credentials.list_sealed(listed[-1] if listed else None, 2):
        assert len(page) <= 2
        listed += [each.owner for each in page]
    assert listed == sorted(Owner(*each) for each in owners)


async def test_a_value_is_replaced_only_where_it_is_still_the_old_one(people: Store) -> None:
    await people.credentials.put_credential(kept("ada", sealed="one"))
    await people.credentials.put_credential(kept("grace", sealed="changed"))
    changes = [
        Resealed(Owner("ada", "acme"), "one", "fresh"),
        Resealed(Owner("grace", "acme"), "one", "fresh"),
        Resealed(Owner("ada", "gone"), "", "fresh"),
    ]
    before = await people.credentials.find_credential(Owner("ada", "acme"))
    assert await people.credentials.replace_sealed(changes) == 1
    assert await people.credentials.replace_sealed([]) == 0
    after = await people.credentials.find_credential(Owner("ada", "acme"))
    assert before
    assert after
    assert (after.sealed, after.expires_at) == ("fresh", NOON + MINUTE)
    assert after.revision > before.revision
    untouched = await people.credentials.find_credential(Owner("grace", "acme"))
    assert untouched
    assert untouched.sealed == "changed"


async def test_a_use_is_noted_and_forgotten_with_the_next_key(people: Store) -> None:
    owner = Owner("ada", "acme")
    people.credentials.note_use(Owner("ada", "nowhere"), NOON)
    await people.credentials.put_credential(kept())
    people.credentials.note_use(owner, NOON + 5)
    await noted(people, owner, NOON + 5)
    await people.credentials.put_credential(kept(sealed="two"))
    assert (await people.credentials.list_credentials("ada"))[0].last_used_at is None


async def noted(store: Store, owner: Owner, at: int) -> None:
    """Wait until a use is written down."""
    async with asyncio.timeout(10):
        while True:
            found = await store.credentials.list_credentials(owner.person_id)
            if found[0].last_used_at == at:
                return
            await asyncio.sleep(0.01)


async def test_a_key_comes_out_of_the_vault_as_it_went_in(people: Store) -> None:
    vault, owner = Vault(people.credentials, RING), Owner("ada", "acme")
    assert await vault.find(owner) is None
    await vault.put(owner, OWN, NOON + MINUTE, NOON)
    held = await vault.find(owner)
    assert held
    assert held.own_key == OWN
    assert held.kept.ending == "•••6789"
    assert held.state_at(NOON + MINUTE - 1) is KeyState.VALID
    assert held.state_at(NOON + MINUTE) is KeyState.EXPIRED
    assert await vault.find(owner) is held
    await vault.put(owner, SECOND, None, NOON)
    held = await vault.find(owner)
    assert held
    assert held.own_key == SECOND
    assert held.state_at(NOON * 2) is KeyState.VALID
    assert await vault.delete(owner)
    assert await vault.find(owner) is None


async def test_a_value_copied_to_another_row_does_not_open(people: Store) -> None:
    vault = Vault(people.credentials, RING)
    for owner in (Owner("ada", "acme"), Owner("ada", "other"), Owner("grace", "acme")):
        await vault.put(owner, OWN, None, NOON)
    stolen = (await people.credentials.list_credentials("ada"))[0]
    for owner in (Owner("ada", "other"), Owner("grace", "acme")):
        await people.credentials.put_credential(replace(stolen, owner=owner))
        held = await vault.find(owner)
        assert held
        assert held.state_at(NOON) is KeyState.UNREADABLE
    held = await vault.find(Owner("ada", "acme"))
    assert held
    assert held.own_key == OWN


async def test_a_use_is_written_down_once_a_minute_at_most(people: Store) -> None:
    vault, owner = Vault(people.credentials, RING), Owner("ada", "acme")
    await vault.put(owner, OWN, None, NOON)
    held = await vault.find(owner)
    assert held
    vault.note_use(held, NOON)
    vault.note_use(held, NOON + USE - 1)
    await noted(people, owner, NOON)
    vault.note_use(held, NOON + USE)
    await noted(people, owner, NOON + USE)
