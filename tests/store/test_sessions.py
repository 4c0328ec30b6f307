"""Every backend keeps sessions alike."""

import asyncio

from endpoints_server.store.ports import Store
from endpoints_server.store.sessions import Session

NOON = 1_795_000_000_000_000
HOUR = 3_600_000_000
DIGEST = bytes(32)


def session(digest: bytes = DIGEST, *, created_at: int = NOON, key_id: str = "") -> Session:
    return Session(
        digest=digest,
        person_id="admin",
        key_id=key_id,
        created_at=created_at,
        expires_at=created_at + HOUR,
    )


async def test_a_session_is_found_by_its_digest_until_it_expires(store: Store) -> None:
    kept = session(key_id="abc")
    await store.sessions.add_session(kept)
    assert await store.sessions.find_session(DIGEST, NOON + HOUR - 1) == kept
    assert await store.sessions.find_session(DIGEST, NOON + HOUR) is None
    assert await store.sessions.find_session(b"other", NOON) is None


async def test_a_session_is_taken_by_one_alone(store: Store) -> None:
    await store.sessions.add_session(session())
    taken = await asyncio.gather(*(store.sessions.take_session(DIGEST, NOON) for _ in range(5)))
    assert [one for one in taken if one is not None] == [session()]
    assert await store.sessions.find_session(DIGEST, NOON) is None


async def test_an_expired_session_cannot_be_taken(store: Store) -> None:
    await store.sessions.add_session(session())
    assert await store.sessions.take_session(DIGEST, NOON + HOUR) is None


async def test_making_a_session_forgets_the_expired_ones_alone(store: Store) -> None:
    later = NOON + HOUR
    await store.sessions.add_session(session(b"old"))
    await store.sessions.add_session(session(b"live", created_at=NOON + 1))
    await store.sessions.add_session(session(b"fresh", created_at=later))
    assert await store.sessions.find_session(b"old", NOON) is None
    assert await store.sessions.find_session(b"live", later) is not None
