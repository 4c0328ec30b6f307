"""What one process changes, another sees at once; and what happens while Redis is not itself."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.secret import Secret
from endpoints_server.store.credentials import Kept
from endpoints_server.store.open import open_store
from endpoints_server.store.own_endpoints import OwnEndpoint, Terms
from endpoints_server.store.ports import Store
from endpoints_server.store.redis.bell import CHANNEL, RedisBell
from endpoints_server.store.redis.script import Script
from endpoints_server.store.redis.server import Away, RedisServer
from endpoints_server.store.seal import Owner
from endpoints_server.store.shared.bell import Topic
from endpoints_server.store.sql.opening import Opening
from tests.redis import RedisProcess, running_redis

AT_ONCE_SECONDS = 0.5
"""Less than the second after which a change is seen without being told of it."""
RECOVERY_SECONDS = 5.0
KEY = AccessKey(
    id="abcdefghijkl", digest=b"x", ring_id="one", shown="es-abcdef", person=ADMIN, created_at=1
)
OWNER = Owner("admin", "acme")


@pytest.fixture(scope="module")
def redis() -> Generator[RedisProcess]:
    with running_redis() as running:
        yield running


@pytest.fixture
async def server(redis: RedisProcess) -> AsyncGenerator[RedisServer]:
    opened = RedisServer(redis.url)
    yield opened
    await opened.close()


@pytest.fixture
async def stores(
    redis: RedisProcess, shared_url: str, tmp_path: Path
) -> AsyncGenerator[tuple[Store, Store]]:
    """Two processes on one database and one Redis, as far as either can tell."""
    opening = Opening(redis_url=Secret(redis.url))
    one, other = [await open_store(tmp_path, shared_url, opening) for _ in range(2)]
    yield one, other
    await one.close()
    await other.close()


@contextmanager
def frozen(redis: RedisProcess) -> Generator[None]:
    redis.freeze()
    try:
        yield
    finally:
        redis.thaw()


@contextmanager
def dead(redis: RedisProcess) -> Generator[None]:
    redis.kill()
    try:
        yield
    finally:
        redis.start()


every_trouble = pytest.mark.parametrize("trouble", [frozen, dead])
Trouble = Callable[[RedisProcess], AbstractContextManager[None]]


async def soon(look: Callable[[], Awaitable[object]], seconds: float = RECOVERY_SECONDS) -> None:
    """Wait until something has become true."""
    async with asyncio.timeout(seconds):
        while not await look():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def is_revoked(store: Store) -> bool:
    found = await store.keys.find_key(KEY.id)
    return found is not None and found.revoked_at is not None


async def test_a_revoked_key_stops_elsewhere_at_once(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await one.keys.add_key(KEY)
    await hears(one, other)
    assert await other.keys.find_key(KEY.id) == KEY
    await one.keys.revoke_key(KEY.id, 5)
    await soon(lambda: is_revoked(other), AT_ONCE_SECONDS)


async def hears(one: Store, other: Store) -> None:
    """Wait until both stand at the bell."""
    await asyncio.sleep(0.2)
    for store in (one, other):
        await store.keys.find_key(KEY.id)


async def test_a_stored_credential_is_seen_elsewhere_at_once(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await hears(one, other)
    assert await other.credentials.find_credential(OWNER) is None
    await one.credentials.put_credential(Kept(owner=OWNER, sealed="s", ending="9", created_at=1))
    await soon(lambda: other.credentials.find_credential(OWNER), AT_ONCE_SECONDS)


async def test_a_disabled_person_stops_elsewhere_at_once(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await one.people.add_person(Person(id="ada"))
    await one.keys.add_key(replace(KEY, person=Person(id="ada")))
    await hears(one, other)
    await one.people.set_disabled("ada", 7)

    async def is_disabled() -> bool:
        found = await other.keys.find_key(KEY.id)
        return found is not None and found.person.disabled_at == 7

    await soon(is_disabled, AT_ONCE_SECONDS)


async def test_an_endpoint_that_somebody_brings_is_there_elsewhere_at_once(
    stores: tuple[Store, Store],
) -> None:
    one, other = stores
    await hears(one, other)
    mine = OwnEndpoint(person_id="admin", slug="gpu", body="{}", created_at=1, changed_at=1)
    await one.own_endpoints.put_own(mine, Terms(most=1))

    async def is_there() -> bool:
        return bool(other.own_endpoints.of("admin"))

    await soon(is_there, AT_ONCE_SECONDS)


async def test_a_rule_is_in_force_elsewhere_at_once(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await hears(one, other)
    limit = Limit(name="few", requests=5)
    await one.rules.put_rule(limit)

    async def is_known() -> bool:
        return other.rules.current().limits == (limit,)

    await soon(is_known, AT_ONCE_SECONDS)
    await one.rules.delete_rule(limit)

    async def is_gone() -> bool:
        return not other.rules.current().limits

    await soon(is_gone, AT_ONCE_SECONDS)


async def test_what_a_newer_version_tells_of_is_passed_over(
    stores: tuple[Store, Store], server: RedisServer
) -> None:
    one, other = stores
    await hears(one, other)
    await server.ask("PUBLISH", CHANNEL, "something new")
    await one.rules.put_rule(Limit(name="few", requests=5))

    async def is_known() -> bool:
        return bool(other.rules.current().limits)

    await soon(is_known, AT_ONCE_SECONDS)


@every_trouble
async def test_without_redis_a_change_is_seen_all_the_same(
    stores: tuple[Store, Store], redis: RedisProcess, trouble: Trouble
) -> None:
    one, other = stores
    await one.keys.add_key(KEY)
    with trouble(redis):
        began = time.monotonic()
        assert await other.keys.find_key(KEY.id) == KEY
        assert await one.keys.revoke_key(KEY.id, 5)
        assert time.monotonic() - began < 1.0
        await soon(lambda: is_revoked(other))


@every_trouble
async def test_a_bell_is_heard_again_after_redis_was_away(
    server: RedisServer, redis: RedisProcess, trouble: Trouble
) -> None:
    heard: list[float] = []
    bell = RedisBell(server, redis.url)
    bell.listen(Topic.KEYS, lambda: heard.append(time.monotonic()))
    # it may have missed something before it listened
    while not heard:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    with trouble(redis):
        bell.ring(Topic.KEYS)
        await asyncio.sleep(0.3)
    back_at = time.monotonic()
    heard.clear()
    while not heard:
        assert time.monotonic() - back_at < RECOVERY_SECONDS
        bell.ring(Topic.KEYS)
        await asyncio.sleep(0.1)
    bell.ring(Topic.CREDENTIALS)
    await bell.close()


@every_trouble
async def test_redis_is_given_up_quickly_and_then_not_asked(
    server: RedisServer, redis: RedisProcess, trouble: Trouble
) -> None:
    assert await server.ask("PING")
    with trouble(redis):
        began = time.monotonic()
        for _ in range(100):
            with pytest.raises(Away):
                await server.ask("PING")
        assert time.monotonic() - began < 1.0
    await soon(lambda: answers(server))


@every_trouble
async def test_that_redis_is_back_is_found_out_by_no_call(
    server: RedisServer, redis: RedisProcess, trouble: Trouble
) -> None:
    with trouble(redis):
        with pytest.raises(Away):
            await server.ask("PING")
        assert server.is_away
        await asyncio.sleep(0.3)
        assert server.is_away

    async def is_back() -> bool:
        return not server.is_away

    await soon(is_back)
    assert all(await asyncio.gather(*(server.ask("PING") for _ in range(50))))


async def test_that_the_loop_is_busy_is_not_held_against_redis(server: RedisServer) -> None:
    await server.connect()
    asked = [asyncio.create_task(server.ask("PING")) for _ in range(20)]
    for _ in range(15):
        await asyncio.sleep(0)
        time.sleep(0.08)  # noqa: ASYNC251 - this is what keeps it busy
    assert all(await asyncio.gather(*asked))


async def answers(server: RedisServer) -> bool:
    try:
        return bool(await server.ask("PING"))
    except Away:
        return False


async def test_a_script_runs_also_where_redis_has_forgotten_it(server: RedisServer) -> None:
    script = Script("return redis.call('incrby', KEYS[1], ARGV[1])")
    await server.ask("DEL", "counter")
    assert await server.run(script, ["counter"], [5]) == 5
    await server.ask("SCRIPT", "FLUSH")
    assert await server.run(script, ["counter"], [2]) == 7


async def test_a_url_that_cannot_be_read_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Failed) as failed:
        await open_store(tmp_path, "", Opening(redis_url=Secret("redis://:hunter2@host:port/none")))
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    assert "hunter2" not in failed.value.fault.message
