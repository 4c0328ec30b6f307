"""Keys as people manage them."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from endpoints_server.desk.keys import (
    KeyDraft,
    create_key,
    ensure_admin,
    list_keys,
    revoke_key,
    rotate_key,
)
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.people.access_key import (
    CHOSEN_ID,
    RANDOM_BYTES,
    AccessKey,
    digest_key,
    is_same_digest,
    key_id_of,
    make_key,
)
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.memory import open_memory
from endpoints_server.store.ports import Store
from tests.store.backends import open_backend

NOW = 1_000_000
CHOSEN = "correct horse battery staple"
ADA = Person(id="ada", name="Ada")

Draw = Callable[[], bytes]


@pytest.fixture
def store() -> Store:
    return open_memory()


@pytest.fixture
def ring() -> Ring:
    return Ring(newest="two", keys={"two": bytes(range(32)), "one": bytes(range(32, 64))})


@pytest.fixture
def draw() -> Draw:
    """Random bytes, the same in every run."""
    chance = random.Random(1)
    return lambda: chance.randbytes(RANDOM_BYTES)


async def who(store: Store, ring: Ring, text: str) -> AccessKey | None:
    """Find the valid key that a caller presents, as a call does."""
    key_id = key_id_of(text)
    key = await store.keys.find_key(key_id) if key_id else None
    if key is None or not key.is_valid_at(NOW):
        return None
    ring_key = ring.find_key(key.ring_id)
    if ring_key is None or not is_same_digest(key.digest, digest_key(text, ring_key)):
        return None
    return key


async def test_a_key_that_was_made_is_accepted_and_not_kept(
    store: Store, ring: Ring, draw: Draw
) -> None:
    draft = KeyDraft(person=ADMIN, name="laptop", expires_at=NOW + 5)
    key, secret = await create_key(store, ring, draft, draw(), NOW)
    assert await who(store, ring, secret.reveal()) == key
    assert (key.name, key.expires_at, key.ring_id) == ("laptop", NOW + 5, "two")
    assert secret.reveal().startswith(key.shown)
    assert secret.reveal() not in repr(await list_keys(store))
    assert await who(store, ring, key.digest.hex()) is None


@pytest.mark.parametrize(
    "draft",
    [
        KeyDraft(person=ADMIN, expires_at=NOW),
        KeyDraft(person=ADMIN, name="n" * 201),
        KeyDraft(person=ADMIN, name="ES_ADMIN_KEY"),
        KeyDraft(person=ADA),
    ],
    ids=["expired", "long name", "the environment's name", "unknown person"],
)
async def test_a_key_that_makes_no_sense_is_refused(
    store: Store, ring: Ring, draw: Draw, draft: KeyDraft
) -> None:
    with pytest.raises(Failed) as failed:
        await create_key(store, ring, draft, draw(), NOW)
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    assert await list_keys(store) == []


@pytest.mark.parametrize("by", ["id", "shown", "beginning", "the key itself"])
async def test_a_key_is_revoked_by_what_is_known_of_it(
    store: Store, ring: Ring, draw: Draw, by: str
) -> None:
    draft = KeyDraft(person=ADMIN)
    key, secret = await create_key(store, ring, draft, draw(), NOW)
    _, other = await create_key(store, ring, draft, draw(), NOW)
    known = {
        "id": key.id,
        "shown": key.shown,
        "beginning": key.shown[:6],
        "the key itself": secret.reveal(),
    }
    revoked = await revoke_key(store, known[by], NOW)
    assert (revoked.id, revoked.revoked_at) == (key.id, NOW)
    assert await who(store, ring, secret.reveal()) is None
    assert await who(store, ring, other.reveal())
    assert await revoke_key(store, key.id, NOW + 1) == revoked


async def test_what_means_no_key_or_several_revokes_none(
    store: Store, ring: Ring, draw: Draw
) -> None:
    await store.people.add_person(ADA)
    made = [
        await create_key(store, ring, KeyDraft(person=ADMIN), b"\0" * 4 + draw()[4:], NOW)
        for _ in range(2)
    ]
    assert made[0][0].shown[:6] == made[1][0].shown[:6]
    for wanted in ("", "es-", made[0][0].shown[:6], "es-nothing", "nothing"):
        with pytest.raises(Failed) as failed:
            await revoke_key(store, wanted, NOW)
        assert failed.value.fault.kind is Kind.BAD_REQUEST
    with pytest.raises(Failed, match="bad_request"):
        await revoke_key(store, made[0][0].id, NOW, person_id="ada")
    assert [key.revoked_at for key in await list_keys(store)] == [None, None]


@pytest.mark.parametrize("until", [NOW, NOW + 100], ids=["at once", "with grace"])
async def test_a_key_that_is_revoked_while_it_is_rotated_stays_revoked(
    tmp_path: Path, ring: Ring, draw: Draw, until: int
) -> None:
    shared = await open_backend("", tmp_path)
    for _ in range(5):
        old, _ = await create_key(shared, ring, KeyDraft(person=ADMIN), draw(), NOW)
        rotated, _ = await asyncio.gather(
            rotate_key(shared, ring, old.id, draw(), until, NOW),
            revoke_key(shared, old.id, NOW),
            return_exceptions=True,
        )
        kept = {key.id: key for key in await list_keys(shared)}
        assert kept.pop(old.id).revoked_at == NOW
        is_refused = isinstance(rotated, BaseException)
        assert all(key.revoked_at == NOW for key in kept.values()) is is_refused
        for key_id in kept:
            await shared.keys.revoke_key(key_id, NOW)
    await shared.close()


async def test_a_refusal_does_not_repeat_a_key(store: Store, ring: Ring, draw: Draw) -> None:
    _, secret = await create_key(store, ring, KeyDraft(person=ADMIN), draw(), NOW)
    with pytest.raises(Failed) as failed:
        await revoke_key(open_memory(), secret.reveal(), NOW)
    assert secret.reveal() not in repr(failed.value.fault)


async def test_the_admin_has_the_key_of_the_environment(store: Store, ring: Ring) -> None:
    assert await ensure_admin(store, ring, Secret(CHOSEN), NOW) == ADMIN
    key = await who(store, ring, CHOSEN)
    assert key is not None
    assert key.person == ADMIN
    assert await who(store, ring, CHOSEN + "r") is None
    assert await who(store, ring, CHOSEN[:-1]) is None


async def test_nothing_kept_of_a_chosen_key_helps_to_guess_it(store: Store, ring: Ring) -> None:
    await ensure_admin(store, ring, Secret(CHOSEN), NOW)
    (key,) = await list_keys(store)
    assert (key.id, key.shown) == (CHOSEN_ID, CHOSEN_ID)
    assert key.digest == digest_key(CHOSEN, ring.newest_key())


async def test_starting_again_changes_nothing(store: Store, ring: Ring) -> None:
    await ensure_admin(store, ring, Secret(CHOSEN), NOW)
    before = await list_keys(store)
    await ensure_admin(store, ring, Secret(CHOSEN), NOW + 1)
    assert await list_keys(store) == before


@pytest.mark.parametrize("later", [None, "another text that was chosen", "made"])
async def test_a_key_that_left_the_environment_is_accepted_no_more(
    store: Store, ring: Ring, draw: Draw, later: str | None
) -> None:
    _, made = await create_key(store, ring, KeyDraft(person=ADMIN, name="laptop"), draw(), NOW)
    given = make_admin_key(later, draw)
    await ensure_admin(store, ring, Secret(CHOSEN), NOW)
    await ensure_admin(store, ring, given, NOW)
    assert await who(store, ring, CHOSEN) is None
    assert await who(store, ring, made.reveal())
    assert given is None or await who(store, ring, given.reveal())
    await ensure_admin(store, ring, Secret(CHOSEN), NOW)
    assert await who(store, ring, CHOSEN)
    assert given is None or await who(store, ring, given.reveal()) is None


def make_admin_key(text: str | None, draw: Draw) -> Secret | None:
    if text == "made":
        return make_key(draw())
    return Secret(text) if text else None


async def test_a_key_of_the_environment_survives_a_change_of_the_ring(
    store: Store, ring: Ring
) -> None:
    await ensure_admin(store, Ring(newest="gone", keys={"gone": bytes(32)}), Secret(CHOSEN), NOW)
    assert await who(store, ring, CHOSEN) is None
    await ensure_admin(store, ring, Secret(CHOSEN), NOW)
    assert await who(store, ring, CHOSEN)


async def test_a_short_key_of_the_environment_is_refused(store: Store, ring: Ring) -> None:
    with pytest.raises(Failed) as failed:
        await ensure_admin(store, ring, Secret("fifteen letters"), NOW)
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    assert "fifteen" not in failed.value.fault.message
    assert await list_keys(store) == []
