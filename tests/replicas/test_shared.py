"""Eight processes behind nginx are one server: to limits, to budgets, and to who is let in."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random

import httpx

from endpoints_server.domain.money.usd import usd
from tests.replicas.calling import Callers, Got, callers_of, percentile
from tests.replicas.fleet import Fleet
from tests.replicas.speaking import CALL_NANO_USD, CALL_TOKENS, Speaking

REQUESTS = 100
TOKENS = 2_000
AT_ONCE = 10
AFFORDED = 37
KEYS = 20
CALLERS = 16
Said = Callable[[str], None]


def add_person(fleet: Fleet, name: str, keys: int = 1) -> list[tuple[str, str]]:
    """Add a person, and give the ids and texts of so many keys."""
    with fleet.client() as client:
        client.post("/admin/v1/users", json={"id": name}).raise_for_status()
        made = [client.post("/admin/v1/keys", json={"user": name}).json() for _ in range(keys)]
    return [(each["id"], each["key"]) for each in made]


async def put_rule(fleet: Fleet, kind: str, name: str, **rule: object) -> float:
    """Set a rule through nginx, and give how many seconds later every replica holds to it."""
    path = f"/admin/v1/{kind}"
    with fleet.client() as client:
        client.put(f"{path}/{name}", json=rule).raise_for_status()
        began_at = time.monotonic()
        for each in fleet.replicas:
            while name not in client.get(each.url + path).text:
                assert time.monotonic() - began_at < 1.0
                await asyncio.sleep(0.005)
    return time.monotonic() - began_at


async def ask_often(
    callers: Callers, count: int, ask: Callable[[], Awaitable[Got]]
) -> Counter[int]:
    """Make so many calls at once, and count them by status."""
    return Counter(got.status for got in await asyncio.gather(*(ask() for _ in range(count))))


async def test_t_42_i_80_calls_a_minute_are_exact_over_all(fleet: Fleet, measured: Said) -> None:
    ((_, key),) = add_person(fleet, "minute")
    known_in = await put_rule(
        fleet, "limits", "calls-a-minute", user="minute", requests_per_minute=REQUESTS
    )
    began_at = time.monotonic()
    async with callers_of(fleet.url) as callers:
        found = await ask_often(callers, 4 * REQUESTS, lambda: callers.call(key))
        assert found == {200: REQUESTS, 429: 3 * REQUESTS}
    measured(
        f"T-42: {4 * REQUESTS} calls to {len(fleet.replicas)} replicas behind nginx in "
        f"{time.monotonic() - began_at:.1f} s under a limit of {REQUESTS} a minute: {found[200]} "
        f"admitted; the limit, set at one, was known to all {known_in * 1000:.0f} ms later"
    )


async def test_t_42_tokens_a_minute_overshoot_by_no_call(
    fleet: Fleet, upstream: Speaking, measured: Said
) -> None:
    ((_, key),) = add_person(fleet, "tokens")
    await put_rule(fleet, "limits", "tokens-a-minute", user="tokens", tokens_per_minute=TOKENS)
    async with callers_of(fleet.url) as callers:
        found = await ask_often(callers, 400, lambda: callers.call(key))
    used = found[200] * CALL_TOKENS
    assert found[200] + found[429] == 400
    assert 0 < used <= TOKENS
    measured(f"T-42: {used} tokens used of {TOKENS} a minute by 400 calls at once")


async def test_t_42_calls_at_once_are_counted_over_all(
    fleet: Fleet, upstream: Speaking, measured: Said
) -> None:
    ((_, key),) = add_person(fleet, "atonce")
    await put_rule(fleet, "limits", "calls-at-once", user="atonce", concurrent=AT_ONCE)
    upstream.most_at_once = 0
    async with callers_of(fleet.url) as callers:
        found = await ask_often(callers, 8 * AT_ONCE, lambda: callers.call(key, seconds=1.0))
    assert found == {200: AT_ONCE, 429: 7 * AT_ONCE}
    assert upstream.most_at_once == AT_ONCE
    measured(f"T-42: {8 * AT_ONCE} streams at once, {AT_ONCE} allowed: {found[200]} admitted")


async def test_t_25_a_budget_is_spent_to_the_last_call_by_all_together(
    fleet: Fleet, measured: Said
) -> None:
    ((_, key),) = add_person(fleet, "purse")
    granted = AFFORDED * CALL_NANO_USD
    await put_rule(fleet, "budgets", "purse", user="purse", usd=usd(granted))
    rounds: list[int] = []
    async with callers_of(fleet.url) as callers:
        while not rounds or rounds[-1]:
            found = await ask_often(callers, 100, lambda: callers.call(key))
            rounds.append(found[200])
    assert AFFORDED - 5 < sum(rounds) <= AFFORDED  # the last must have room for their worst
    with fleet.client() as client:
        (budget,) = client.get("/admin/v1/budgets").json()["data"]
    assert budget["left_usd"] == usd(granted - sum(rounds) * CALL_NANO_USD)
    measured(f"T-42: a budget of {AFFORDED} calls: {sum(rounds)} in {len(rounds)} rounds of 100")


async def test_t_08_i_09_revoked_keys_stop_everywhere(fleet: Fleet, measured: Said) -> None:
    keys = dict(add_person(fleet, "leaver", KEYS))
    texts, revoked_at = list(keys.values()), dict[str, float]()
    chance = Random(20261128)
    late: dict[str, float] = dict.fromkeys(texts, 0.0)

    async def revoke() -> None:
        async with httpx.AsyncClient(
            base_url=fleet.url, headers={"x-api-key": "a-key-that-the-tests-chose"}
        ) as client:
            for key_id, text in keys.items():
                await asyncio.sleep(0.1)
                (await client.delete(f"/admin/v1/keys/{key_id}")).raise_for_status()
                revoked_at[text] = time.monotonic()
        await asyncio.sleep(1.0)

    async with callers_of(fleet.url) as callers:

        async def ask() -> Got:
            text = chance.choice(texts)
            got = await callers.call(text)
            since = revoked_at.get(text)
            if since is not None and got.status == 200:
                late[text] = max(late[text], got.ended_at - since)
            return got

        got = await callers.keep_on(CALLERS, ask, revoke())
        assert {(await callers.call(text)).status for text in texts} == {401}
    assert {each.status for each in got} == {200, 401}
    latest = percentile(list(late.values()), 0.99)
    assert latest <= 2.0
    measured(
        f"T-08: {KEYS} keys revoked at one of {len(fleet.replicas)} replicas during {len(got)} "
        f"calls: the last answer came {latest * 1000:.0f} ms after the revocation at p99"
    )
