"""What every backend does with limits: no minute holds more than its limit, whoever counts."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from redis import Redis

from endpoints_server.domain.rules.window import MINUTE, SLOT, Claim, Measure, Verdict
from endpoints_server.store.limits import Limits, MemoryLimits
from endpoints_server.store.redis.limits import BEAT_SECONDS, RedisLimits
from endpoints_server.store.redis.server import RedisServer
from endpoints_server.store.redis.underway import alive, key_of
from tests.redis import RedisProcess, running_redis

SECOND = 1_000_000
NOW = time.time_ns() // 1000 // MINUTE * MINUTE + SECOND // 2
"""The middle of a second, so that clocks which differ by less tell the same one."""
WORKERS = 8


@pytest.fixture(scope="module")
def redis() -> Generator[RedisProcess]:
    with running_redis() as running:
        yield running


@pytest.fixture(params=["memory", "redis"])
async def limits(request: pytest.FixtureRequest) -> AsyncGenerator[Limits]:
    """Counters of each kind in turn, which nothing was counted with yet."""
    if request.param == "memory":
        yield MemoryLimits()
        return
    redis: RedisProcess = request.getfixturevalue("redis")
    server = RedisServer(redis.url)
    await server.ask("FLUSHALL")
    opened = RedisLimits(server, "one", lambda: time.time_ns() // 1000)
    yield opened
    await opened.stop()
    await server.close()


def claim(name: str = "a", amount: int = 1, limit: int = 10, **more: object) -> Claim:
    fields: dict[str, object] = {"measure": Measure.REQUESTS} | more
    return Claim(name=name, amount=amount, limit=limit, **fields)  # type: ignore[arg-type]


async def admitted(limits: Limits, claims: list[Claim], now: int) -> bool:
    return (await limits.take(claims, now)).is_admitted


async def test_who_wants_nothing_is_told_how_it_stands_and_takes_nothing(limits: Limits) -> None:
    measures = [Measure.REQUESTS, Measure.TOKENS, Measure.CONCURRENT]
    taken = [claim(measure=measure, amount=4) for measure in measures]
    assert await admitted(limits, taken, NOW)
    asked = [claim(measure=measure, amount=0, is_binding=False) for measure in measures]
    for _ in range(3):
        verdict = await limits.take(asked, NOW)
        assert [room.left for room in verdict.rooms] == [6, 6, 6]
    assert await admitted(limits, [claim(measure=measure, amount=6) for measure in measures], NOW)
    assert not await admitted(limits, [claim()], NOW)


async def test_a_window_fills_and_empties(limits: Limits) -> None:
    results = [await admitted(limits, [claim(limit=3)], NOW + at * SECOND) for at in range(5)]
    assert results == [True, True, True, False, False]
    refused = await limits.take([claim(limit=3)], NOW + 5 * SECOND)
    (room,) = refused.rooms
    assert (room.claim.name, room.left) == ("a", 0)
    assert MINUTE - 6 * SECOND < room.free_after <= MINUTE - 4 * SECOND
    assert not await admitted(limits, [claim(limit=3)], NOW + MINUTE)
    assert await admitted(limits, [claim(limit=3)], NOW + MINUTE + SLOT)


async def test_claims_are_counted_together_or_not_at_all(limits: Limits) -> None:
    wide, narrow = claim("wide", limit=10), claim("narrow", limit=1)
    assert await admitted(limits, [wide, narrow], NOW)
    verdict = await limits.take([wide, narrow], NOW)
    assert not verdict.is_admitted
    assert [room.claim.name for room in verdict.rooms] == ["narrow"]
    left = (await limits.take([wide], NOW)).rooms[0].left
    assert left == 8


async def test_a_claim_that_does_not_bind_is_counted_and_never_refuses(limits: Limits) -> None:
    shadow = claim(limit=1, is_binding=False)
    lefts = [(await limits.take([shadow], NOW)).rooms[0].left for _ in range(3)]
    assert lefts == [0, -1, -2]


async def test_tokens_are_put_right_at_the_end(limits: Limits) -> None:
    tokens = claim(measure=Measure.TOKENS, amount=80, limit=100)
    assert await admitted(limits, [tokens], NOW)
    assert not await admitted(limits, [tokens], NOW)
    limits.close([tokens], NOW, 20)
    await asyncio.sleep(0.1)
    assert await admitted(limits, [tokens], NOW)


async def test_what_runs_counts_until_it_ends(limits: Limits) -> None:
    running = claim(measure=Measure.CONCURRENT, limit=2)
    assert [await admitted(limits, [running], NOW) for _ in range(3)] == [True, True, False]
    limits.close([running], NOW, 0)
    await asyncio.sleep(0.1)
    assert await admitted(limits, [running], NOW + 5 * MINUTE)
    assert not await admitted(limits, [running], NOW + 5 * MINUTE)


@asynccontextmanager
async def workers_with(
    redis: RedisProcess, skews: Sequence[int]
) -> AsyncGenerator[list[RedisLimits]]:
    """Open workers on one Redis, each with a clock that is as far ahead as is said by then."""
    servers = [RedisServer(redis.url) for _ in skews]
    await servers[0].ask("FLUSHALL")
    clocks = [partial(clock, skews, at) for at in range(len(skews))]
    workers = [RedisLimits(server, f"{at}", clocks[at]) for at, server in enumerate(servers)]
    try:
        yield workers
    finally:
        for worker, server in zip(workers, servers, strict=True):
            await worker.stop()
            await server.close()


def clock(skews: Sequence[int], worker: int) -> int:
    return time.time_ns() // 1000 + skews[worker]


async def contend(
    redis: RedisProcess, workers: list[RedisLimits], skews: Sequence[int], limit: int
) -> tuple[str, int]:
    """Let each worker try forty times; gives under which name, and how many were admitted.

    A machine so busy that Redis did not answer some of them in time lets all try anew.
    """
    name, admitted, counted = "", 0, -1
    for number in range(5):
        name = f"{limit}-at-{number}"
        wanted = [claim(name, limit=limit), tokens_of(name)]
        tries = [
            worker.take(wanted, clock(skews, at))
            for _ in range(40)
            for at, worker in enumerate(workers)
        ]
        admitted = sum(verdict.is_admitted for verdict in await asyncio.gather(*tries))
        counted = counted_by(redis, name, Measure.REQUESTS)
        if counted == admitted:
            break
    assert counted == admitted
    return name, admitted


def counted_by(redis: RedisProcess, name: str, measure: Measure) -> int:
    """Ask Redis what came to a window, whose sum must be that of its seconds."""
    with Redis.from_url(redis.url) as client:
        found = {
            field: int(value) for field, value in client.hgetall(key_of(name, measure)).items()
        }
    total, _ = found.pop(b"total", 0), found.pop(b"oldest", 0)
    assert total == sum(found.values())
    return total


def tokens_of(name: str) -> Claim:
    return claim(name, measure=Measure.TOKENS, amount=5, limit=1000)


async def test_t_42_a_limit_is_exact_over_workers(redis: RedisProcess) -> None:
    skews = [0] * WORKERS
    async with workers_with(redis, skews) as workers:
        _, admitted = await contend(redis, workers, skews, limit=100)
        assert admitted == 100


async def test_t_42_a_limit_is_exact_whatever_the_clocks_of_workers_say(
    redis: RedisProcess,
) -> None:
    """One is off by minutes at once, as after a machine that slept, others by two seconds."""
    skews = [0] * WORKERS
    async with workers_with(redis, skews) as workers:
        await contend(redis, workers, skews, limit=1)
        skews[:] = [0, 2 * SECOND, -2 * SECOND, 0, -5 * MINUTE, 0, 5 * MINUTE, 0]
        name, admitted = await contend(redis, workers, skews, limit=100)
        assert admitted == 100
        for at, worker in enumerate(workers):
            worker.close([tokens_of(name)], clock(skews, at), 1)
        await asyncio.sleep(0.1)
        verdict = await workers[4].take([tokens_of(name)], clock(skews, 4))
        assert verdict.rooms[0].left == 1000 - 100 * 5 + WORKERS * 4 - 5


@pytest.mark.parametrize("seed", range(3))
async def test_redis_counts_as_memory_does_whatever_comes(redis: RedisProcess, seed: int) -> None:
    draw, memory, now = random.Random(seed), MemoryLimits(), NOW
    begun: list[tuple[list[Claim], int]] = []
    async with workers_with(redis, [0]) as (worker,):
        await settled_in(redis, worker)
        for _ in range(300):
            now += draw.choice([0, 0, 0, 1, 2, 7, 40, 70]) * SECOND
            wanted = [
                claim("few", amount=draw.choice([0, 1, 1, 3]), limit=12),
                claim("many", amount=draw.randint(0, 90), limit=200, measure=Measure.TOKENS),
                claim("at once", limit=5, measure=Measure.CONCURRENT),
            ]
            one, other = [await each.take(wanted, now) for each in (memory, worker)]
            assert rooms_of(one) == rooms_of(other)
            if one.is_admitted:
                begun.append((wanted, now))
            if begun and draw.random() < 0.6:
                ended, at = begun.pop(draw.randrange(len(begun)))
                used = draw.choice([0, ended[1].amount // 2, ended[1].amount * 2])
                for each in (memory, worker):
                    each.close(ended, at, used)
                await asyncio.sleep(0)  # and Redis is told, before it is asked again


async def settled_in(redis: RedisProcess, worker: RedisLimits) -> None:
    """Wait until Redis knows a worker, and the scripts by which it is asked and told."""
    running = claim("first", measure=Measure.CONCURRENT)
    assert await admitted(worker, [running], NOW)
    worker.close([running], NOW, 0)
    server = RedisServer(redis.url)
    async with asyncio.timeout(BEAT_SECONDS):
        await until(lambda: server.ask("EXISTS", alive("0")))
        key = key_of("first", Measure.CONCURRENT)
        await until(lambda: server.ask("EXISTS", key), is_wanted=False)
    await server.close()


def rooms_of(verdict: Verdict) -> list[tuple[str, int, int]]:
    """What a verdict says, with times to the second: those of Redis have come a longer way."""
    return [(room.claim.name, room.left, room.free_after // SECOND) for room in verdict.rooms]


async def test_what_runs_is_counted_rightly_however_often_it_is_told_anew(
    redis: RedisProcess,
) -> None:
    server = RedisServer(redis.url)
    await server.ask("FLUSHALL")
    worker = RedisLimits(server, "one", lambda: clock([0], 0), beat_seconds=0.0001)
    running = claim(measure=Measure.CONCURRENT, limit=5)
    while not await server.ask("EXISTS", alive("one")):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    for _ in range(50):
        tries = [admitted(worker, [running], NOW) for _ in range(20)]
        assert sum(await asyncio.gather(*tries)) == running.limit
        for _ in range(running.limit):
            worker.close([running], NOW, 0)
    await worker.stop()
    await server.close()


async def test_what_runs_is_told_to_whoever_answers_in_the_place_of_another(
    redis: RedisProcess,
) -> None:
    """As after a failover to a replica that had not heard of everything."""
    server, asking = RedisServer(redis.url), RedisServer(redis.url)
    await asking.ask("FLUSHALL")
    worker = RedisLimits(server, "one", lambda: clock([0], 0), beat_seconds=0.001)
    key, running = key_of("a", Measure.CONCURRENT), claim(measure=Measure.CONCURRENT, limit=1)
    async with asyncio.timeout(BEAT_SECONDS):
        await until(lambda: asking.ask("EXISTS", alive("one")))
        assert await admitted(worker, [running], NOW)
        await asking.ask("DEL", key)
        await asking.ask("CLIENT", "KILL", "TYPE", "normal")
        await until(lambda: asking.ask("EXISTS", key))
        await until(lambda: positive(asking.ask("TTL", key)))
        assert not await admitted(worker, [running], NOW)
        worker.close([running], NOW, 0)
        await until(lambda: asking.ask("EXISTS", key), is_wanted=False)
        await asking.ask("FLUSHALL")
        await until(lambda: asking.ask("EXISTS", alive("one")))
    await worker.stop()
    assert await asking.ask("KEYS", "es:*") == []
    await server.close()
    await asking.close()


async def until(told: Callable[[], Awaitable[object]], *, is_wanted: bool = True) -> None:
    while bool(await told()) is not is_wanted:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.005)


async def positive(told: Awaitable[int]) -> bool:
    return await told > 0


async def test_tokens_that_were_given_back_are_given_back_once(redis: RedisProcess) -> None:
    async with workers_with(redis, [0]) as (worker,):
        tokens, now = claim(measure=Measure.TOKENS, amount=80, limit=100), clock([0], 0)
        assert await admitted(worker, [tokens], now)
        for _ in range(2):
            worker.close([tokens], now, 0)
            await asyncio.sleep(0.1)
        assert await admitted(worker, [tokens], now)
        # it counted this, so it was not taken for away
        assert counted_by(redis, "a", Measure.TOKENS) == tokens.amount


async def test_what_ran_in_a_process_that_died_runs_no_more(redis: RedisProcess) -> None:
    one, other = RedisServer(redis.url), RedisServer(redis.url)
    await one.ask("FLUSHALL")
    running = claim(measure=Measure.CONCURRENT, limit=1)
    first = RedisLimits(one, "first", lambda: time.time_ns() // 1000)
    second = RedisLimits(other, "second", lambda: time.time_ns() // 1000)
    await asyncio.sleep(0.1)
    assert await admitted(first, [running], NOW)
    assert not await admitted(second, [running], NOW)
    await first.stop()
    assert await admitted(second, [running], NOW)
    await second.stop()
    await one.close()
    await other.close()


async def test_who_leaves_while_redis_counts_takes_no_place_for_ever(redis: RedisProcess) -> None:
    server = RedisServer(redis.url)
    await server.ask("FLUSHALL")
    running = claim(measure=Measure.CONCURRENT, limit=1)
    earlier = RedisLimits(server, "earlier", lambda: time.time_ns() // 1000)
    assert await admitted(earlier, [running], NOW)
    await earlier.stop()
    await asyncio.gather(*(server.ask("PING") for _ in range(4)))
    redis.freeze()
    try:
        limits = RedisLimits(server, "one", lambda: time.time_ns() // 1000)
        with suppress(TimeoutError):
            await asyncio.wait_for(limits.take([running], NOW), 0.05)
    finally:
        redis.thaw()
    await asyncio.sleep(0.1)
    assert await admitted(limits, [running], NOW)
    await limits.stop()
    await server.close()


async def test_each_counts_by_itself_while_redis_is_away_and_together_again_after(
    redis: RedisProcess,
) -> None:
    server = RedisServer(redis.url)
    await server.ask("FLUSHALL")
    limits = RedisLimits(server, "one", lambda: time.time_ns() // 1000)
    assert [await admitted(limits, [claim(limit=3)], NOW) for _ in range(2)] == [True, True]
    redis.freeze()
    try:
        began = time.monotonic()
        assert [await admitted(limits, [claim(limit=3)], NOW) for _ in range(2)] == [True, False]
        assert time.monotonic() - began < 1.0
    finally:
        redis.thaw()
    other_server = RedisServer(redis.url)
    other = RedisLimits(other_server, "other", lambda: time.time_ns() // 1000)
    shared = claim("shared", limit=1000)
    left, own = 1000, 0  # there is room for five seconds of this
    deadline = time.monotonic() + BEAT_SECONDS
    while left >= 1000 - own:  # until it sees what the first counted
        assert time.monotonic() < deadline
        await limits.take([shared], NOW)
        left, own = (await other.take([shared], NOW)).rooms[0].left, own + 1
        await asyncio.sleep(0.02)
    for opened, its_server in ((limits, server), (other, other_server)):
        await opened.stop()
        await its_server.close()
