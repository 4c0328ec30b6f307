"""Answers whose callers leave, against a provider that keeps a bill of its own."""

import asyncio
from collections.abc import AsyncGenerator, Generator

import pytest

from endpoints_server.domain.money.account import Account
from endpoints_server.domain.money.entry import Entry, Outcome
from tests.calls.pausing import Leaver, until
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Running, Server

WIRES = ("chat", "messages")
RULES = ("drain", "cancel", "cancel-and-estimate")
INPUT = 7
PIECES = 600
WORDS = 10
WHOLE = INPUT * 1000 + PIECES * WORDS * 2000
"""Nano-USD of a whole answer, at a USD a million in and two out."""


class Billing(Server):
    """Speaks at length, and bills what it has said: to the end, or until it sees the caller go."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.bills: dict[str, int] = {}

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        conversation = exchange.seen.headers.get("x-told", "")
        request = Request(exchange, 0)
        speech = request.speech
        exchange.begin()
        for piece in speech.opening():
            exchange.chunk(piece)
        self.bills[conversation] = INPUT * 1000
        for _ in range(PIECES):
            exchange.chunk(b"".join(speech.texts(["word "] * WORDS)))
            self.bills[conversation] += WORDS * 2000
            await asyncio.sleep(0.0005)
        counts = {"prompt_tokens": INPUT, "completion_tokens": PIECES * WORDS, "total_tokens": 0}
        for piece in [*speech.closing(counts), *speech.end()]:
            exchange.chunk(piece)
        exchange.end()


@pytest.fixture(scope="module")
def upstream() -> Generator[Billing]:
    with Running(Billing()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Billing, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    told = {"headers": {"x-told": "{{LIBRECHAT_BODY_CONVERSATIONID}}"}}
    kinds = [*RULES, "drain-briefly", "drain-little"]
    endpoints = [
        endpoint(f"{wire}-{kind}", wire, upstream.url) | told for wire in WIRES for kind in kinds
    ]
    special: dict[str, dict[str, object]] = {
        f"{wire}-{rule}": {"abandoned": rule} for wire in WIRES for rule in RULES
    }
    for wire in WIRES:
        special[f"{wire}-drain-briefly"] = {"abandoned": "drain", "drainSeconds": 0.1}
        special[f"{wire}-drain-little"] = {"abandoned": "drain", "drainBytes": 20_000}
    budgets = {"purse": {"usd": 100}}
    text = config(endpoints, {"endpoints": special, "budgets": budgets})
    with serving(text, tmp_path_factory.mktemp("abandoned")) as server:
        yield server


@pytest.fixture
async def leaver(server: Serving) -> AsyncGenerator[Leaver]:
    leaver = Leaver(server)
    yield leaver
    leaver.leave()


async def only_entry(server: Serving, conversation: str) -> Entry:
    """Wait for the one entry of a conversation."""

    def found() -> list[Entry]:
        return [each for each in server.latest(100) if each.conversation_id == conversation]

    await until(found, within_seconds=15)
    (entry,) = found()
    return entry


async def leave_after(leaver: Leaver, wire: str, model: str, conversation: str, words: int) -> None:
    """Ask, read so many words, and go."""
    await leaver.ask(wire, model, conversation)
    async with asyncio.timeout(10):
        while leaver.received.count(b"word ") < words:
            leaver.received += await leaver.reader.read(65536)
    leaver.leave()


@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire_in", WIRES)
async def test_t_23_an_answer_that_is_drained_is_charged_exactly(
    wire_in: str, wire_out: str, server: Serving, upstream: Billing, leaver: Leaver
) -> None:
    conversation = f"drained-{wire_in}-{wire_out}"
    await leave_after(leaver, wire_in, f"{wire_out}-drain/m", conversation, 20)
    entry = await only_entry(server, conversation)
    assert (entry.outcome, entry.status, entry.fault) == (Outcome.LEFT, 499, "cancelled")
    assert (entry.abandoned, entry.usage_status.value) == ("drain", "reported")
    assert entry.cost_nano_usd == upstream.bills[conversation] == WHOLE


@pytest.mark.parametrize("words", [200, 2000])
@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire_in", WIRES)
async def test_t_23_an_answer_that_is_cut_is_charged_by_an_estimate(
    wire_in: str, wire_out: str, words: int, server: Serving, upstream: Billing, leaver: Leaver
) -> None:
    conversation = f"estimated-{wire_in}-{wire_out}-{words}"
    await leave_after(leaver, wire_in, f"{wire_out}-cancel-and-estimate/m", conversation, words)
    entry = await only_entry(server, conversation)
    assert (entry.abandoned, entry.usage_status.value) == ("cancel-and-estimate", "estimated")
    assert entry.cost_nano_usd is not None
    await until(lambda: upstream.last.has_left)
    bill = upstream.bills[conversation]
    assert bill < WHOLE
    lag = 4 * WORDS * 2000  # what it said before it could hear the caller go
    assert abs(entry.cost_nano_usd - bill) <= max(0.05 * bill, lag)


@pytest.mark.parametrize("wire", WIRES)
async def test_an_answer_that_is_cancelled_is_charged_for_what_was_told(
    wire: str, server: Serving, leaver: Leaver
) -> None:
    conversation = f"cancelled-{wire}"
    await leave_after(leaver, wire, f"{wire}-cancel/m", conversation, 200)
    entry = await only_entry(server, conversation)
    assert entry.abandoned == "cancel"
    told = {"chat": (0, 0), "messages": (INPUT, 1)}[wire]
    assert (entry.usage.input, entry.usage.output) == told


@pytest.mark.parametrize("kind", ["drain-briefly", "drain-little"])
@pytest.mark.parametrize("wire", WIRES)
async def test_draining_has_its_bounds_and_estimates_beyond_them(
    wire: str, kind: str, server: Serving, upstream: Billing, leaver: Leaver
) -> None:
    conversation = f"{kind}-{wire}"
    await leave_after(leaver, wire, f"{wire}-{kind}/m", conversation, 20)
    entry = await only_entry(server, conversation)
    assert (entry.outcome, entry.abandoned) == (Outcome.LEFT, "drain")
    assert entry.usage_status.value == "estimated"
    assert entry.cost_nano_usd is not None
    assert entry.cost_nano_usd < WHOLE
    await until(lambda: upstream.last.has_left)


async def test_nothing_is_held_once_all_have_left(server: Serving) -> None:
    store = server.parts.store
    purse = Account(name="budget|all||purse|never|", cap_nano_usd=100 * 10**9)
    (remainder,) = server.ask(store.accounts.list_remainders([purse]))
    charged = sum(entry.cost_nano_usd or 0 for entry in server.latest(1000))
    assert purse.cap_nano_usd - remainder.left_nano_usd == charged > 0
    assert server.ask(store.ledger.verify()).findings == ()
