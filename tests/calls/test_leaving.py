"""A caller that goes away, at whatever moment, costs what it cost and leaves nothing open."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from functools import partial
from itertools import product

import pytest

from endpoints_server.domain.money.entry import Entry, Outcome
from tests.calls.pausing import STAGES, Leaver, Pausing, until
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.server import Running

WIRES = ("chat", "messages")
NOTICED_SECONDS = 0.5
MANY = 50

Tokens = tuple[int, int]


@pytest.fixture(scope="module")
def upstream() -> Generator[Pausing]:
    with Running(Pausing()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Pausing, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [
        endpoint(f"{wire}-{stage}", wire, f"{upstream.url}/{stage}")
        for wire in WIRES
        for stage in STAGES
    ]
    with serving(config(endpoints), tmp_path_factory.mktemp("leaving")) as server:
        yield server


@pytest.fixture
async def leaver(server: Serving) -> AsyncGenerator[Leaver]:
    leaver = Leaver(server)
    yield leaver
    leaver.leave()


def entries_of(server: Serving, conversation: str) -> list[Entry]:
    """Give what the ledger holds of one conversation."""
    return [each for each in server.latest(1000) if each.conversation_id == conversation]


async def only_entry(server: Serving, conversation: str) -> Entry:
    """Wait for the one entry of a conversation; there must never be another."""
    await until(lambda: entries_of(server, conversation))
    await asyncio.sleep(0.05)
    (entry,) = entries_of(server, conversation)
    return entry


STAGED = [
    ("nothing", b"", (3, 0), (3, 0)),
    ("headers", b"", (3, 0), (3, 0)),
    ("opening", b"assistant", (3, 0), (7, 1)),
    ("words", b"fast.", (3, 5), (7, 5)),
    ("closing", b"fast.", (7, 4), (7, 4)),
]
"""How far the upstream came, what the caller had of it, and the tokens by the upstream's wire."""


@pytest.mark.parametrize("is_abrupt", [True, False], ids=["abruptly", "politely"])
@pytest.mark.parametrize("ways", list(product(WIRES, WIRES)), ids="-to-".join)
@pytest.mark.parametrize("staged", STAGED, ids=[each[0] for each in STAGED])
async def test_t_23_a_caller_of_a_stream_leaves_and_is_charged_for_what_was_seen(
    staged: tuple[str, bytes, Tokens, Tokens],
    ways: tuple[str, str],
    is_abrupt: bool,
    server: Serving,
    upstream: Pausing,
    leaver: Leaver,
) -> None:
    stage, mark, *tokens = staged
    wire_in, wire_out = ways
    conversation = f"{stage}-{wire_in}-{wire_out}-{is_abrupt}"
    before = len(upstream.seen)
    await leaver.ask(wire_in, f"{wire_out}-{stage}/m", conversation)
    await leaver.read_until(mark)
    await until(lambda: len(upstream.seen) > before)
    await asyncio.sleep(0.05)
    left_at = leaver.leave(is_abrupt=is_abrupt)

    await until(lambda: upstream.last.has_left)
    assert (upstream.last.left_at or 0) - left_at < NOTICED_SECONDS
    entry = await only_entry(server, conversation)
    assert (entry.outcome, entry.status, entry.fault) == (Outcome.LEFT, 499, "cancelled")
    counted = (entry.usage.total_input, entry.usage.total_output)
    assert counted == tokens[WIRES.index(wire_out)]
    is_told = stage == "closing"
    assert entry.usage_status.value == ("reported" if is_told else "estimated")
    assert entry.cost_status.value == ("exact" if is_told else "estimated")


@pytest.mark.parametrize("stage", ["nothing", "headers", "words"])
@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire_in", WIRES)
async def test_t_23_a_caller_that_waits_for_a_whole_answer_leaves(
    wire_in: str, wire_out: str, stage: str, server: Serving, upstream: Pausing, leaver: Leaver
) -> None:
    conversation = f"whole-{stage}-{wire_in}-{wire_out}"
    before = len(upstream.seen)
    await leaver.ask(wire_in, f"{wire_out}-{stage}/m", conversation, is_stream=False)
    await until(lambda: len(upstream.seen) > before)
    await asyncio.sleep(0.05)
    left_at = leaver.leave()

    await until(lambda: upstream.last.has_left)
    assert (upstream.last.left_at or 0) - left_at < NOTICED_SECONDS
    entry = await only_entry(server, conversation)
    assert (entry.outcome, entry.status) == (Outcome.LEFT, 499)
    assert (entry.usage.total_input, entry.usage_status.value) == (3, "estimated")
    assert leaver.received == b""


@pytest.mark.parametrize("wire", WIRES)
async def test_a_caller_under_an_endpoint_is_seen_to_leave_too(
    wire: str, server: Serving, upstream: Pausing
) -> None:
    leaver = Leaver(server, under=f"/e/{wire}-words")
    await leaver.ask(wire, "m", f"under-{wire}")
    await leaver.read_until(b"fast.")
    left_at = leaver.leave()
    await until(lambda: upstream.last.has_left)
    assert (upstream.last.left_at or 0) - left_at < NOTICED_SECONDS
    entry = await only_entry(server, f"under-{wire}")
    assert (entry.outcome, entry.status) == (Outcome.LEFT, 499)


async def test_fifty_callers_that_leave_at_once_leave_fifty_entries(
    server: Serving, upstream: Pausing
) -> None:
    leavers = [Leaver(server) for _ in range(MANY)]
    before = len(upstream.seen)
    tasks = server.ask(running())
    asked = (each.ask("messages", "messages-words/m", "fifty") for each in leavers)
    await asyncio.gather(*asked)
    await asyncio.gather(*(each.read_until(b"fast.") for each in leavers))
    left_at = min([each.leave() for each in leavers])

    seen = upstream.seen[before:]
    await until(lambda: all(each.has_left for each in seen))
    assert max(each.left_at or 0 for each in seen) - left_at < 2 * NOTICED_SECONDS
    await until(lambda: len(entries_of(server, "fifty")) == MANY)
    found = entries_of(server, "fifty")
    assert {each.outcome for each in found} == {Outcome.LEFT}
    assert len({each.request_id for each in found}) == MANY
    await until(lambda: server.ask(running()) <= tasks)


@pytest.mark.parametrize("sent", [b"", b'{"model": "chat-words/m", "mess'])
async def test_a_caller_that_leaves_while_sending_leaves_nothing_behind(
    sent: bytes, server: Serving, upstream: Pausing, leaver: Leaver
) -> None:
    requests, tasks = len(upstream.seen), server.ask(running())
    entries = len(server.latest(1000))
    await leaver.begin("chat", {"content-length": "1000"})
    leaver.writer.write(sent)
    await until(lambda: server.ask(running()) > tasks)
    leaver.leave()
    await until(lambda: server.ask(running()) == tasks)
    assert len(upstream.seen) == requests
    assert len(server.latest(1000)) == entries


async def running() -> int:
    """Count the tasks of the server's loop."""
    return len(asyncio.all_tasks())


async def test_a_caller_that_is_gone_does_not_disturb_the_next(
    server: Serving, upstream: Pausing
) -> None:
    for _ in range(3):
        leaver = Leaver(server)
        await leaver.ask("chat", "chat-words/m")
        await leaver.read_until(b"fast.")
        leaver.leave()
        await until(partial(getattr, upstream.last, "has_left"))
    began_at = time.monotonic()
    leaver = Leaver(server)
    await leaver.ask("chat", "chat-words/m")
    await leaver.read_until(b"fast.")
    leaver.leave()
    assert time.monotonic() - began_at < NOTICED_SECONDS
