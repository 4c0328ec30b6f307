"""What every backend does with requests that come again."""

import asyncio

from msgspec.structs import replace

from endpoints_server.store.once.port import KEPT, UNDER_WAY, Claim
from endpoints_server.store.ports import Store

CLAIM = Claim(person_id="ada", name="n", digest="d", at=1)


async def test_one_of_many_has_the_name(store: Store) -> None:
    claims = [replace(CLAIM, digest=f"{number}") for number in range(8)]
    found = await asyncio.gather(*map(store.once.claim, claims))
    (winner,) = [claim for claim, kept in zip(claims, found, strict=True) if kept is None]
    assert {kept.digest for kept in found if kept is not None} == {winner.digest}
    assert await store.once.claim(replace(CLAIM, person_id="ben")) is None


async def test_an_answer_stays_until_it_is_old(store: Store) -> None:
    await store.once.claim(CLAIM)
    await store.once.answer(replace(CLAIM, sealed="s"))
    kept = await store.once.claim(replace(CLAIM, at=UNDER_WAY + 2))
    assert kept == replace(CLAIM, sealed="s")
    assert await store.once.claim(replace(CLAIM, at=KEPT + 2)) is None


async def test_a_name_is_free_again_when_it_is_given_back_or_nobody_answers(store: Store) -> None:
    await store.once.claim(CLAIM)
    assert await store.once.claim(replace(CLAIM, at=UNDER_WAY)) == CLAIM
    assert await store.once.claim(replace(CLAIM, at=UNDER_WAY + 2)) is None
    await store.once.release(CLAIM)
    assert await store.once.claim(CLAIM) is None
