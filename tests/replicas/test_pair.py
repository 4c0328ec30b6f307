"""Two processes that share a database and a Redis, of which one has a clock that is off: limits and
budgets are as exact as by one clock, and what is sealed goes to its issuer whoever serves it.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import httpx2
import pytest

from endpoints_server.domain.money.usd import usd
from endpoints_server.store.keyring.ring_file import draw_key
from tests.calls.asking import PATHS
from tests.calls.routing.accounts import KEYS, Accounts, Conversation, account_of, file_of
from tests.postgres import Cluster
from tests.replicas.fleet import KEY, Fleet
from tests.replicas.reloading import converge, replaced, versions
from tests.upstreams.server import Running

SKEWED = Path(__file__).parent / "skewed"
AHEAD_SECONDS = 2
REQUESTS = 100
AFFORDED = 37
CALL_NANO_USD = 9_000
"""Five tokens in and two out, at a USD and two a million."""
CONVERSATIONS = 16
Said = Callable[[str], None]


@pytest.fixture(scope="module")
def accounts() -> Generator[Accounts]:
    with Running(Accounts()) as accounts:
        yield accounts


@pytest.fixture(scope="module")
def pair(
    accounts: Accounts, cluster: Cluster, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Fleet]:
    environ = {
        "ES_DATABASE_URL": cluster.make_database(),
        "ES_REDIS_URL": redis_url,
        "ES_SECRET_KEYS": draw_key(),
    }
    pair = Fleet(tmp_path_factory.mktemp("pair"), 2, environ)
    pair.config.write_text(file_of(accounts, KEYS))
    pair.replicas[1].environ |= {
        "PYTHONPATH": str(SKEWED),
        "TESTS_CLOCK_AHEAD_SECONDS": str(AHEAD_SECONDS),
    }
    try:
        pair.start()
        yield pair
        assert "Traceback" not in pair.said()
    finally:
        for each in pair.replicas:
            each.end()


@pytest.fixture
async def clients(pair: Fleet) -> AsyncGenerator[list[httpx2.AsyncClient]]:
    """A client of each of the two."""
    headers = {"x-api-key": KEY}
    opened = [
        httpx2.AsyncClient(base_url=each.url, headers=headers, timeout=30) for each in pair.replicas
    ]
    yield opened
    for each in opened:
        await each.aclose()


async def key_under(
    pair: Fleet, clients: list[httpx2.AsyncClient], kind: str, name: str, rule: object
) -> str:
    """Make a person and a key of theirs under a rule that both know of; gives the key."""
    here, there = clients
    await here.post("/admin/v1/users", json={"id": name})
    made = await here.post("/admin/v1/keys", json={"user": name})
    answer = await here.put(f"/admin/v1/{kind}/{name}", json=rule)
    assert answer.status_code == 200, answer.text
    while name not in (await there.get(f"/admin/v1/{kind}")).text:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    key: str = made.json()["key"]
    return key


async def statuses(clients: list[httpx2.AsyncClient], key: str, count: int) -> Counter[int]:
    """Call so many times at once, every other one each, and count what came of it."""
    body = {"model": "any", "input": "Hello", "max_output_tokens": 2}
    headers = {"x-api-key": key}
    calls = [
        clients[number % 2].post(PATHS["responses"], json=body, headers=headers)
        for number in range(count)
    ]
    return Counter(answer.status_code for answer in await asyncio.gather(*calls))


async def test_t_42_a_limit_is_exact_though_a_clock_is_off(
    pair: Fleet, clients: list[httpx2.AsyncClient], measured: Said
) -> None:
    made = [(await each.post("/me/keys")).json()["created_at"] for each in clients]
    first, second = map(datetime.fromisoformat, made)
    assert abs(second - first - timedelta(seconds=AHEAD_SECONDS)) < timedelta(seconds=1)
    rule = {"user": "minute", "requests_per_minute": REQUESTS}
    key = await key_under(pair, clients, "limits", "minute", rule)
    found = await statuses(clients, key, 2 * REQUESTS)
    assert found == {200: REQUESTS, 429: REQUESTS}
    measured(
        f"T-42: {found[200]} of {2 * REQUESTS} calls admitted, {REQUESTS} a minute allowed, "
        f"by two processes whose clocks are {AHEAD_SECONDS} s apart"
    )


async def test_t_42_a_rolling_budget_is_not_overspent_though_a_clock_is_off(
    pair: Fleet, clients: list[httpx2.AsyncClient], measured: Said
) -> None:
    granted = AFFORDED * CALL_NANO_USD
    rule = {"user": "purse", "usd": usd(granted), "rolling_seconds": 60}
    key = await key_under(pair, clients, "budgets", "purse", rule)
    admitted, found = 0, Counter({200: 1})
    while found[200]:
        found = await statuses(clients, key, 60)
        admitted += found[200]
    assert AFFORDED - 5 < admitted <= AFFORDED  # the last must have room for their worst
    measured(f"T-42: {admitted} calls paid from a rolling budget for {AFFORDED}, by the same two")


async def test_t_41_a_conversation_stays_with_its_account_whichever_process_serves_it(
    pair: Fleet, accounts: Accounts, clients: list[httpx2.AsyncClient]
) -> None:
    here, there = clients
    accounts.seen.clear()
    conversations = [Conversation(number) for number in range(CONVERSATIONS)]
    for client in (here, there, there, here):
        answers = await asyncio.gather(*(each.ask(client) for each in conversations))
        assert {answer.status_code for answer in answers} == {200}
    spread = Counter(map(account_of, accounts.seen))
    assert set(spread) == set(KEYS)
    assert all(number % 4 == 0 for number in spread.values()), "each all four times or never"


async def test_t_41_what_one_process_saw_sealed_the_other_brings_to_its_issuer_alone(
    pair: Fleet, accounts: Accounts, clients: list[httpx2.AsyncClient], measured: Said
) -> None:
    """Nothing but the seal says where to: without affinity each call is drawn anew."""
    here, there = clients
    await serve(pair, file_of(accounts, KEYS, affinity="none"))
    conversations = [Conversation(number) for number in range(CONVERSATIONS)]
    for client in (here, there, here, there):
        answers = await asyncio.gather(*(each.ask(client) for each in conversations))
        assert {answer.status_code for answer in answers} == {200}, answers[0].text
    for number in range(CONVERSATIONS):
        body = {"model": "any", "input": f"Question {number}", "stream": bool(number % 2)}
        first = await here.post(PATHS["responses"], json=body)
        (id,) = set(re.findall(r'"(resp_[0-9]+)"', first.text))
        for client in (there, here):
            follow = {"model": "any", "input": "Go on", "previous_response_id": id}
            answer = await client.post(PATHS["responses"], json=follow)
            assert answer.status_code == 200, answer.text
            id = answer.json()["id"]

    leaving = f"sealed-for-{KEYS[3]}"
    await serve(pair, file_of(accounts, KEYS[:3], affinity="none"))
    accounts.seen.clear()
    gone = [leaving in json.dumps(each.items) for each in conversations]
    for client in (there, here):
        answers = await asyncio.gather(*(each.ask(client) for each in conversations))
        assert [answer.status_code for answer in answers] == [409 if left else 200 for left in gone]
        told = {answer.json()["error"]["es"]["code"] for answer in answers if answer.is_error}
        assert told == {"issuer_gone"}
    assert len(accounts.seen) == 2 * gone.count(False), "nobody else was shown a seal"
    measured(
        f"T-41: {CONVERSATIONS} conversations over {len(KEYS)} accounts, turn by turn at another "
        f"process: all stayed; of one account that left, {gone.count(True)} were refused with 409"
    )


async def serve(pair: Fleet, text: str) -> None:
    """Put another file in place, and wait until both serve it."""
    async with httpx.AsyncClient() as client:
        before = await versions(client, pair)
        replaced(pair.config, text)
        assert await converge(client, pair, before) < 2.0
