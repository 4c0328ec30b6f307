"""Budgets before an upstream that charges 15 millionths of a USD for every call."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest

from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.period import Every, Period
from tests.calls.asking import Got, ask
from tests.calls.places import Block, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

CHARGE = 15e-6
"""USD of a call: seven tokens in, four out, at a USD and two a million."""


class Talkative(Server):
    """Answers as it should; under `/long`, with as many words as were asked for, and slowly."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.asked = 0
        self.has_left = 0

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        self.asked += 1
        request = Request(exchange, 0)
        if "/long/" in exchange.seen.path:
            await self._speak(exchange, request)
            return
        request.answer() if not request.is_stream else self._stream(exchange, request)

    def _stream(self, exchange: Exchange, request: Request) -> None:
        exchange.begin()
        for event in request.good():
            exchange.chunk(event)
        exchange.end()

    async def _speak(self, exchange: Exchange, request: Request) -> None:
        exchange.begin()
        speech = request.speech
        for piece in speech.opening():
            exchange.chunk(piece)
        for _ in range(200):
            exchange.chunk(b"".join(speech.texts(["word "] * 10)))
            await asyncio.sleep(0.001)
        usage = {"prompt_tokens": 7, "completion_tokens": 2000, "total_tokens": 2007}
        for piece in [*speech.closing(usage), *speech.end()]:
            exchange.chunk(piece)
        exchange.end()


def file_of(url: str, **server: object) -> str:
    """Write a file with a model on each wire, a long-winded one, and one that nobody priced."""
    unpriced: Block = endpoint("unpriced", "chat", url, ["unheard-of"])
    del unpriced["tokenConfig"]
    priced = [endpoint(wire, wire, url) for wire in ("chat", "messages")]
    long = [endpoint(f"long-{wire}", wire, f"{url}/long") for wire in ("chat", "messages")]
    return config([*priced, *long, unpriced], server)


def opened(folder: Path, upstream: Talkative, **server: object) -> AbstractContextManager[Serving]:
    return serving(file_of(upstream.url, **server), folder)


def client_of(server: Serving, key: str = "") -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {key}"} if key else server.headers
    return httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=20)


async def make_key(server: Serving, person_id: str) -> str:
    """Make a key for somebody who may not be known yet."""
    parts = server.parts

    async def make() -> str:
        person = Person(id=person_id)
        await parts.store.people.add_person(person)
        drawn = (person_id.encode() * RANDOM_BYTES)[:RANDOM_BYTES]
        _, secret = await create_key(
            parts.store, parts.ring, KeyDraft(person=person), drawn, parts.exchange.now()
        )
        return secret.reveal()

    return server.ask(make())


def check_refused(answer: Got, budget: str) -> None:
    assert (answer.status, answer.code) == (429, "budget_exceeded")
    assert answer.headers["x-es-attempts"] == "0"
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers
    assert f"'{budget}'" in answer.errors[0]["message"]
    assert "USD left" in answer.errors[0]["message"]


async def spend_all(client: httpx2.AsyncClient) -> int:
    """Call until refused, and say how many calls it took."""
    for number in range(50):
        answer = await ask(client, "chat", "chat/m", max_tokens=4)
        if answer.status != 200:
            check_refused(answer, "purse")
            return number
    raise AssertionError("nothing was ever refused")


PURSE: Mapping[str, object] = {"usd": 10 * CHARGE}
"""Holds ten calls, and refuses where less is left than one may cost."""


async def test_a_budget_is_spent_and_refuses_in_the_callers_wire(tmp_path: Path) -> None:
    budgets = {"purse": {**PURSE, "per": "day"}}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, budgets=budgets) as server:
        async with client_of(server) as client:
            first = await ask(client, "messages", "messages/m", max_tokens=4)
            assert first.headers["x-es-budget-name"] == "purse"
            assert first.headers["x-es-budget-limit"] == "0.00015"
            assert 0 < float(first.headers["x-es-budget-remaining"]) < 0.00015
            assert first.headers["x-es-budget-reset"].endswith("T00:00:00+00:00")
            count = await spend_all(client)
            assert 4 <= count < 9
            refused = await ask(client, "messages", "messages/m", max_tokens=4)
            check_refused(refused, "purse")
            assert refused.errors[0]["type"] == "rate_limit_error"
            assert refused.headers["x-es-budget-name"] == "purse"
            assert 0 < float(refused.headers["x-es-budget-remaining"]) < 0.00015
            assert refused.headers["x-es-budget-reset"].endswith("T00:00:00+00:00")
            assert "begins anew at" in refused.errors[0]["message"]
            assert upstream.asked == count + 1
            for entry in server.latest(20):
                assert entry.accounts[0][0].startswith("budget|all||purse|day")


async def test_a_budget_that_refuses_nothing_hides_none_that_does(tmp_path: Path) -> None:
    budgets = {"watched": {"usd": 0, "shadow": True}, "warned": {"usd": 0, "action": "warn"}}
    budgets["purse"] = {**PURSE}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, budgets=budgets) as server:
        async with client_of(server) as client:
            answer = await ask(client, "chat", "chat/m", max_tokens=4)
            assert answer.headers["x-es-budget-name"] == "purse"


async def test_a_budget_set_in_mid_month_counts_what_the_month_has_cost(tmp_path: Path) -> None:
    with Running(Talkative()) as upstream, opened(tmp_path, upstream) as server:
        async with client_of(server) as client:
            for _ in range(4):
                assert (await ask(client, "chat", "chat/m", max_tokens=4)).status == 200
            for name, per in (("month", "month"), ("from-now", "never")):
                wanted = {"usd": 20 * CHARGE, "per": per, "user": "admin"}
                assert (await client.put(f"/admin/v1/budgets/{name}", json=wanted)).is_success
            (listed,) = [
                each
                for each in (await client.get("/admin/v1/budgets")).json()["data"]
                if each["name"] == "month"
            ]
            assert listed["left_usd"] == usd(16 * 15_000)
            assert (await ask(client, "chat", "chat/m", max_tokens=4)).status == 200
            listed = (await client.get("/me/balance")).json()["budgets"]
            left = {each["name"]: each["left_usd"] for each in listed}
            assert left == {"month": usd(15 * 15_000), "from-now": usd(19 * 15_000)}
            assert server.ask(server.parts.store.ledger.verify()).findings == ()


async def test_a_budget_set_for_a_key_refuses_that_key_and_no_other(tmp_path: Path) -> None:
    with Running(Talkative()) as upstream, opened(tmp_path, upstream) as server:
        key = await make_key(server, "ada")
        async with client_of(server, key) as ada, client_of(server) as admin:
            key_id = (await ada.get("/me")).json()["key_id"]
            wanted = {"usd": 10 * CHARGE, "key_id": key_id}
            assert (await admin.put("/admin/v1/budgets/purse", json=wanted)).is_success
            await spend_all(ada)
            assert (await ask(admin, "chat", "chat/m")).status == 200
            gone = await admin.delete(f"/admin/v1/budgets/purse?key_id={key_id}")
            assert gone.status_code == 204, gone.text
            assert (await ask(ada, "chat", "chat/m")).status == 200


async def test_each_person_has_a_share_and_all_have_one_together(tmp_path: Path) -> None:
    budgets = {"purse": {**PURSE, "each": "user"}, "house": {"usd": 1}}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, budgets=budgets) as server:
        key = await make_key(server, "ada")
        async with client_of(server) as admin, client_of(server, key) as ada:
            assert await spend_all(admin) == await spend_all(ada)


async def test_a_group_pays_for_its_members_and_for_nobody_else(tmp_path: Path) -> None:
    groups = {"team": {"members": ["ada", "ben"], "budgets": {"purse": PURSE}}}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, groups=groups) as server:
        ada, ben = [await make_key(server, name) for name in ("ada", "ben")]
        async with client_of(server, ada) as one, client_of(server, ben) as other:
            await spend_all(one)
            refused = await ask(other, "chat", "chat/m", max_tokens=4)
            check_refused(refused, "purse")
            assert "the group 'team'" in refused.errors[0]["message"]
        async with client_of(server) as admin:
            assert (await ask(admin, "chat", "chat/m", max_tokens=4)).status == 200


async def test_every_level_must_admit_and_none_is_half_taken(tmp_path: Path) -> None:
    budgets = {"house": {"usd": 1}, "purse": {**PURSE, "endpoint": "chat", "model": "m"}}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, budgets=budgets) as server:
        async with client_of(server) as client:
            count = await spend_all(client)
            for _ in range(5):
                check_refused(await ask(client, "chat", "chat/m", max_tokens=4), "purse")
            other = await ask(client, "messages", "messages/m", max_tokens=4)
            assert other.status == 200
            left = float(other.headers["x-es-budget-remaining"])
            assert 1 - left == pytest.approx(count * CHARGE, abs=6e-5)


async def test_under_a_budget_every_model_must_have_a_price(tmp_path: Path) -> None:
    with (
        Running(Talkative()) as upstream,
        opened(tmp_path, upstream, budgets={"purse": PURSE}) as server,
    ):
        async with client_of(server) as client:
            refused = await ask(client, "chat", "unpriced/unheard-of")
            assert (refused.status, refused.code) == (402, "model_unpriced")
            assert refused.headers["x-es-attempts"] == "0"
            assert "the budget 'purse'" in refused.errors[0]["message"]


@pytest.mark.parametrize("rule", [{"action": "warn"}, {"shadow": True}])
async def test_what_only_warns_refuses_nothing_and_says_so(
    rule: Mapping[str, object], tmp_path: Path
) -> None:
    budgets = {"purse": {**PURSE, **rule}}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, budgets=budgets) as server:
        async with client_of(server) as client:
            answers = [await ask(client, "chat", "chat/m", max_tokens=4) for _ in range(14)]
            assert {answer.status for answer in answers} == {200}
            assert float(answers[-1].headers["x-es-budget-remaining"]) < 0
            assert (await ask(client, "chat", "unpriced/unheard-of")).status == 200


@pytest.mark.parametrize("wire", ["chat", "messages"])
@pytest.mark.parametrize("wire_out", ["chat", "messages"])
async def test_t_26_a_stream_is_cut_where_the_money_ends(
    wire: str, wire_out: str, tmp_path: Path
) -> None:
    cap = 0.001
    rules = {"budgets": {"purse": {"usd": cap, "whenSpent": "cut"}}, "holdTokens": 100}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, **rules) as server:
        async with client_of(server) as client:
            answer = await ask(client, wire, f"long-{wire_out}/m", is_stream=True, max_tokens=4000)
            assert answer.status == 200
            assert answer.code == "budget_exceeded"
            assert not answer.has_more
            assert "cut off" in answer.errors[0]["message"]
            words = len(answer.text.split())
            assert 250 < words < 600  # at 500 it is spent; what came at once is passed on
            (entry,) = server.latest()
            assert (entry.outcome.value, entry.fault) == ("failed", "over_budget")
            assert entry.usage_status.value == "estimated"
            assert entry.usage.total_output == pytest.approx(words, rel=0.05)
            step = 100 * 2_000
            assert entry.cost_nano_usd is not None
            assert cap * 1e9 - 2 * step < entry.cost_nano_usd <= cap * 1e9 + step


async def test_a_stream_is_let_finish_where_the_rule_says_so(tmp_path: Path) -> None:
    rules = {"budgets": {"purse": {"usd": 0.001}}, "holdTokens": 100}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, **rules) as server:
        async with client_of(server) as client:
            answer = await ask(client, "chat", "long-chat/m", is_stream=True)
            assert (answer.has_end, answer.errors) == (True, ())
            (entry,) = server.latest()
            assert entry.cost_nano_usd == 7 * 1000 + 2000 * 2000
            check_refused(await ask(client, "chat", "chat/m", max_tokens=1), "purse")


async def test_a_call_that_never_left_gives_everything_back(tmp_path: Path) -> None:
    budgets = {"purse": {"usd": 0.0001}}
    with Running(Talkative()) as upstream, opened(tmp_path, upstream, budgets=budgets) as server:
        async with client_of(server) as client:
            broken = {"model": "messages/m", "messages": [{"role": "nobody"}], "max_tokens": 4}
            for _ in range(10):
                answer = await client.post("/v1/chat/completions", json=broken)
                assert answer.status_code == 400
            assert (await ask(client, "chat", "chat/m", max_tokens=4)).status == 200


async def test_where_nothing_is_ruled_callers_are_told_of_no_budget(tmp_path: Path) -> None:
    with Running(Talkative()) as upstream, opened(tmp_path, upstream) as server:
        async with client_of(server) as client:
            answer = await ask(client, "chat", "chat/m")
            assert not [name for name in answer.headers if "budget" in name or "limit" in name]
            assert server.latest()[0].accounts == ()


async def test_what_was_spent_before_a_budget_counts_for_the_first_calls_too(
    tmp_path: Path,
) -> None:
    with Running(Talkative()) as upstream, opened(tmp_path, upstream) as server:
        async with client_of(server) as client:
            for _ in range(5):
                assert (await ask(client, "chat", "chat/m", max_tokens=4)).status == 200
            period = Period(every=Every.DAY)
            purse = Budget(name="purse", nano_usd=int(7.5 * CHARGE * 1e9), period=period)
            server.ask(server.parts.store.rules.put_rule(purse))
            many = (ask(client, "chat", "chat/m", max_tokens=4) for _ in range(30))
            answers = await asyncio.gather(*many)
            answers += [await ask(client, "chat", "chat/m", max_tokens=4) for _ in range(10)]
    assert sum(answer.status == 200 for answer in answers) <= 2
