"""What every backend keeps of changes: who made them, and from what to what."""

from endpoints_server.store.changes.port import Actor, Change, Told, Via, Wanted
from endpoints_server.store.ports import Store

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
        await store.changes.record(one)
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
        await store.changes.record(one)

    async def found(**wanted: object) -> list[int]:
        listed = await store.changes.list_changes(Wanted(**wanted))  # type: ignore[arg-type]
        return [one.at for one in listed]

    assert await found(kind="budget") == [4, 2, 1]
    assert await found(person_id="ada") == [4, 3, 1]
    assert await found(since=2, until=4) == [3, 2]
    assert await found(kind="key", person_id="eve") == []
