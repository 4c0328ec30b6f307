"""Every backend keeps titles alike."""

import asyncio

from endpoints_server.store.ports import Store
from endpoints_server.store.titles import ABANDONED, KEPT, Talk, Title

NOON = 1_795_000_000_000_000
SECOND = 1_000_000
TALK = Talk("admin", "c1")


async def test_of_several_who_claim_a_conversation_one_alone_gets_it(store: Store) -> None:
    claims = await asyncio.gather(*(store.titles.claim_title(TALK, NOON) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]


async def test_two_people_may_have_conversations_of_one_id(store: Store) -> None:
    other = Talk("ada", "c1")
    assert await store.titles.claim_title(TALK, NOON)
    assert await store.titles.claim_title(other, NOON)
    await store.titles.keep_title(TALK, "Eggs", NOON)
    assert (await store.titles.find_title(other, NOON)) == Title(talk=other, claimed_at=NOON)
    assert await store.titles.find_title(Talk("grace", "c1"), NOON) is None


async def test_a_title_is_found_for_a_day_and_claimed_anew_after_it(store: Store) -> None:
    await store.titles.claim_title(TALK, NOON)
    await store.titles.keep_title(TALK, "Eggs", NOON)
    assert not await store.titles.claim_title(TALK, NOON + KEPT - 1)
    found = await store.titles.find_title(TALK, NOON + KEPT - 1)
    assert found == Title(talk=TALK, text="Eggs", claimed_at=NOON)
    assert await store.titles.find_title(TALK, NOON + KEPT) is None
    assert await store.titles.claim_title(TALK, NOON + KEPT)


async def test_what_was_released_may_be_claimed_again(store: Store) -> None:
    await store.titles.claim_title(TALK, NOON)
    await store.titles.release_title(TALK)
    assert await store.titles.find_title(TALK, NOON) is None
    assert await store.titles.claim_title(TALK, NOON + SECOND)


async def test_a_title_that_was_made_is_not_released(store: Store) -> None:
    await store.titles.keep_title(TALK, "Eggs", NOON)
    await store.titles.release_title(TALK)
    assert not await store.titles.claim_title(TALK, NOON + SECOND)


async def test_a_failed_title_is_not_tried_again(store: Store) -> None:
    await store.titles.claim_title(TALK, NOON)
    await store.titles.keep_title(TALK, "", NOON)
    assert not await store.titles.claim_title(TALK, NOON + ABANDONED)


async def test_a_title_left_lying_may_be_taken_over(store: Store) -> None:
    await store.titles.claim_title(TALK, NOON)
    assert not await store.titles.claim_title(TALK, NOON + ABANDONED - 1)
    assert await store.titles.claim_title(TALK, NOON + ABANDONED)
    found = await store.titles.find_title(TALK, NOON + ABANDONED)
    assert found is not None
    assert found.is_pending(NOON + 2 * ABANDONED - 1)
    assert not found.is_pending(NOON + 2 * ABANDONED)
