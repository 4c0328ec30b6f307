"""What every backend keeps of changes: who made them, and from what to what."""

import pytest
from msgspec.structs import replace

from endpoints_server.domain.money.balance import Grant
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.store.changes.port import Actor, Change, Told, Via, Wanted
from endpoints_server.store.ports import Store

HOUSE = Budget(name="house", nano_usd=5)
ADA = Person(id="ada", name="Ada")
KEY = AccessKey(id="one", digest=b"d", ring_id="r", shown="es-one", person=ADA, created_at=1)
GRANT = Grant(person_id="ada", granted_nano_usd=10, opened_at=1, refilled_at=1)
HERS = Actor(via=Via.API, person_id="ada", key_id="k")
COMMAND = Actor(via=Via.COMMAND)


def change(number: int, actor: Actor = HERS, kind: str = "budget", after: Told = None) -> Change:
    before = {"usd": number, "nested": {"each": ["user", None]}}
    return Change(
        id=f"{number:03}",
        at=number,
        actor=actor,
        kind=kind,
        name="house",
        before=before,
        after=after,
    )


async def test_changes_come_back_as_they_were_latest_first_a_page_at_a_time(store: Store) -> None:
    made = [change(number, after={"text": "ä'\"\\"}) for number in range(5)]
    for one in made:
        await store.rules.put_rule(HOUSE, lambda *_, one=one: one)
    pages: list[list[Change]] = []
    after: str | None = None
    while page := await store.changes.list_changes(Wanted(after=after, limit=2)):
        pages.append(page)
        after = page[-1].id
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == made[::-1]


async def test_changes_are_found_by_kind_person_and_time(store: Store) -> None:
    made = [change(1), change(2, COMMAND), change(3, kind="key"), change(4)]
    for one in made:
        await store.rules.put_rule(HOUSE, lambda *_, one=one: one)

    async def found(**wanted: object) -> list[int]:
        listed = await store.changes.list_changes(Wanted(**wanted))  # type: ignore[arg-type]
        return [one.at for one in listed]

    assert await found(kind="budget") == [4, 2, 1]
    assert await found(person_id="ada") == [4, 3, 1]
    assert await found(since=2, until=4) == [3, 2]
    assert await found(kind="key", person_id="eve") == []


class Torn(Exception):
    """What stops a change between its two halves."""


def torn(_before: object, _after: object) -> Change:
    raise Torn


async def test_what_cannot_be_noted_is_not_changed(store: Store) -> None:
    await store.people.add_person(ADA)
    await store.keys.add_key(KEY)
    await store.balances.open_grant(GRANT)
    await store.rules.put_rule(HOUSE)
    for attempted in (
        store.people.add_person(Person(id="eve", name="Eve"), torn),
        store.people.set_disabled("ada", 5, torn),
        store.keys.add_key(replace(KEY, id="two"), torn),
        store.keys.end_key("one", 5, torn),
        store.keys.revoke_key("one", 5, torn),
        store.balances.credit("ada", 5, torn),
        store.rules.put_rule(replace(HOUSE, nano_usd=7), torn),
        store.rules.delete_rule(HOUSE, torn),
    ):
        with pytest.raises(Torn):
            await attempted
    assert [person.id for person in await store.people.list_people()] == ["ada", "admin"]
    (key,) = await store.keys.list_keys()
    assert (key, key.person.disabled_at) == (KEY, None)
    standing = await store.balances.find_standing("ada")
    assert standing is not None
    assert standing.grant == GRANT
    await store.rules.catch_up()
    assert store.rules.current().budgets == (HOUSE,)


async def test_how_something_was_and_is_is_told_to_whoever_notes_it(store: Store) -> None:
    told: list[tuple[object, object]] = []

    def note(before: object, after: object) -> None:
        told.append((before, after))

    await store.people.add_person(ADA, note)
    await store.people.add_person(ADA, note)
    await store.keys.add_key(KEY, note)
    await store.keys.revoke_key("one", 5, note)
    await store.keys.revoke_key("one", 6, note)
    await store.keys.end_key("one", 6, note)
    await store.people.set_disabled("ada", 5, note)
    await store.people.set_disabled("nobody", 5, note)
    await store.balances.credit("ada", 5, note)
    await store.balances.open_grant(GRANT)
    await store.balances.credit("ada", 5, note)
    await store.rules.put_rule(HOUSE, note)
    await store.rules.delete_rule(HOUSE, note)
    await store.rules.delete_rule(HOUSE, note)
    assert told == [
        (None, ADA),
        (None, KEY),
        (KEY, replace(KEY, revoked_at=5)),
        (ADA, replace(ADA, disabled_at=5)),
        (GRANT, replace(GRANT, granted_nano_usd=15)),
        (None, HOUSE),
        (HOUSE, None),
    ]
